<?php
/**
 * The token that tells Regulars who of the shop's staff is asking: a JWT that lives for a minute.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const TOKEN_LIFE = 60; // seconds.

/** For the present user, who has to have the capability; checked by whoever asks. */
function token(): string {
	$to     = connection();
	$now    = time();
	$user   = wp_get_current_user();
	$claims = array(
		'iss'  => $to['home'],
		'aud'  => 'regulars',
		'sub'  => (string) $user->ID,
		'name' => $user->display_name,
		'iat'  => $now,
		'nbf'  => $now,
		'exp'  => $now + TOKEN_LIFE,
	);
	$signed = url_safe( '{"alg":"HS256","typ":"JWT"}' ) . '.' . url_safe( wp_json_encode( $claims ) );
	return $signed . '.' . url_safe( hash_hmac( 'sha256', $signed, $to['secret'], true ) );
}

/** How Regulars names this shop: the home address without its scheme. */
function shop_name(): string {
	return untrailingslashit( (string) preg_replace( '#^https?://#', '', connection()['home'] ) );
}

/** Base64 with the alphabet of addresses, as JWT wants it. */
function url_safe( string $bytes ): string {
	return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- JWT is made of it.
}
