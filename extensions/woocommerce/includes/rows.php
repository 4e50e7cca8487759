<?php
/**
 * The table of baskets: one row per session, with the message that waits to be sent and what brings the basket back.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const TABLE_VERSION = 2;
const KEPT_DAYS     = 30;

function table(): string {
	return $GLOBALS['wpdb']->prefix . 'regulars_baskets';
}

/** Once, and again when its shape has changed: new sites of a network included. */
function make_table(): void {
	if ( TABLE_VERSION === (int) get_option( 'regulars_table' ) ) {
		return;
	}
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	$table = table();
	dbDelta(
		"CREATE TABLE $table (
			session_key varchar(64) NOT NULL,
			state varchar(10) NOT NULL,
			email varchar(200) NOT NULL DEFAULT '',
			content char(64) NOT NULL,
			message longtext NOT NULL,
			basket longtext NOT NULL,
			delivery_id char(32) NOT NULL,
			attempts tinyint(3) unsigned NOT NULL DEFAULT 0,
			due_at datetime NULL,
			created_at datetime NOT NULL,
			updated_at datetime NOT NULL,
			PRIMARY KEY  (session_key),
			KEY due_at (due_at),
			KEY email (email),
			KEY updated_at (updated_at)
		) " . $GLOBALS['wpdb']->get_charset_collate()
	);
	$table = words_table();
	dbDelta(
		"CREATE TABLE $table (
			email varchar(191) NOT NULL,
			state varchar(10) NOT NULL,
			said_at datetime NOT NULL,
			PRIMARY KEY  (email)
		) " . $GLOBALS['wpdb']->get_charset_collate()
	);
	update_option( 'regulars_table', TABLE_VERSION );
}

function row( string $session ): ?object {
	global $wpdb;
	return $wpdb->get_row( $wpdb->prepare( 'SELECT * FROM %i WHERE session_key = %s', table(), $session ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table, and what is cached would be old.
}

/** Puts a message in the place of the one before, to be sent at once. What was said already is not said again. */
function keep( string $session, array $message, array $basket ): void {
	$old     = row( $session );
	$now     = new \DateTimeImmutable( 'now', new \DateTimeZone( 'UTC' ) );
	$content = hash( 'sha256', wp_json_encode( array( $message, $basket ) ) );
	if ( $old && $old->content === $content ) {
		return;
	}
	$created               = $old ? $old->created_at : $now->format( 'Y-m-d H:i:s' );
	$message['created_at'] = str_replace( ' ', 'T', $created ) . 'Z';
	$message['updated_at'] = $now->format( 'Y-m-d\TH:i:s.v\Z' );
	$row                   = array(
		'session_key' => $session,
		'state'       => $message['state'],
		'email'       => (string) $message['email'],
		'content'     => $content,
		'message'     => wp_json_encode( $message ),
		'basket'      => wp_json_encode( $basket ),
		'delivery_id' => bin2hex( random_bytes( 16 ) ),
		'attempts'    => 0,
		'due_at'      => gmdate( 'Y-m-d H:i:s' ),
		'created_at'  => $created,
		'updated_at'  => $now->format( 'Y-m-d H:i:s' ),
	);
	$GLOBALS['wpdb']->replace( table(), $row ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}

/** Rows whose message waits, the longest first. */
function due_rows( int $most ): array {
	global $wpdb;
	return $wpdb->get_results( $wpdb->prepare( 'SELECT * FROM %i WHERE due_at <= %s ORDER BY due_at LIMIT %d', table(), gmdate( 'Y-m-d H:i:s' ), $most ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}

/** A row of the present message only: a shopper may have gone on meanwhile. Did anything change? */
function settle( object $row, array $changes ): bool {
	$same = array_intersect_key( (array) $row, array_flip( array( 'session_key', 'delivery_id', 'due_at' ) ) );
	return (bool) $GLOBALS['wpdb']->update( table(), $changes, $same ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}

/** Baskets that nobody touched for a month: their links end with them. */
function forget_old_rows(): void {
	global $wpdb;
	$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE updated_at < %s', table(), gmdate( 'Y-m-d H:i:s', time() - KEPT_DAYS * DAY_IN_SECONDS ) ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}

function forget_rows(): void {
	global $wpdb;
	$wpdb->query( $wpdb->prepare( 'DELETE FROM %i', table() ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
}
