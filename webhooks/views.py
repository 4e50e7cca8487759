"""POST /webhooks/…: what the platforms deliver, verified, kept on disk, and only then answered with success."""

import hashlib
import zlib
from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Flask, Request, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from app.context import Context
from app.errors import DiskRefused
from app.lib.clock import utc_now
from app.lib.log import log
from app.shops.apps import house_app
from connectors import CONNECTORS
from connectors.base import Connector
from connectors.shopify.topics import BY_LAW
from webhooks.inbox import Arrival, Inbox, Trouble
from webhooks.verify import Shops

LARGEST = 5 * 1024 * 1024  # bytes of a body

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


class Intake:
    """What the views work with, one for an app."""

    def __init__(self, context: Context, connectors: Mapping[str, Connector] = CONNECTORS) -> None:
        self.context = context
        self.connectors = connectors
        self.shops = Shops(context)
        self.inbox = Inbox(context.engine)


def install(app: Flask, context: Context, connectors: Mapping[str, Connector] = CONNECTORS) -> None:
    app.extensions["intake"] = Intake(context, connectors)
    app.register_blueprint(bp)


def trouble() -> Trouble | None:
    """Why deliveries cannot be kept at present, for the panel; None where all is well."""
    return _intake().inbox.trouble


@bp.post("/shopify")
def shopify() -> ResponseReturnValue:
    return _take("shopify", request.headers.get("X-Shopify-Shop-Domain", ""))


@bp.post(f"/woocommerce/<int(max={2**63 - 1}):shop_id>")
def woocommerce(shop_id: int) -> ResponseReturnValue:
    if _is_ping(request):
        return "", 200  # WooCommerce pings again after every delivery until it is answered exactly so
    return _take("woocommerce", str(shop_id))


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    return f"More than {LARGEST} bytes.\n", 413


@bp.errorhandler(DiskRefused)
def disk_refused(error: DiskRefused) -> ResponseReturnValue:
    log.warning("a delivery was not kept", error=str(error))
    return "It cannot be kept now: deliver it again later.\n", 503


def _take(platform: str, name: str) -> ResponseReturnValue:
    intake, headers = _intake(), cast(Mapping[str, str], request.headers)
    connector = intake.connectors[platform]
    body = _body(request)
    shop_id = intake.shops.signed_by(platform, name, lambda secrets: connector.verify(headers, body, secrets))
    if shop_id is None:
        return ("", 200) if _is_settled(connector, headers, body, name) else _reject(platform, name, body)
    intake.inbox.keep(
        Arrival(
            shop_id=shop_id,
            delivery_key=connector.delivery_key(headers, body),
            topic=connector.topic_of(headers),
            body=intake.context.keyring.seal(zlib.compress(body, 3)),
            body_digest=hashlib.sha256(body).digest(),
            received_at=utc_now(),
            triggered_at=connector.triggered_at(headers),
        )
    )
    return "", 200


def _is_settled(connector: Connector, headers: Mapping[str, str], body: bytes, name: str) -> bool:
    """A request by law about a shop where the house's app is not installed any more: of it nothing is kept."""
    app = house_app(_intake().context.settings)
    if app is None or connector.topic_of(headers) not in BY_LAW or not connector.verify(headers, body, app.secrets):
        return False
    log.info("a request by law about a shop that is not here", shop=name, topic=connector.topic_of(headers))
    return True


def _reject(platform: str, name: str, body: bytes) -> ResponseReturnValue:
    is_known = _intake().shops.is_known(platform, name)
    # names that nobody has are not kept apart: anyone could make up any number of them
    address = f"/webhooks/{platform}" + (f" {name}" if is_known else "")
    _intake().inbox.reject(address, "signature" if is_known else "unknown shop", body)
    return "The signature does not fit.\n", 401


def _body(incoming: Request) -> bytes:
    """The body, refused by its length before it is read; one sent in chunks is read no further than the limit."""
    incoming.max_content_length = LARGEST + 1  # a stream in chunks is cut there without a word
    body = incoming.get_data(cache=True)
    if len(body) > LARGEST:
        raise RequestEntityTooLarge
    return body


def _is_ping(incoming: Request) -> bool:
    if incoming.mimetype != "application/x-www-form-urlencoded" or "X-WC-Webhook-Topic" in incoming.headers:
        return False
    name, _, number = _body(incoming).partition(b"=")
    return name == b"webhook_id" and number.isdigit()


def _intake() -> Intake:
    found: Any = current_app.extensions["intake"]
    return cast(Intake, found)
