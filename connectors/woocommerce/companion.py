"""The companion plugin in a shop, by docs/companion-plugin.md: told where Regulars is, asked whether it still knows."""

import hashlib
import hmac

from app.errors import NotFound
from connectors.base import Companion
from connectors.woocommerce.errors import NoRoute
from connectors.woocommerce.rows import one
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.types import Body

PATH = "wc-regulars/v1/connection"


class Connection(Body):
    """shop, url: None where it is not connected. fingerprint: of the secret. left: the merchant disconnected in the
    plugin. proof: the digest of what its button gave along, as long as that is good."""

    shop: str | None = None
    url: str | None = None
    fingerprint: str | None = None
    left: bool = False
    proof: str | None = None


def announce(transport: Transport, shop_id: str, public_url: str, secret: str, *, anew: bool) -> Companion:
    """See that the plugin knows where its carts go. anew: the merchant is connecting just now, so that they left
    before does not count any more."""
    found = _look(transport)
    if found is None:
        return "absent"
    if found.left and not anew:
        return "left"
    if (found.shop, found.url, found.fingerprint) != (shop_id, public_url, digest(secret)):
        transport.send("POST", PATH, body={"shop": shop_id, "url": public_url, "secret": secret})
    return "connected"


def leave(transport: Transport, address: str) -> None:
    """End the connection whose messages go to this address; a plugin that was connected elsewhere since keeps that."""
    found = _look(transport)
    if found is not None and f"{found.url}/webhooks/woocommerce/{found.shop}" == address:
        transport.remove(PATH)


def gave(transport: Transport, proof: str) -> bool:
    """Did this shop's plugin give what has that digest, to somebody who manages the shop and pressed its button?"""
    found = _look(transport)
    return found is not None and hmac.compare_digest((found.proof or "").encode(), proof.encode())


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _look(transport: Transport) -> Connection | None:
    try:
        return one(transport.get(PATH).content, Connection)
    except (NoRoute, NotFound):
        return None  # there is no plugin, or it is switched off
