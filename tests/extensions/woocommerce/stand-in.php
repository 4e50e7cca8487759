<?php
/**
 * Plugin Name: Stand-in for WooCommerce
 * Description: As much of WooCommerce as the companion plugin meets: a session, a cart, orders, hooks, keys, Action Scheduler.
 */

define( 'STAND_IN_PRODUCTS', array( 41 => array( 'Logo T-Shirt &amp; Cap', 'TS', 24.0 ), 42 => array( 'Mug', 'MUG', 12.5 ) ) );

class WooCommerce {}

class Stand_In_Session {
	private $data;
	private $id;
	public function __construct() {
		$this->id   = isset( $_COOKIE['stand_in'] ) ? sanitize_key( $_COOKIE['stand_in'] ) : '';
		$this->data = $this->id ? (array) get_option( "stand_in_{$this->id}", array() ) : array();
		add_action( 'shutdown', array( $this, 'save' ), 20 );
	}
	public function set_customer_session_cookie( $set ) {
		if ( ! $this->id ) {
			$this->id = bin2hex( random_bytes( 8 ) );
			setcookie( 'stand_in', $this->id, 0, '/' );
		}
	}
	public function get( $name, $default = null ) {
		return $this->data[ $name ] ?? $default;
	}
	public function set( $name, $value ) {
		$this->data[ $name ] = $value;
	}
	public function save() {
		if ( $this->id ) {
			update_option( "stand_in_{$this->id}", $this->data, false );
		}
	}
}

class Stand_In_Customer {
	public function get_billing_email() {
		return (string) WC()->session->get( 'billing_email', '' );
	}
	public function set_billing_email( $email ) {
		WC()->session->set( 'billing_email', $email );
	}
	public function save() {}
}

class Stand_In_Product {
	private $facts;
	public function __construct( $id ) {
		$this->facts = STAND_IN_PRODUCTS[ $id ];
	}
	public function get_name() {
		return $this->facts[0];
	}
	public function get_sku() {
		return $this->facts[1];
	}
	public function get_image_id() {
		return '';
	}
}

class WC_Cart {
	public function get_cart() {
		$lines = array();
		foreach ( (array) WC()->session->get( 'cart', array() ) as $key => $line ) {
			$net           = STAND_IN_PRODUCTS[ $line['product_id'] ][2] * $line['quantity'];
			$lines[ $key ] = $line + array( 'key' => $key, 'data' => new Stand_In_Product( $line['product_id'] ), 'line_total' => $net, 'line_tax' => $net * 0.19 );
		}
		return $lines;
	}
	public function is_empty() {
		return ! $this->get_cart();
	}
	public function generate_cart_id( $id, $variation_id = 0, $variation = array(), $more = array() ) {
		return md5( wp_json_encode( array( $id, $variation_id, $variation, $more ) ) );
	}
	public function find_product_in_cart( $key ) {
		return isset( $this->get_cart()[ $key ] ) ? $key : '';
	}
	public function add_to_cart( $id, $quantity = 1, $variation_id = 0, $variation = array(), $more = array() ) {
		WC()->session->set_customer_session_cookie( true );
		$key  = $this->generate_cart_id( $id, $variation_id, $variation, $more );
		$cart = (array) WC()->session->get( 'cart', array() );
		$more += array( 'product_id' => $id, 'variation_id' => $variation_id, 'variation' => $variation, 'quantity' => 0 );
		$cart[ $key ] = ( $cart[ $key ] ?? $more );
		$cart[ $key ]['quantity'] += $quantity;
		WC()->session->set( 'cart', $cart );
		do_action( 'woocommerce_add_to_cart', $key );
	}
	public function empty_cart() {
		WC()->session->set( 'cart', array() );
		do_action( 'woocommerce_cart_emptied' );
	}
	public function get_applied_coupons() {
		return array();
	}
	private function sum( $name ) {
		return array_sum( array_column( $this->get_cart(), $name ) );
	}
	public function get_subtotal() {
		return $this->sum( 'line_total' );
	}
	public function get_total_tax() {
		return $this->sum( 'line_tax' );
	}
	public function get_total( $context ) {
		return $this->sum( 'line_total' ) + $this->sum( 'line_tax' );
	}
	public function get_shipping_total() {
		return 0;
	}
	public function get_discount_total() {
		return 0;
	}
}

class WC_Order {
	private $meta = array();
	public $status = 'pending';
	public function get_id() {
		return 900;
	}
	public function get_status() {
		return $this->status;
	}
	public function get_billing_email() {
		return WC()->customer->get_billing_email();
	}
	public function get_meta( $name ) {
		return $this->meta[ $name ] ?? '';
	}
	public function update_meta_data( $name, $value ) {
		$this->meta[ $name ] = $value;
	}
	public function save_meta_data() {}
}

