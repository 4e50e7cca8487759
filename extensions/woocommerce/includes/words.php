<?php
/**
 * What Regulars was told of consent by the owner of an address, kept in this shop as well: the last word of each.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

add_action( 'rest_api_init', __NAMESPACE__ . '\\register_consent_route' );
add_filter( 'regulars_consent', __NAMESPACE__ . '\\state_for_others', 10, 2 );

function words_table(): string {
	return $GLOBALS['wpdb']->prefix . 'regulars_words';
}

function register_consent_route(): void {
	$may    = function () {
		return current_user_can( CAPABILITY );
	};
	$email  = array(
		'type'     => 'string',
		'required' => true,
		'format'   => 'email',
	);
	$needed = array(
		'email' => $email,
		'state' => array(
			'type'     => 'string',
			'required' => true,
			'enum'     => array( 'granted', 'refused', 'pending' ),
		),
		'at'    => array(
			'type'     => 'string',
			'required' => true,
			'pattern'  => '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$',
		),
	);
	$routes = array(
		array(
			'methods'             => 'GET',
			'callback'            => function ( \WP_REST_Request $request ) {
				return word_of( $request['email'] );
			},
			'permission_callback' => $may,
			'args'                => array( 'email' => $email ),
		),
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\\keep_word',
			'permission_callback' => $may,
			'args'                => $needed,
		),
	);
	register_rest_route( REST, '/consent', $routes );
}

/** The word that stands: `state` is null where nothing is known. */
function word_of( string $email ): array {
	global $wpdb;
	$row = $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE email = %s', words_table(), strtolower( $email ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table, and what is cached would be old.
	return array(
		'state' => $row ? $row->state : null,
		'at'    => $row ? str_replace( ' ', 'T', $row->said_at ) . 'Z' : null,
	);
}

/** The later word counts, and of two at one moment the no. */
function keep_word( \WP_REST_Request $request ): array {
	$before = word_of( $request['email'] );
	$at     = $request['at'];
	if ( null === $before['at'] || $at > $before['at'] || ( $at === $before['at'] && 'refused' === $request['state'] ) ) {
		$row = array(
			'email'   => strtolower( $request['email'] ),
			'state'   => $request['state'],
			'said_at' => substr( str_replace( 'T', ' ', $at ), 0, 19 ),
		);
		$GLOBALS['wpdb']->replace( words_table(), $row ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
	}
	return word_of( $request['email'] );
}

/** For other plugins: apply_filters( 'regulars_consent', null, $email ). */
function state_for_others( $state, $email ) {
	return word_of( (string) $email )['state'] ?? $state;
}

function forget_word( string $email ): bool {
	return (bool) $GLOBALS['wpdb']->delete( words_table(), array( 'email' => strtolower( $email ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}
