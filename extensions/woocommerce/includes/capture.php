<?php
/**
 * What shoppers do with their baskets, noticed at the hooks of both checkouts and kept as the page ends.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

// Not woocommerce_cart_updated: it fires several times on every page.
const CHANGES = array(
	'woocommerce_add_to_cart',
	'woocommerce_cart_item_removed',
	'woocommerce_cart_item_restored',
	'woocommerce_cart_item_set_quantity',
	'woocommerce_applied_coupon',
	'woocommerce_removed_coupon',
	'woocommerce_cart_emptied',
	'woocommerce_checkout_update_order_review',
);
const UNPAID  = array( 'pending', 'failed', 'cancelled', 'checkout-draft', 'auto-draft' );

foreach ( CHANGES as $regulars_hook ) {
	add_action( $regulars_hook, __NAMESPACE__ . '\\cart_changed' );
}
add_action( 'woocommerce_checkout_update_order_review', __NAMESPACE__ . '\\read_review', 5 );
add_action( 'woocommerce_store_api_cart_update_customer_from_request', __NAMESPACE__ . '\\read_customer' );
add_action( 'woocommerce_checkout_order_processed', __NAMESPACE__ . '\\order_processed' );
add_action( 'woocommerce_store_api_checkout_order_processed', __NAMESPACE__ . '\\order_processed' );
add_action( 'woocommerce_store_api_checkout_update_order_meta', __NAMESPACE__ . '\\name_basket' );
add_action( 'woocommerce_store_api_cart_update_order_from_request', __NAMESPACE__ . '\\name_basket' );
add_action( 'woocommerce_order_status_changed', __NAMESPACE__ . '\\order_moved', 10, 4 );
add_action( 'wc_ajax_regulars_note', __NAMESPACE__ . '\\take_note' );
add_action( 'wp_enqueue_scripts', __NAMESPACE__ . '\\watch_checkout' );
add_action( 'shutdown', __NAMESPACE__ . '\\keep_cart', 5 ); // WooCommerce saves its session at 20.

/** Notes that the cart is another, once it is; a filter's value goes through. */
function cart_changed( $value = null ) {
	has_changed( true );
	return $value;
}

function has_changed( ?bool $changed = null ): bool {
	static $kept = false;
	$kept        = $changed ?? $kept;
	return $kept;
}

/** Keeps the cart as it is now, if anything happened to it. */
function keep_cart(): void {
	if ( ! has_changed() || ! connection() || ! WC()->session || ! WC()->cart || ! WC()->customer ) {
		return;
	}
	has_changed( false );
	$session = WC()->session->get( 'regulars_cart' );
	$row     = $session ? row( $session ) : null;
	if ( ! $row || 'completed' === $row->state ) {
		if ( WC()->cart->is_empty() ) {
			return;
		}
		$session = 't_' . bin2hex( random_bytes( 16 ) );
		WC()->session->set( 'regulars_cart', $session );
	}
	keep( $session, message( $session, WC()->cart ), basket( WC()->cart ) );
	news( true );
}

/** The classic checkout sends all its fields whenever an address changes. */
function read_review( $posted ): void {
	parse_str( (string) $posted, $fields );
	note_email( $fields['billing_email'] ?? '' );
}

/** The checkout in blocks says who is there whenever a field is left. */
function read_customer( $customer ): void {
	note_email( $customer->get_billing_email() );
	has_changed( true );
}

function note_email( $typed ): void {
	$email = sanitize_email( (string) $typed );
	if ( is_email( $email ) && WC()->session ) {
		WC()->session->set( 'regulars_email', $email );
		has_changed( true );
	}
}

/** The e-mail field was left, or the box was ticked: a few lines of assets/checkout.js say so. */
function take_note(): void {
	check_ajax_referer( 'woocommerce-regulars-note', 'security' );
	note_email( sanitize_text_field( wp_unslash( $_POST['email'] ?? '' ) ) );
	if ( isset( $_POST['consent'] ) && in_array( $_POST['consent'], array( '0', '1' ), true ) ) {
		note_consent( '1' === $_POST['consent'] );
	}
	wp_send_json_success();
}

function watch_checkout(): void {
	if ( ! connection() || ! is_checkout() || is_order_received_page() ) {
		return;
	}
	wp_enqueue_script(
		'regulars-checkout',
		plugins_url( 'assets/checkout.js', FILE ),
		array(),
		VERSION,
		array(
			'in_footer' => true,
			'strategy'  => 'defer',
		)
	);
	$facts = array(
		'url'      => \WC_AJAX::get_endpoint( 'regulars_note' ),
		'security' => wp_create_nonce( 'woocommerce-regulars-note' ), // WooCommerce binds those that begin with its name to the guest's session.
	);
	wp_localize_script( 'regulars-checkout', 'regularsCheckout', $facts );
}

/** Up to WooCommerce 10.8 a checkout in blocks is a draft of an order too: so it can be told that both are one basket. */
function name_basket( \WC_Order $order ): void {
	$session = connection() && WC()->session ? WC()->session->get( 'regulars_cart' ) : null;
	if ( $session && $session !== $order->get_meta( '_regulars_cart' ) ) {
		$order->update_meta_data( '_regulars_cart', $session );
		$order->save_meta_data();
	}
}

/** The order names its basket, which stays open until the order needs no payment any more: a gateway may fail. */
function order_processed( $order ): void {
	$order = wc_get_order( $order );
	if ( ! connection() || ! $order || ! WC()->session ) {
		return;
	}
	note_email( $order->get_billing_email() );
	note_box( $order );
	has_changed( true );
	keep_cart();
	name_basket( $order );
	order_moved( $order->get_id(), '', $order->get_status(), $order );
}

/** Wherever that happens: at the checkout, in a gateway's call, by hand. */
function order_moved( $order_id, $from, $to, $order ): void {
	$session = in_array( $to, UNPAID, true ) ? '' : (string) $order->get_meta( '_regulars_cart' );
	$row     = $session ? row( $session ) : null;
	if ( ! $row || 'open' !== $row->state || ! connection() ) {
		return;
	}
	$bought = array(
		'email'       => $order->get_billing_email(),
		'restore_url' => null,
		'state'       => 'completed',
		'order_id'    => (int) $order_id,
	);
	keep( $session, $bought + json_decode( $row->message, true ), array() );
	news( true );
}
