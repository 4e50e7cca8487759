<?php
/**
 * The way back: a signed link that fills the basket again, on any device.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

add_action( 'template_redirect', __NAMESPACE__ . '\\restore', 1 );

function restore_url( string $session ): string {
	return add_query_arg( 'regulars-cart', $session . '.' . link_signature( $session ), home_url( '/' ) );
}

function link_signature( string $session ): string {
	return url_safe( hash_hmac( 'sha256', $session, link_key(), true ) );
}

/** The shop's own: it outlives a connection, and Regulars does not know it. */
function link_key(): string {
	$key = get_option( 'regulars_link_key' );
	if ( ! $key ) {
		$key = bin2hex( random_bytes( 32 ) );
		update_option( 'regulars_link_key', $key, false );
	}
	return $key;
}

function restore(): void {
	if ( ! isset( $_GET['regulars-cart'] ) || ! is_string( $_GET['regulars-cart'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification -- the link is signed.
		return;
	}
	nocache_headers();
	$row = linked_row( sanitize_text_field( wp_unslash( $_GET['regulars-cart'] ) ) ); // phpcs:ignore WordPress.Security.NonceVerification -- the link is signed.
	wp_safe_redirect( $row && 'open' === $row->state ? bring_back( $row ) : too_late( $row ) );
	exit;
}

function linked_row( string $given ): ?object {
	list( $session, $signature ) = explode( '.', $given, 2 ) + array( '', '' );
	return hash_equals( link_signature( $session ), $signature ) ? row( $session ) : null;
}

/** Adds what is not in the basket yet; the address to go on to. */
function bring_back( object $row ): string {
	$basket = json_decode( $row->basket, true );
	WC()->session->set_customer_session_cookie( true );
	leave_present_basket( $row->session_key );
	foreach ( $basket['lines'] as $line ) {
		$id = WC()->cart->generate_cart_id( $line['product_id'], $line['variation_id'], $line['variation'], $line['more'] );
		if ( ! WC()->cart->find_product_in_cart( $id ) ) {
			WC()->cart->add_to_cart( $line['product_id'], $line['quantity'], $line['variation_id'], $line['variation'], $line['more'] );
		}
	}
	foreach ( array_diff( $basket['coupons'], WC()->cart->get_applied_coupons() ) as $code ) {
		WC()->cart->apply_coupon( $code );
	}
	take_over( json_decode( $row->message, true ) );
	return wc_get_checkout_url();
}

/** From here on this visitor's basket is the one of the link; what it was before has become part of it. */
function leave_present_basket( string $session ): void {
	$present = WC()->session->get( 'regulars_cart' );
	$row     = $present && $present !== $session ? row( $present ) : null;
	if ( $row && 'open' === $row->state ) {
		$left = array(
			'items'       => array(),
			'restore_url' => null,
			'state'       => 'emptied',
		);
		keep( $present, $left + json_decode( $row->message, true ), array() );
	}
	WC()->session->set( 'regulars_cart', $session );
}

/** The link went to that address, and what was answered was answered for this basket. */
function take_over( array $message ): void {
	if ( 'unknown' !== $message['consent']['state'] ) {
		WC()->session->set( 'regulars_consent', $message['consent'] );
	}
	if ( $message['email'] && ! is_user_logged_in() && ! WC()->customer->get_billing_email() ) {
		WC()->customer->set_billing_email( $message['email'] );
		WC()->customer->save();
		WC()->session->set( 'regulars_email', $message['email'] );
	}
}

function too_late( ?object $row ): string {
	$why = $row && 'completed' === $row->state
		? __( 'This basket has been ordered already.', 'regulars-for-woocommerce' )
		: __( 'This basket is no longer kept.', 'regulars-for-woocommerce' );
	WC()->session->set_customer_session_cookie( true );
	wc_add_notice( $why, 'notice' );
	return wc_get_page_permalink( 'shop' );
}
