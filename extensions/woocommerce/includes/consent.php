<?php
/**
 * The box at the checkout: whether the shopper wants to be written to, with the very words that stood there.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const BOX      = 'regulars/consent';
const BOX_META = '_wc_other/regulars/consent';

add_action( 'woocommerce_after_checkout_billing_form', __NAMESPACE__ . '\\show_box' );
add_action( 'woocommerce_init', __NAMESPACE__ . '\\register_box' );
add_filter( 'add_user_metadata', __NAMESPACE__ . '\\never_for_the_next_time', 10, 3 );
add_filter( 'update_user_metadata', __NAMESPACE__ . '\\never_for_the_next_time', 10, 3 );

/** What stands beside the box; empty where the merchant wants none. */
function consent_text(): string {
	return (string) get_option( 'regulars_consent_text', __( 'Yes, remind me of my basket by e-mail, and write to me of offers.', 'regulars-for-woocommerce' ) );
}

/** Of this basket: nobody is taken to have answered who left the box as it was. */
function consent(): array {
	$unknown = array(
		'state' => 'unknown',
		'at'    => null,
		'text'  => null,
	);
	$said    = WC()->session->get( 'regulars_consent' );
	return is_array( $said ) ? $said : $unknown;
}

function note_consent( bool $is_granted ): void {
	$text = consent_text();
	if ( '' === $text || ! WC()->session ) {
		return;
	}
	$state = $is_granted ? 'granted' : 'refused';
	if ( consent()['state'] === $state ) {
		return;
	}
	$said = array(
		'state' => $state,
		'at'    => gmdate( 'Y-m-d\TH:i:s\Z' ),
		'text'  => $text,
	);
	WC()->session->set( 'regulars_consent', $said );
	has_changed( true );
}

/** The classic checkout. */
function show_box(): void {
	if ( ! connection() || '' === consent_text() ) {
		return;
	}
	printf(
		'<p class="form-row form-row-wide"><label class="woocommerce-form__label woocommerce-form__label-for-checkbox checkbox"><input type="checkbox" class="woocommerce-form__input woocommerce-form__input-checkbox input-checkbox" name="regulars_consent" id="regulars_consent" value="1"%s> <span>%s</span></label></p>',
		checked( consent()['state'], 'granted', false ),
		esc_html( consent_text() )
	);
}

/** The checkout in blocks. */
function register_box(): void {
	if ( ! connection() || '' === consent_text() || ! function_exists( 'woocommerce_register_additional_checkout_field' ) ) {
		return;
	}
	$field = array(
		'id'                         => BOX,
		'location'                   => 'contact',
		'type'                       => 'checkbox',
		'label'                      => consent_text(),
		'optionalLabel'              => consent_text(), // else "(optional)" is added to it.
		'show_in_order_confirmation' => false,
	);
	woocommerce_register_additional_checkout_field( $field );
}

/** The order itself says it too, should the script not have come through. */
function note_box( \WC_Order $order ): void {
	$is_ticked = isset( $_POST['regulars_consent'] ); // phpcs:ignore WordPress.Security.NonceVerification -- WooCommerce checked its own before it made the order.
	if ( $is_ticked || '1' === (string) $order->get_meta( BOX_META ) ) {
		note_consent( true );
	}
}

/** A box that is kept with the account would come ticked the next time. */
function never_for_the_next_time( $check, $user_id, $key ) {
	return BOX_META === $key ? false : $check;
}
