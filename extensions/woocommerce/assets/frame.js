// The panel in a frame: it asks for a fresh token, and only it gets one.
( () => {
	const { token, renew } = window.regularsPanel;
	let { nonce } = window.regularsPanel;
	const frame = document.getElementById( 'regulars-frame' );
	if ( ! frame ) return;
	const theirs = new URL( frame.src ).origin;

	const ask = () => fetch( token, { method: 'POST', body: new URLSearchParams( { _ajax_nonce: nonce } ), credentials: 'same-origin' } );
	const freshToken = async () => {
		let answer = await ask();
		if ( answer.status === 403 ) { // the page is a day old, or its reader has signed in again: WordPress gives another nonce
			nonce = await ( await fetch( renew, { credentials: 'same-origin' } ) ).text();
			answer = await ask();
		}
		if ( ! answer.ok ) throw new Error( `No token: ${ answer.status }` );
		return ( await answer.json() ).token;
	};

	window.addEventListener( 'message', async ( { source, origin, data } ) => {
		if ( source !== frame.contentWindow || origin !== theirs || data?.type !== 'crm:token-request' ) return;
		frame.contentWindow.postMessage( { type: 'crm:token', token: await freshToken() }, theirs );
	} );
} )();
