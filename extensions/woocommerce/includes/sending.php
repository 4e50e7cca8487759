<?php
/**
 * Sending: after the page where PHP can end the answer before it goes on, by Action Scheduler elsewhere and for repeats.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const AGAIN_AFTER = array( 300, 600, 600, 900, 900 ); // seconds: five times within an hour.
const LEASE       = 60; // seconds in which nobody else sends a message that is being sent.
const EACH_ROUND  = 20;
const PAUSE       = 60; // seconds after a failure: a PHP process that waits for an answer serves no shopper.

add_action( 'shutdown', __NAMESPACE__ . '\\send_after_the_page', PHP_INT_MAX );
add_action( 'regulars_send', __NAMESPACE__ . '\\send_due' );
add_action( 'regulars_tick', __NAMESPACE__ . '\\tick' );

/** The round that repeats what failed, and sends what a process that died left behind. */
function schedule_sending(): void {
	as_unschedule_all_actions( 'regulars_tick', array(), 'regulars' );
	as_schedule_recurring_action( time() + 300, 300, 'regulars_tick', array(), 'regulars' );
}

function tick(): void {
	send_due( EACH_ROUND );
	forget_old_rows();
}

/** Is there news of this request's shopper? Said by whoever keeps a message. */
function news( ?bool $is_news = null ): bool {
	static $kept = false;
	$kept        = $is_news ?? $kept;
	return $kept;
}

/** The shopper has the page before anything is sent. */
function send_after_the_page(): void {
	if ( ! news() || get_transient( 'regulars_pause' ) ) {
		return;
	}
	foreach ( array( 'fastcgi_finish_request', 'litespeed_finish_request' ) as $finish ) {
		if ( function_exists( $finish ) ) {
			$finish();
			send_due( 3 );
			return;
		}
	}
	as_enqueue_async_action( 'regulars_send', array(), 'regulars', true );
}

/** Sends what waits, until something is not taken. */
function send_due( $most = EACH_ROUND ): void {
	if ( ! connection() ) {
		return;
	}
	foreach ( due_rows( $most ? (int) $most : EACH_ROUND ) as $row ) {
		$leased = gmdate( 'Y-m-d H:i:s', time() + LEASE );
		if ( settle( $row, array( 'due_at' => $leased ) ) ) {
			$row->due_at = $leased;
			$is_taken    = is_taken( $row );
			settle( $row, $is_taken ? array( 'due_at' => null ) : next_try( (int) $row->attempts ) );
			if ( ! $is_taken ) {
				set_transient( 'regulars_pause', 1, PAUSE );
				return;
			}
		}
	}
}

/** Posts a message; true once Regulars has kept it. */
function is_taken( object $row ): bool {
	$to      = connection();
	$headers = array(
		'Content-Type'             => 'application/json',
		'X-WC-Webhook-Topic'       => 'regulars.cart',
		'X-WC-Webhook-Source'      => trailingslashit( $to['home'] ),
		'X-WC-Webhook-Delivery-ID' => $row->delivery_id,
		'X-WC-Webhook-Signature'   => base64_encode( hash_hmac( 'sha256', $row->message, $to['secret'], true ) ), // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- as WooCommerce signs its webhooks.
	);
	$request = array(
		'method'  => 'POST',
		'headers' => $headers,
		'body'    => $row->message,
	);
	return 200 === wp_remote_retrieve_response_code( call( "/webhooks/woocommerce/{$to['shop']}", $request ) );
}

function next_try( int $attempts ): array {
	$wait = AGAIN_AFTER[ $attempts ] ?? null;
	return array(
		'attempts' => $attempts + 1,
		'due_at'   => null === $wait ? null : gmdate( 'Y-m-d H:i:s', time() + $wait ),
	);
}
