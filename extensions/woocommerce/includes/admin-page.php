<?php
/**
 * The page under WooCommerce: what connects the shop, and then the panel.
 *
 * @package Regulars
 */

namespace Regulars;

defined( 'ABSPATH' ) || exit;

add_action( 'admin_menu', __NAMESPACE__ . '\\add_page', 60 );
add_action( 'admin_enqueue_scripts', __NAMESPACE__ . '\\load_assets' );
add_filter( 'plugin_action_links_' . plugin_basename( FILE ), __NAMESPACE__ . '\\link_to_page' );

function add_page(): void {
	add_submenu_page( 'woocommerce', 'Regulars', 'Regulars', CAPABILITY, 'regulars', __NAMESPACE__ . '\\show_page' );
}

/** This page, at a path of the panel if one is given. */
function page_url( string $path = '' ): string {
	$url = admin_url( 'admin.php?page=regulars' );
	return '' === $path || '/panel/' === $path ? $url : $url . '&path=' . rawurlencode( $path );
}

function link_to_page( array $links ): array {
	return array( '<a href="' . esc_url( page_url() ) . '">' . esc_html__( 'Open', 'regulars-for-woocommerce' ) . '</a>' ) + $links;
}

function is_framed(): bool {
	return 'frame' === get_option( 'regulars_view' );
}

