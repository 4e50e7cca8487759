<?php
/**
 * A basket as Regulars is told of it, and as it is brought back.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const OF_WOOCOMMERCE = array( 'key', 'product_id', 'variation_id', 'variation', 'quantity', 'data', 'data_hash', 'line_tax_data', 'line_subtotal', 'line_subtotal_tax', 'line_total', 'line_tax' );

/** The whole of the present cart; times are added where it is kept. */
function message( string $session, \WC_Cart $cart ): array {
	$is_open = ! $cart->is_empty();
	$totals  = array(
		'total'    => $cart->get_total( 'edit' ),
		'subtotal' => $cart->get_subtotal(),
		'tax'      => $cart->get_total_tax(),
		'shipping' => $cart->get_shipping_total(),
		'discount' => $cart->get_discount_total(),
	);
	return array(
		'version'     => CONTRACT,
		'session'     => $session,
		'email'       => email(),
		'customer_id' => get_current_user_id(),
		'items'       => array_values( array_map( __NAMESPACE__ . '\\item', $cart->get_cart() ) ),
		'totals'      => array_map( __NAMESPACE__ . '\\amount', $totals ),
		'currency'    => get_woocommerce_currency(),
	) + rate() + array(
		'language'    => language(),
		'consent'     => consent(),
		'restore_url' => $is_open ? restore_url( $session ) : null,
		'state'       => $is_open ? 'open' : 'emptied',
		'order_id'    => null,
	);
}

function item( array $line ): array {
	$product = $line['data'];
	$image   = $product->get_image_id() ? wp_get_attachment_image_url( $product->get_image_id(), 'woocommerce_thumbnail' ) : false;
	return array(
		'product_id'   => (int) $line['product_id'],
		'variation_id' => (int) $line['variation_id'],
		'name'         => $product->get_name(),
		'sku'          => $product->get_sku(),
		'quantity'     => $line['quantity'],
		'total'        => amount( ( $line['line_total'] ?? 0 ) + ( $line['line_tax'] ?? 0 ) ),
		'image'        => $image ? $image : null,
	);
}

/** What brings it back: the lines with what other plugins noted in them, as far as it can be written down. */
function basket( \WC_Cart $cart ): array {
	$lines = array();
	foreach ( $cart->get_cart() as $line ) {
		$lines[] = array(
			'product_id'   => (int) $line['product_id'],
			'quantity'     => $line['quantity'],
			'variation_id' => (int) $line['variation_id'],
			'variation'    => (array) $line['variation'],
			'more'         => array_filter( array_diff_key( $line, array_flip( OF_WOOCOMMERCE ) ), __NAMESPACE__ . '\\is_plain' ),
		);
	}
	return array(
		'lines'   => $lines,
		'coupons' => $cart->get_applied_coupons(),
	);
}

/** Nothing that would come back from JSON as something else. */
function is_plain( $value ): bool {
	return is_array( $value ) ? $value === array_filter( $value, __NAMESPACE__ . '\\is_plain' ) : null === $value || is_scalar( $value );
}

/** What was left in the e-mail field, else what the shop knows of whoever is signed in; null where it is nothing. */
function email(): ?string {
	$typed = WC()->session->get( 'regulars_email' );
	$known = $typed ? $typed : WC()->customer->get_billing_email();
	$known = $known ? $known : wp_get_current_user()->user_email;
	return $known ? $known : null;
}

function amount( $number ): string {
	return wc_format_decimal( $number, wc_get_price_decimals() );
}

/** Units of the shop's currency for one of the shopper's, where a plugin for currencies says so. */
function rate(): array {
	$from = get_woocommerce_currency();
	$to   = get_option( 'woocommerce_currency' );
	if ( $from === $to ) {
		return array();
	}
	/**
	 * Filters the rate of the shopper's currency.
	 *
	 * @param string|null $rate Units of the shop's currency for one of the shopper's, as decimal text.
	 * @param string      $from The shopper's currency.
	 * @param string      $to   The shop's.
	 */
	$rate = apply_filters( 'regulars_rate', null, $from, $to );
	return is_numeric( $rate ) && $rate > 0 ? array( 'rate' => wc_format_decimal( $rate, false, true ) ) : array();
}

/** BCP 47: `de_DE_formal` is de-DE. */
function language(): string {
	return implode( '-', array_slice( explode( '_', determine_locale() ), 0, 2 ) );
}
