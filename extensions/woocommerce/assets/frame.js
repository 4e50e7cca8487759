// The panel in a frame: it asks for a fresh token, and only it gets one.
( () => {
	const { token, ticket } = window.regularsPanel;
	const frame = document.getElementById( 'regulars-frame' );
	if ( ! frame ) return;
	const theirs = new URL( frame.src ).origin;

	const freshToken = async () => {
		const answer = await fetch( token, { method: 'POST', body: new URLSearchParams( { _ajax_nonce: ticket } ), credentials: 'same-origin' } );
		if ( ! answer.ok ) throw new Error( `No token: ${ answer.status }` );
		return ( await answer.json() ).token;
	};

	window.addEventListener( 'message', async ( { source, origin, data } ) => {
		if ( source !== frame.contentWindow || origin !== theirs || data?.type !== 'crm:token-request' ) return;
		frame.contentWindow.postMessage( { type: 'crm:token', token: await freshToken() }, theirs );
	} );
} )();