/** Which path of the panel this address names. */
function panel_path(): string {
	$path = isset( $_GET['path'] ) && is_string( $_GET['path'] ) ? sanitize_text_field( wp_unslash( $_GET['path'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification -- it only says which page to show.
	return 0 === strpos( $path, '/panel/' ) ? $path : '/panel/';
}

function load_assets( string $hook ): void {
	if ( 'woocommerce_page_regulars' !== $hook ) {
		return;
	}
	wp_enqueue_style( 'regulars', plugins_url( 'assets/page.css', FILE ), array(), VERSION );
	if ( ! connection() ) {
		return;
	}
	$script = is_framed() ? 'frame' : 'panel';
	$facts  = array(
		'home'   => page_url(),
		'route'  => esc_url_raw( rest_url( REST ) ),
		'nonce'  => wp_create_nonce( 'wp_rest' ),
		'token'  => admin_url( 'admin-ajax.php?action=regulars_token' ),
		'renew'  => admin_url( 'admin-ajax.php?action=rest-nonce' ),
		'failed' => __( 'The page could not be reached. Check the connection and try again.', 'regulars-for-woocommerce' ),
	);
	if ( ! is_framed() ) {
		wp_enqueue_style( 'regulars-panel', plugins_url( 'assets/panel.css', FILE ), array(), VERSION );
	}
	wp_enqueue_script( "regulars-$script", plugins_url( "assets/$script.js", FILE ), array(), VERSION, array( 'in_footer' => true ) );
	wp_localize_script( "regulars-$script", 'regularsPanel', $facts );
}

function show_page(): void {
	if ( ! current_user_can( CAPABILITY ) ) {
		wp_die( esc_html__( 'You may not see this page.', 'regulars-for-woocommerce' ), 403 );
	}
	echo '<div class="wrap regulars">';
	if ( ! connection() ) {
		show_start();
	} elseif ( isset( $_GET['settings'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification -- it only says which page to show.
		show_settings();
	} else {
		show_panel();
	}
	echo '</div>';
}

function show_panel(): void {
	echo '<h1 class="screen-reader-text">Regulars</h1>';
	if ( is_framed() ) {
		$source = add_query_arg(
			array(
				'shop'     => rawurlencode( shop_name() ),
				'id_token' => token(),
			),
			connection()['url'] . panel_path()
		);
		printf( '<iframe id="regulars-frame" title="Regulars" src="%s" allow="clipboard-write"></iframe>', esc_url( $source ) );
	} else {
		printf( '<div id="regulars-panel" data-host="wp" data-path="%s" data-hx-boost:inherited="true" data-hx-target:inherited="#page" data-hx-swap:inherited="innerHTML show:top"><p role="status">%s</p></div>', esc_attr( panel_path() ), esc_html__( 'Loading…', 'regulars-for-woocommerce' ) );
	}
	printf( '<p class="regulars-foot"><a href="%s">%s</a></p>', esc_url( page_url() . '&settings=1' ), esc_html__( 'Settings of this plugin', 'regulars-for-woocommerce' ) );
}

function show_start(): void {
	?>
	<h1>Regulars</h1>
	<div class="regulars-card">
		<h2><?php esc_html_e( 'Connect your shop', 'regulars-for-woocommerce' ); ?></h2>
		<p><?php esc_html_e( 'Regulars copies your customers, orders and products, shows you who comes back, and brings abandoned baskets to an order.', 'regulars-for-woocommerce' ); ?></p>
		<p><?php esc_html_e( 'You sign in there, and approve here that it may read your shop. Nothing is sent before.', 'regulars-for-woocommerce' ); ?></p>
		<?php open_form( 'regulars_connect' ); ?>
			<details<?php echo DEFAULT_SERVER === server() ? '' : ' open'; ?>>
				<summary><?php esc_html_e( 'I run Regulars myself', 'regulars-for-woocommerce' ); ?></summary>
				<p><label for="regulars-server"><?php esc_html_e( 'Its address', 'regulars-for-woocommerce' ); ?></label><br>
				<input id="regulars-server" class="regular-text" type="url" name="server" value="<?php echo esc_attr( server() ); ?>" required></p>
			</details>
			<p><button class="button button-primary"><?php esc_html_e( 'Connect to Regulars', 'regulars-for-woocommerce' ); ?></button></p>
		</form>
	</div>
	<?php
}

function show_settings(): void {
	?>
	<h1><?php esc_html_e( 'Settings of Regulars for WooCommerce', 'regulars-for-woocommerce' ); ?></h1>
	<p><a href="<?php echo esc_url( page_url() ); ?>"><?php esc_html_e( 'Back to Regulars', 'regulars-for-woocommerce' ); ?></a></p>
	<?php open_form( 'regulars_settings' ); ?>
		<table class="form-table">
			<tr>
				<th><label for="regulars-consent"><?php esc_html_e( 'Beside the box at the checkout', 'regulars-for-woocommerce' ); ?></label></th>
				<td><input id="regulars-consent" class="large-text" name="consent_text" maxlength="300" value="<?php echo esc_attr( consent_text() ); ?>">
				<p class="description"><?php esc_html_e( 'Nobody who has not ticked it is sent a reminder. Leave it empty to show no box.', 'regulars-for-woocommerce' ); ?></p></td>
			</tr>
			<tr>
				<th><?php esc_html_e( 'The panel', 'regulars-for-woocommerce' ); ?></th>
				<td><label><input type="checkbox" name="view" value="frame"<?php checked( is_framed() ); ?>> <?php esc_html_e( 'Show it in a frame', 'regulars-for-woocommerce' ); ?></label></td>
			</tr>
		</table>
		<p><button class="button button-primary"><?php esc_html_e( 'Save', 'regulars-for-woocommerce' ); ?></button></p>
	</form>
	<h2><?php esc_html_e( 'Disconnect', 'regulars-for-woocommerce' ); ?></h2>
	<p><?php esc_html_e( 'Baskets are no longer sent. To have what was copied removed, disconnect the shop in Regulars too.', 'regulars-for-woocommerce' ); ?></p>
	<?php open_form( 'regulars_disconnect' ); ?>
		<p><button class="button"><?php esc_html_e( 'Disconnect', 'regulars-for-woocommerce' ); ?></button></p>
	</form>
	<?php
}

/** What its button does is in admin-actions.php. */
function open_form( string $action ): void {
	printf( '<form method="post" action="%s"><input type="hidden" name="action" value="%s">', esc_url( admin_url( 'admin-post.php' ) ), esc_attr( $action ) );
	wp_nonce_field( $action );
}
