<?php
/**
 * The panel without a frame: this site's own REST route carries Regulars' fragments, and the token never leaves the server.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const SENT_ON   = array( 'hx_request', 'hx_request_type', 'hx_target', 'hx_source', 'hx_boosted', 'hx_history_restore_request', 'accept_language', 'content_type' );
const GIVEN_ON  = array( 'hx-trigger', 'hx-push-url', 'hx-replace-url', 'hx-retarget', 'hx-reswap', 'hx-reselect', 'hx-refresh' );
const GUARDED   = array( 'rest_route', '_wpnonce', '_locale', '_envelope', '_jsonp', '_method' );
const TOO_LARGE = 4 * MB_IN_BYTES;

add_action( 'rest_api_init', __NAMESPACE__ . '\\register_panel_route' );
add_filter( 'rest_pre_serve_request', __NAMESPACE__ . '\\serve_panel', 10, 3 );

function register_panel_route(): void {
	$route = array(
		'methods'             => 'GET, POST',
		'callback'            => __NAMESPACE__ . '\\carry',
		'permission_callback' => __NAMESPACE__ . '\\may_see_panel',
	);
	register_rest_route( REST, '/panel(?P<path>/.*)?', $route );
}

/** A page of ours asks: a key of WooCommerce's, which needs no nonce, does not get in. */
function may_see_panel( \WP_REST_Request $request ): bool {
	return current_user_can( CAPABILITY ) && wp_verify_nonce( (string) $request->get_header( 'x_wp_nonce' ), 'wp_rest' );
}

/** Asks Regulars in the name of whoever is signed in here. */
function carry( \WP_REST_Request $request ): \WP_REST_Response {
	if ( ! connection() ) {
		return words( 409, __( 'This shop is not connected to Regulars.', 'regulars-for-woocommerce' ) );
	}
	$query  = array_diff_key( $request->get_query_params(), array_flip( GUARDED ) );
	$path   = '/panel' . ( $request['path'] ? $request['path'] : '/' );
	$answer = call(
		$path . '?' . http_build_query( array( 'shop' => shop_name() ) + $query ),
		array(
			'method'              => $request->get_method(),
			'headers'             => request_headers( $request ),
			'body'                => 'GET' === $request->get_method() ? null : $request->get_body(),
			'timeout'             => 30,
			'limit_response_size' => TOO_LARGE,
		)
	);
	return is_wp_error( $answer ) ? words( 502, __( 'Regulars cannot be reached from this shop at present.', 'regulars-for-woocommerce' ) . ' ' . $answer->get_error_message() ) : handed_on( $answer );
}

function request_headers( \WP_REST_Request $request ): array {
	$headers = array( 'Authorization' => 'Bearer ' . token() );
	foreach ( SENT_ON as $name ) {
		$value = $request->get_header( $name );
		if ( $value ) {
			$headers[ str_replace( '_', '-', $name ) ] = $value;
		}
	}
	return $headers;
}

/** Its answer as one of ours; a redirect within the panel stays one. */
function handed_on( array $answer ): \WP_REST_Response {
	$type     = strtok( (string) wp_remote_retrieve_header( $answer, 'content-type' ), ';' );
	$body     = wp_remote_retrieve_body( $answer );
	$response = new \WP_REST_Response( 'application/json' === $type ? $body : safe_markup( $body ), (int) wp_remote_retrieve_response_code( $answer ) );
	$response->header( 'Content-Type', ( 'application/json' === $type ? $type : 'text/html' ) . '; charset=UTF-8' );
	foreach ( GIVEN_ON as $name ) {
		$value = wp_remote_retrieve_header( $answer, $name );
		if ( $value ) {
			$response->header( $name, $value );
		}
	}
	return moved( $response, $answer );
}

function moved( \WP_REST_Response $response, array $answer ): \WP_REST_Response {
	foreach ( array( 'location', 'hx-redirect' ) as $name ) {
		$to = (string) wp_remote_retrieve_header( $answer, $name );
		if ( $to ) {
			$within = preg_replace( '#^' . preg_quote( connection()['url'], '#' ) . '(?=/)#', '', $to );
			$is_in  = 0 === strpos( $within, '/panel/' );
			$url    = $is_in ? ( 'location' === $name ? route_url( $within ) : page_url( $within ) ) : their_url( $to );
			$response->header( $name, $url );
		}
	}
	return $response;
}

/** An address of Regulars' own, a file to download for instance; of nobody else's. */
function their_url( string $to ): string {
	$url = connection()['url'];
	return 0 === strpos( $to, '/' ) ? $url . $to : ( 0 === strpos( $to, "$url/" ) ? $to : page_url( '/panel/' ) );
}

/** The REST address that carries a path of the panel, `/panel/customers?q=a`. */
function route_url( string $path ): string {
	list( $path, $query ) = explode( '?', $path, 2 ) + array( '', '' );
	$url                  = rest_url( REST . $path );
	return '' === $query ? $url : $url . ( false === strpos( $url, '?' ) ? '?' : '&' ) . $query;
}

function words( int $status, string $text ): \WP_REST_Response {
	return new \WP_REST_Response( '<main id="page" class="regulars-words"><p class="error">' . esc_html( $text ) . '</p></main>', $status, array( 'Content-Type' => 'text/html; charset=UTF-8' ) );
}

/** REST would make JSON of it. */
function serve_panel( $is_served, $response, $request ) {
	$is_ours = 0 === strpos( $request->get_route(), '/' . REST . '/panel' ) && is_string( $response->get_data() );
	if ( $is_served || ! $is_ours ) {
		return $is_served;
	}
	foreach ( $response->get_headers() as $name => $value ) {
		header( "$name: $value" );
	}
	echo $response->get_data(); // phpcs:ignore WordPress.Security.EscapeOutput -- kses has seen it, or it is JSON and said to be.
	return true;
}
