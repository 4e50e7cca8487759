<?php
/**
 * Leaves nothing behind: the table of baskets, the options, and what orders and waiting actions knew of them.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;
defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

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
	foreach ( array( 'postmeta', 'wc_orders_meta' ) as $name ) {
		$table = $wpdb->prefix . $name;
		if ( $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $table ) ) ) === $table ) { // phpcs:ignore WordPress.DB.DirectDatabaseQuery -- orders are too many to load each.
			$wpdb->query( $wpdb->prepare( 'DELETE FROM %i WHERE meta_key IN (%s, %s)', $table, '_regulars_cart', '_wc_other/regulars/consent' ) ); // phpcs:ignore WordPress.DB -- the same.
		}
	}
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