class WC_AJAX {
	public static function get_endpoint( $name ) {
		return home_url( "/?wc-ajax=$name" );
	}
}

function WC() {
	static $it = null;
	if ( ! $it ) {
		$it           = new stdClass();
		$it->session  = new Stand_In_Session();
		$it->customer = new Stand_In_Customer();
		$it->cart     = new WC_Cart();
	}
	return $it;
}

function wc_get_order( $order ) {
	return $order;
}
function wc_format_decimal( $number, $decimals = false ) {
	return false === $decimals ? (string) $number : number_format( (float) $number, $decimals, '.', '' );
}
function wc_get_price_decimals() {
	return 2;
}
function get_woocommerce_currency() {
	return 'EUR';
}
function wc_get_checkout_url() {
	return home_url( '/?stand-in=checkout' );
}
function wc_get_page_permalink( $page ) {
	return home_url( "/?stand-in=$page" );
}
function wc_add_notice( $text ) {
	WC()->session->set( 'notice', $text );
}
function is_checkout() {
	return 'checkout' === ( $_GET['stand-in'] ?? '' );
}
function is_order_received_page() {
	return false;
}

// Action Scheduler, whose turn comes when the test says so.
function as_enqueue_async_action( $hook ) {
	update_option( 'stand_in_actions', array_unique( array_merge( (array) get_option( 'stand_in_actions', array() ), array( $hook ) ) ) );
}
function as_schedule_recurring_action( $when, $every, $hook ) {}
function as_unschedule_all_actions( $hook ) {
	update_option( 'stand_in_actions', '' === $hook ? array() : array_diff( (array) get_option( 'stand_in_actions', array() ), array( $hook ) ) );
}

add_filter( 'http_request_host_is_external', '__return_true' );
add_filter( 'http_allowed_safe_ports', fn( $ports, $host, $url ) => array( wp_parse_url( $url, PHP_URL_PORT ) ), 10, 3 );

// WooCommerce adds the capability to administrators, and a menu; its keys sign in without a cookie.
add_action(
	'init',
	function () {
		update_option( 'woocommerce_currency', 'EUR' );
		get_role( 'administrator' )->add_cap( 'manage_woocommerce' );
		if ( ! username_exists( 'nobody' ) ) {
			wp_insert_user( array( 'user_login' => 'nobody', 'user_pass' => 'password', 'role' => 'subscriber' ) );
		}
	},
	1
);
add_action( 'admin_menu', fn() => add_menu_page( 'WooCommerce', 'WooCommerce', 'read', 'woocommerce', '__return_empty_string' ), 9 );
add_filter(
	'determine_current_user',
	fn( $user ) => 'key of admin' === ( $_SERVER['HTTP_X_STAND_IN'] ?? '' ) ? 1 : $user,
	99
);

// What shoppers do, by address.
add_action(
	'template_redirect',
	function () {
		$act = $_GET['stand-in'] ?? '';
		if ( isset( $_GET['wc-ajax'] ) ) {
			define( 'DOING_AJAX', true );
			do_action( 'wc_ajax_' . sanitize_key( $_GET['wc-ajax'] ) );
		} elseif ( 'add' === $act ) {
			WC()->cart->add_to_cart( (int) $_GET['product'], 1, 0, array(), isset( $_GET['engraving'] ) ? array( 'engraving' => $_GET['engraving'] ) : array() );
		} elseif ( 'order' === $act ) {
			$order = new WC_Order();
			do_action( 'woocommerce_store_api_checkout_order_processed', $order );
			$order->status = (string) $_GET['status'];
			do_action( 'woocommerce_order_status_changed', 900, 'pending', $order->status, $order );
			WC()->cart->empty_cart();
		} elseif ( 'empty' === $act ) {
			WC()->cart->empty_cart();
		} elseif ( 'actions' === $act ) {
			$waiting = (array) get_option( 'stand_in_actions', array() );
			delete_option( 'stand_in_actions' );
			array_map( 'do_action', $waiting );
		} elseif ( 'checkout' === $act ) {
			echo '<!doctype html><title>Checkout</title><form class="checkout"><input id="billing_email">';
			do_action( 'woocommerce_after_checkout_billing_form' );
			echo '</form><p id="notice">' . esc_html( (string) WC()->session->get( 'notice', '' ) ) . '</p><ol>';
			foreach ( WC()->cart->get_cart() as $line ) {
				printf( '<li>%s × %d %s</li>', wp_kses_post( $line['data']->get_name() ), (int) $line['quantity'], esc_html( $line['engraving'] ?? '' ) );
			}
			echo '</ol>';
			wp_head();
			wp_footer();
		} elseif ( '' === $act ) {
			return;
		}
		exit;
	},
	50
);
