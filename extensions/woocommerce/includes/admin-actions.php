<?php
/**
 * What the page's buttons do: connect, save, disconnect, and a fresh token for the frame.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const PROOF_LIFE = 30 * MINUTE_IN_SECONDS;

add_action( 'admin_post_regulars_connect', __NAMESPACE__ . '\\go_and_connect' );
add_action( 'admin_post_regulars_settings', __NAMESPACE__ . '\\save_settings' );
add_action( 'admin_post_regulars_disconnect', __NAMESPACE__ . '\\disconnect' );
add_action( 'wp_ajax_regulars_token', __NAMESPACE__ . '\\give_token' );

/** Only those who run the shop, and only from a page of ours. */
function must_be_allowed( string $action ): void {
	if ( ! current_user_can( CAPABILITY ) ) {
		wp_die( esc_html__( 'You may not do that.', 'regulars-for-woocommerce' ), 403 );
	}
	check_admin_referer( $action );
}

/** The merchant's own browser goes there; this shop sends nothing. */
function go_and_connect(): void {
	must_be_allowed( 'regulars_connect' );
	$server = address( sanitize_text_field( wp_unslash( $_POST['server'] ?? '' ) ) ); // phpcs:ignore WordPress.Security.NonceVerification -- checked just before.
	if ( ! wp_parse_url( $server, PHP_URL_HOST ) ) {
		wp_die( esc_html__( 'That is not an address of the web.', 'regulars-for-woocommerce' ), 400, array( 'back_link' => true ) );
	}
	update_option( 'regulars_server', $server, false );
	add_filter(
		'allowed_redirect_hosts',
		function ( $hosts ) use ( $server ) {
			return array_merge( $hosts, array( wp_parse_url( $server, PHP_URL_HOST ) ) );
		}
	);
	wp_safe_redirect( connect_url( $server ) );
	exit;
}

/** The proof shows Regulars that whoever comes from here pressed the button: it asks for the digest that is kept. */
function connect_url( string $server ): string {
	$proof = bin2hex( random_bytes( 16 ) );
	set_transient( 'regulars_proof', hash( 'sha256', $proof ), PROOF_LIFE );
	$query = array(
		'address' => home_url(),
		'return'  => page_url(),
		'plugin'  => VERSION,
		'proof'   => $proof,
	);
	return "$server/connect/woocommerce?" . http_build_query( $query );
}

function save_settings(): void {
	must_be_allowed( 'regulars_settings' );
	update_option( 'regulars_consent_text', sanitize_text_field( wp_unslash( $_POST['consent_text'] ?? '' ) ) ); // phpcs:ignore WordPress.Security.NonceVerification -- checked just before.
	update_option( 'regulars_view', isset( $_POST['view'] ) ? 'frame' : 'inline' ); // phpcs:ignore WordPress.Security.NonceVerification -- checked just before.
	wp_safe_redirect( page_url() . '&settings=1' );
	exit;
}

function disconnect(): void {
	must_be_allowed( 'regulars_disconnect' );
	forget_connection();
	update_option( 'regulars_left', 1, false );
	wp_safe_redirect( page_url() );
	exit;
}

function give_token(): void {
	check_ajax_referer( 'wp_rest' );
	if ( ! current_user_can( CAPABILITY ) || ! connection() ) {
		wp_send_json_error( null, 403 );
	}
	wp_send_json( array( 'token' => token() ) );
}
