"""WooCommerce's hand-over of keys, as the outside sees it: the companion plugin's button, and where shops post keys."""

from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import BadInput
from app.lib.clock import utc_now
from app.public import bp
from app.shops.handover import park
from app.web.roof import roof

_LARGEST = 4096  # bytes of a body


@bp.get("/connect/woocommerce")
def connect_woocommerce() -> ResponseReturnValue:
    """The session's cookie is the panel's, so the panel goes on from here."""
    wish = {name: request.args.get(name, "") for name in ("address", "return", "proof")}
    return redirect(f"{url_for('panel.connect_shop')}?{urlencode(wish)}")


@bp.post("/connect/woocommerce/keys")
def take_keys() -> ResponseReturnValue:
    """Exactly 200, or the shop deletes the key again."""
    request.max_content_length = _LARGEST
    try:
        is_awaited = park(roof().context, request.get_data(), utc_now())
    except BadInput:
        return "These are no keys.", 400
    return ("", 200) if is_awaited else ("Nobody waits for these keys.", 410)
