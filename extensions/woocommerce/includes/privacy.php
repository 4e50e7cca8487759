<?php
/**
 * WordPress's privacy tools, answered by Regulars; and what this table of baskets knows of a person.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

add_filter( 'wp_privacy_personal_data_exporters', __NAMESPACE__ . '\\add_exporter' );
add_filter( 'wp_privacy_personal_data_erasers', __NAMESPACE__ . '\\add_eraser' );
add_action( 'admin_init', __NAMESPACE__ . '\\suggest_policy' );

function add_exporter( array $exporters ): array {
	$exporters['regulars'] = array(
		'exporter_friendly_name' => 'Regulars',
		'callback'               => __NAMESPACE__ . '\\export_person',
	);
	return $exporters;
}

function add_eraser( array $erasers ): array {
	$erasers['regulars'] = array(
		'eraser_friendly_name' => 'Regulars',
		'callback'             => __NAMESPACE__ . '\\erase_person',
	);
	return $erasers;
}

/** A page of what Regulars keeps of the address; on the first, our own baskets too. */
function export_person( $email, $page = 1 ) {
	$said = connection() ? ask_of_person( 'export', (string) $email, (int) $page ) : array(
		'data' => array(),
		'done' => true,
	);
	if ( is_wp_error( $said ) ) {
		return $said;
	}
	$own = 1 === (int) $page ? array_merge( array_map( __NAMESPACE__ . '\\exported_row', rows_of( (string) $email ) ), exported_word( (string) $email ) ) : array();
	return array(
		'data' => array_merge( $own, (array) ( $said['data'] ?? array() ) ),
		'done' => ! empty( $said['done'] ),
	);
}

/** There first: should it fail, the request stays open and is made again. */
function erase_person( $email, $page = 1 ) {
	$said = connection() ? ask_of_person( 'erase', (string) $email, (int) $page ) : array( 'done' => true );
	if ( is_wp_error( $said ) ) {
		return $said;
	}
	$removed = erase_rows_of( (string) $email );
	$removed = forget_word( (string) $email ) || $removed;
	return array(
		'items_removed'  => ! empty( $said['items_removed'] ) || $removed,
		'items_retained' => ! empty( $said['items_retained'] ),
		'messages'       => array_map( 'sanitize_text_field', (array) ( $said['messages'] ?? array() ) ),
		'done'           => ! empty( $said['done'] ),
	);
}

/** Regulars' answer as an array, or a WP_Error that says why there is none. */
function ask_of_person( string $what, string $email, int $page ) {
	$question = array(
		'email' => $email,
		'page'  => $page,
	);
	$answer   = call(
		'/plugin/woocommerce/' . connection()['shop'] . "/$what",
		array(
			'method'  => 'POST',
			'timeout' => 30,
			'headers' => array(
				'Authorization' => 'Bearer ' . token(),
				'Content-Type'  => 'application/json',
			),
			'body'    => wp_json_encode( $question ),
		)
	);
	$said     = is_wp_error( $answer ) ? $answer : json_decode( wp_remote_retrieve_body( $answer ), true );
	if ( is_wp_error( $said ) || ( 200 === wp_remote_retrieve_response_code( $answer ) && is_array( $said ) ) ) {
		return $said;
	}
	return new \WP_Error( 'regulars_privacy', __( 'Regulars gave no answer to a request about personal data. Try again later.', 'regulars-for-woocommerce' ) );
}

function rows_of( string $email ): array {
	global $wpdb;
	return $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM %i WHERE email = %s', table(), $email ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}

function erase_rows_of( string $email ): bool {
	return (bool) $GLOBALS['wpdb']->delete( table(), array( 'email' => $email ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}

/** The last word of the address on being written to, as a list of one or none. */
function exported_word( string $email ): array {
	$word = word_of( $email );
	if ( null === $word['state'] ) {
		return array();
	}
	$fact = array(
		'name'  => __( 'Consent', 'regulars-for-woocommerce' ),
		'value' => $word['state'] . ' ' . $word['at'],
	);
	return array(
		array(
			'group_id'    => 'regulars-consent',
			'group_label' => __( 'Consent to e-mail', 'regulars-for-woocommerce' ),
			'item_id'     => 'regulars-consent',
			'data'        => array( $fact ),
		),
	);
}

function exported_row( object $row ): array {
	$message = json_decode( $row->message, true );
	$facts   = array(
		__( 'E-mail', 'regulars-for-woocommerce' )       => $row->email,
		__( 'Basket', 'regulars-for-woocommerce' )       => implode( ', ', array_column( $message['items'], 'name' ) ),
		__( 'Last changed', 'regulars-for-woocommerce' ) => $row->updated_at . ' UTC',
		__( 'Consent', 'regulars-for-woocommerce' )      => trim( $message['consent']['state'] . ' ' . $message['consent']['text'] ),
	);
	$named   = array();
	foreach ( $facts as $name => $value ) {
		$named[] = array(
			'name'  => $name,
			'value' => $value,
		);
	}
	return array(
		'group_id'    => 'regulars-baskets',
		'group_label' => __( 'Baskets', 'regulars-for-woocommerce' ),
		'item_id'     => "regulars-{$row->session_key}",
		'data'        => $named,
	);
}

function suggest_policy(): void {
	$text = __( 'While you shop we keep your basket, and your e-mail address as soon as you have typed it at the checkout, for 30 days. They are sent to Regulars, which keeps our customers and orders for us. If you agree to it, you get an e-mail that brings your basket back.', 'regulars-for-woocommerce' );
	wp_add_privacy_policy_content( 'Regulars for WooCommerce', wp_kses_post( wpautop( $text ) ) );
}
