<?php
/**
 * Leaves nothing behind: the table of baskets, the options, and what orders, coupons, customers, shoppers' sessions and
 * waiting actions knew of them.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;
defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

const LAST_MARKS = array( '_regulars_cart', '_regulars_discount', '_wc_other/regulars/consent' );
const AT_A_TIME  = 200;

/** Does the site have this table? */
function is_there( string $table ): bool {
	global $wpdb;
	return $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) === $table; // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- WooCommerce's own may be gone before us.
}

/** Shoppers keep their sessions, which are WooCommerce's, without what stood in them of ours. */
function clean_sessions(): void {
	global $wpdb;
	$table = $wpdb->prefix . 'woocommerce_sessions';
	$last  = 0;
	while ( is_there( $table ) ) {
		$rows = $wpdb->get_results( $wpdb->prepare( 'SELECT session_id, session_key, session_value FROM %i WHERE session_id > %d AND session_value LIKE %s ORDER BY session_id LIMIT %d', $table, $last, '%regulars_%', AT_A_TIME ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- of everybody, not of whoever asks.
		foreach ( $rows as $row ) {
			$last = (int) $row->session_id;
			$kept = maybe_unserialize( $row->session_value );
			if ( is_array( $kept ) ) {
				$left = array_filter( $kept, fn( $name ) => 0 !== strpos( (string) $name, 'regulars_' ), ARRAY_FILTER_USE_KEY );
				$wpdb->update( $table, array( 'session_value' => maybe_serialize( $left ) ), array( 'session_id' => $last ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- the same.
				forget_cached( $row->session_key );
			}
		}
		if ( count( $rows ) < AT_A_TIME ) {
			return;
		}
	}
}

/** A session may be kept in memory beside its row. */
function forget_cached( string $key ): void {
	if ( class_exists( '\WC_Cache_Helper' ) ) {
		wp_cache_delete( \WC_Cache_Helper::get_cache_prefix( 'wc_session_id' ) . $key, 'wc_session_id' );
	}
}

/** Of the site that is switched to. */
function remove_all(): void {
	global $wpdb;
	foreach ( array( 'baskets', 'words' ) as $name ) {
		$wpdb->query( $wpdb->prepare( 'DROP TABLE IF EXISTS %i', $wpdb->prefix . "regulars_$name" ) ); // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- our own table.
	}
	foreach ( array( 'connection', 'server', 'view', 'consent_text', 'link_key', 'table', 'left' ) as $name ) {
		delete_option( "regulars_$name" );
	}
	delete_transient( 'regulars_pause' );
	delete_transient( 'regulars_proof' );
	foreach ( array( $wpdb->postmeta, $wpdb->usermeta, $wpdb->prefix . 'wc_orders_meta' ) as $table ) {
		if ( is_there( $table ) ) {
			$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE meta_key IN (%s, %s, %s)', $table, ...LAST_MARKS ) ); // phpcs:ignore WordPress.DB -- orders are too many to load each.
		}
	}
	clean_sessions();
	if ( function_exists( 'as_unschedule_all_actions' ) ) {
		as_unschedule_all_actions( '', array(), 'regulars' );
	}
}

if ( is_multisite() ) {
	$regulars_sites = get_sites(
		array(
			'fields' => 'ids',
			'number' => 0,
		)
	);
	foreach ( $regulars_sites as $regulars_site ) {
		switch_to_blog( $regulars_site );
		remove_all();
		restore_current_blog();
	}
} else {
	remove_all();
}
