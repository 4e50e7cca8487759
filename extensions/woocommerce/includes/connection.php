<?php
/**
 * The connection: what Regulars told this shop with its WooCommerce key, and the route by which it tells.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

add_action( 'rest_api_init', __NAMESPACE__ . '\\register_connection_route' );

/** `shop`, `url`, `secret`, and `home` as it was read when they came; null where the shop is not connected. */
function connection(): ?array {
	$kept = get_option( 'regulars_connection' );
	return is_array( $kept ) ? $kept : null;
}

/** Where the merchant connects: a setting, for those who run Regulars themselves. */
function server(): string {
	return (string) get_option( 'regulars_server', DEFAULT_SERVER );
}

function register_connection_route(): void {
	$may    = function () {
		return current_user_can( CAPABILITY );
	};
	$needed = array(
		'shop'   => array(
			'type'     => 'string',
			'required' => true,
			'pattern'  => '^[0-9A-Za-z_-]{1,64}$',
		),
		'url'    => array( // Looked up in connect(): WordPress checks arguments before it asks who may call.
			'type'     => 'string',
			'required' => true,
		),
		'secret' => array(
			'type'     => 'string',
			'required' => true,
			'pattern'  => '^[0-9a-fA-F]{32,128}$',
		),
	);
	$routes = array(
		array(
			'methods'             => 'GET',
			'callback'            => __NAMESPACE__ . '\\show_connection',
			'permission_callback' => $may,
		),
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\\connect',
			'permission_callback' => $may,
			'args'                => $needed,
		),
		array(
			'methods'             => 'DELETE',
			'callback'            => __NAMESPACE__ . '\\end_connection',
			'permission_callback' => $may,
		),
	);
	register_rest_route( REST, '/connection', $routes );
}

function show_connection(): array {
	$to = connection();
	$proof = get_transient( 'regulars_proof' );
	return array(
		'version'     => CONTRACT,
		'shop'        => $to ? $to['shop'] : null,
		'url'         => $to ? $to['url'] : null,
		'fingerprint' => $to ? hash( 'sha256', $to['secret'] ) : null,
		'left'        => (bool) get_option( 'regulars_left' ),
		'proof'       => $proof ? $proof : null,
	);
}

/** What was kept, or a WP_Error for an address out of reach. */
function connect( \WP_REST_Request $request ) {
	$to        = array_intersect_key( $request->get_params(), array_flip( array( 'shop', 'url', 'secret' ) ) );
	$reachable = is_reachable_address( $to['url'] );
	if ( is_wp_error( $reachable ) ) {
		return $reachable;
	}
	$to['url']  = address( $to['url'] );
	$to['home'] = home_url(); // Filters and https may write it otherwise on other pages; Regulars knows it as it is here.
	update_option( 'regulars_connection', $to );
	delete_option( 'regulars_left' );
	delete_transient( 'regulars_proof' );
	delete_transient( 'regulars_pause' );
	schedule_sending();
	return array( 'version' => CONTRACT );
}

function end_connection(): array {
	forget_connection();
	return array( 'version' => CONTRACT );
}

/** From now on nothing is sent, what waits included. */
function forget_connection(): void {
	delete_option( 'regulars_connection' );
	forget_rows();
	as_unschedule_all_actions( '', array(), 'regulars' );
}

/** An address that WordPress would call for somebody else: the same rule as for WooCommerce's own webhooks. */
function is_reachable_address( $address ) {
	if ( is_string( $address ) && wp_http_validate_url( $address ) ) {
		return true;
	}
	return new \WP_Error( 'regulars_address', __( 'This shop cannot reach that address: it has to be public, on port 80, 443 or 8080.', 'regulars-for-woocommerce' ), array( 'status' => 400 ) );
}

function address( $typed ): string {
	return untrailingslashit( esc_url_raw( trim( (string) $typed ), array( 'http', 'https' ) ) );
}

/**
 * A request to Regulars; its answer or a WP_Error.
 *
 * @param array $args As of wp_remote_request.
 */
function call( string $path, array $args ) {
	$args += array(
		'timeout'     => 10,
		'redirection' => 0,
	);
	return wp_safe_remote_request( connection()['url'] . $path, $args );
}
