<?php
/**
 * What of Regulars' pages may stand in wp-admin: an allow-list for kses, and addresses that lead back here.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const ANY      = 'id class title lang dir role hidden tabindex data-*';
const ARIA     = 'label labelledby describedby details controls current live atomic busy hidden expanded haspopup modal pressed checked selected sort invalid required disabled valuenow valuemin valuemax valuetext';
const ELEMENTS = array(
	''                                              => 'h1 h2 h3 h4 h5 h6 p div span section header footer main nav aside article ul dl dt dd hr br strong em b i u s small sub sup code pre kbd samp abbr mark blockquote cite q figure figcaption summary table caption colgroup thead tbody tfoot tr noscript title desc fieldset legend datalist dialog address',
	'open name'                                     => 'details',
	'start reversed'                                => 'ol',
	'value'                                         => 'li data',
	'href target rel download'                      => 'a',
	'src alt width height loading srcset'           => 'img',
	'colspan rowspan headers scope span'            => 'th td col',
	'datetime'                                      => 'time ins del',
	'for'                                           => 'label output',
	'value max min low high optimum'                => 'progress meter',
	'action method enctype novalidate autocomplete' => 'form',
	'type name value disabled form'                 => 'button',
	'label disabled value selected'                 => 'option optgroup',
	'name required disabled multiple size form autocomplete' => 'select',
	'name rows cols maxlength minlength required disabled readonly placeholder spellcheck autocapitalize autocomplete form wrap' => 'textarea',
	'type name value checked required disabled readonly placeholder autocomplete autocapitalize spellcheck inputmode list max maxlength min minlength multiple pattern size step form accept' => 'input',
	'viewbox width height fill stroke stroke-width stroke-linecap stroke-linejoin preserveaspectratio focusable xmlns x y dx dy x1 x2 y1 y2 cx cy r rx ry d points transform text-anchor dominant-baseline opacity' => 'svg g path rect line circle ellipse polyline polygon text tspan defs',
);

/** A fragment of theirs as it may be shown here: no script, no style, nothing that asks anybody else. */
function safe_markup( string $html ): string {
	$html = (string) preg_replace( '#^.*?<body[^>]*>|</body>.*$#s', '', $html );
	$html = (string) preg_replace( '#<(script|style|template)\b.*?</\1\s*>#is', '', $html );
	$html = (string) preg_replace_callback( '#(<(?:a|form)\s[^>]*?\b(?:href|action)=)(["\'])(/panel/.*?)\2#is', __NAMESPACE__ . '\\lead_here', $html );
	$html = wp_kses( $html, allowed_elements(), array( 'http', 'https', 'mailto', 'tel', 'data' ) );
	return (string) preg_replace( '#\sdata-hx-(?:on|vals|headers|vars|request|ext|config)\b[^\s=>]*\s*=\s*("[^"]*"|\'[^\']*\')#i', '', $html );
}

/** Each link works as one, in a tab of its own too. Kses would take what stands before a colon in it for a protocol. */
function lead_here( array $found ): string {
	return $found[1] . '"' . esc_url( page_url( html_entity_decode( $found[3], ENT_QUOTES ) ) ) . '"';
}

function allowed_elements(): array {
	$allowed = array();
	$any     = array_merge( explode( ' ', ANY ), explode( ' ', 'aria-' . str_replace( ' ', ' aria-', ARIA ) ) );
	foreach ( ELEMENTS as $own => $names ) {
		$attributes = array_fill_keys( array_merge( $any, array_filter( explode( ' ', $own ) ) ), true );
		foreach ( explode( ' ', $names ) as $name ) {
			$allowed[ $name ] = ( $allowed[ $name ] ?? array() ) + $attributes;
		}
	}
	// A mail is shown as it will look: without `sandbox` it would be a page of this site.
	$allowed['iframe'] = array_fill_keys( array( 'class', 'title', 'srcdoc' ), true ) + array(
		'sandbox' => array(
			'required' => true,
			'values'   => array( '' ),
		),
	);
	return $allowed;
}
