// The e-mail field was left, or the box about e-mails was ticked, on either checkout: the shop is told at once.
( () => {
	const { url, security } = window.regularsCheckout;
	const EMAIL = '#billing_email, .wp-block-woocommerce-checkout #email';
	const BOX = '#regulars_consent, #contact-regulars-consent, [id="contact-regulars/consent"]'; // the last up to WooCommerce 8.9.
	let told = '';

	const tell = ( target ) => {
		const note = new URLSearchParams( { email: document.querySelector( EMAIL )?.value.trim() ?? '' } );
		if ( target.matches( BOX ) ) note.set( 'consent', target.checked ? '1' : '0' );
		if ( note.toString() === told ) return;
		told = note.toString();
		note.set( 'security', security );
		fetch( url, { method: 'POST', body: note, credentials: 'same-origin', keepalive: true } ).catch( () => { told = ''; } );
	};

	for ( const moment of [ 'change', 'focusout' ] ) {
		document.addEventListener( moment, ( { target } ) => {
			if ( target instanceof Element && target.matches( 'change' === moment ? `${ EMAIL }, ${ BOX }` : EMAIL ) ) tell( target );
		} );
	}
} )();
