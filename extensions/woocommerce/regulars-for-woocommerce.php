<?php
/**
 * Plugin Name: Regulars for WooCommerce
 * Description: Shows Regulars, the CRM for online shops, under WooCommerce, and tells it of baskets, so that abandoned ones can be recovered.
 * Version: 0.1.0
 * Author: Regulars
 * License: GPL-2.0-or-later
 * License URI: https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain: regulars-for-woocommerce
 * Requires at least: 6.5
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 8.9
 * WC tested up to: 11.0
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

const VERSION        = '0.1.0';
const CONTRACT       = 1; // of docs/companion-plugin.md, in Regulars' repository.
const DEFAULT_SERVER = 'https://app.regulars.example';
const CAPABILITY     = 'manage_woocommerce';
const REST           = 'wc-regulars/v1'; // WooCommerce lets its keys into namespaces that begin with "wc-" only.
const FILE           = __FILE__;

add_action( 'before_woocommerce_init', __NAMESPACE__ . '\\declare_compatibility' );
add_action( 'plugins_loaded', __NAMESPACE__ . '\\load', 20 );
register_deactivation_hook( __FILE__, __NAMESPACE__ . '\\deactivate' );

/** Orders are only touched through WooCommerce's own objects, baskets through both checkouts' hooks. */
function declare_compatibility(): void {
	if ( class_exists( \Automattic\WooCommerce\Utilities\FeaturesUtil::class ) ) {
		foreach ( array( 'custom_order_tables', 'cart_checkout_blocks' ) as $feature ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( $feature, __FILE__, true );
		}
	}
}

/** Without WooCommerce there is nothing to do. */
function load(): void {
	if ( ! class_exists( 'WooCommerce' ) ) {
		return;
	}
	foreach ( array( 'connection', 'token', 'rows', 'words', 'message', 'sending', 'capture', 'consent', 'restore', 'panel-markup', 'panel-route', 'admin-page', 'admin-actions', 'privacy' ) as $name ) {
		require_once __DIR__ . "/includes/$name.php";
	}
	make_table();
}

/** What waits for its turn would call functions that are gone. */
function deactivate(): void {
	if ( function_exists( 'as_unschedule_all_actions' ) ) {
		as_unschedule_all_actions( '', array(), 'regulars' );
	}
}
