"""POST /webhooks/…: what the platforms deliver, verified, kept on disk, and only then answered with success.

An application of its own in front of the panel's, whose hooks are for people: these come by the thousand.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

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

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LARGEST = 5 * 1024 * 1024  # bytes of a body
URLS = Map(
    [
        Rule("/webhooks/shopify", endpoint="shopify", methods=["POST"]),
        Rule(f"/webhooks/woocommerce/<int(max={2**63 - 1}):shop_id>", endpoint="woocommerce", methods=["POST"]),
    ]
)


class Intake:
    """What answers the platforms, one for an app."""

    def __init__(self, context: Context, connectors: Mapping[str, Connector] = CONNECTORS) -> None:
        self.context = context
        self.connectors = connectors
        self.shops = Shops(context)
        self.inbox = Inbox(context.engine)
        self._urls = URLS.bind("")

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        # a list: whatever is none the server asks for piece by piece, and takes the interpreter for each
        return list(self._answer(Request(environ))(environ, start))

    def _answer(self, request: Request) -> Response | HTTPException:
        try:
            return self._handle(request)
        except RequestEntityTooLarge:
            return Response(f"More than {LARGEST} bytes.\n", 413)
        except DiskRefused as error:
            log.warning("a delivery was not kept", error=str(error))
            return Response("It cannot be kept now: deliver it again later.\n", 503)
        except HTTPException as error:
            return error
        except Exception:  # whatever it is, it is written down, and the platform delivers again
            log.exception("a delivery was not taken", path=request.path)
            return InternalServerError()

    def _handle(self, request: Request) -> Response:
        platform, named = self._urls.match(request.path, request.method)
        headers, body = cast(Mapping[str, str], request.headers), _body(request)
        if platform == "shopify":
            return self._take(platform, headers.get("X-Shopify-Shop-Domain", ""), headers, body)
        if _is_ping(request, body):
            return Response()  # WooCommerce pings again after every delivery until it is answered exactly so
        return self._take(platform, str(named["shop_id"]), headers, body)

    def _take(self, platform: str, name: str, headers: Mapping[str, str], body: bytes) -> Response:
        connector = self.connectors[platform]
        shop_id = self.shops.signed_by(platform, name, lambda secrets: connector.verify(headers, body, secrets))
        if shop_id is None:
            is_settled = self._is_settled(connector, headers, body, name)
            return Response() if is_settled else self._reject(platform, name, body)
        self.inbox.keep(
            Arrival(
                shop_id=shop_id,
                delivery_key=connector.delivery_key(headers, body),
                topic=connector.topic_of(headers),
                body=self.context.keyring.seal(zlib.compress(body, 3)),
                body_digest=hashlib.sha256(body).digest(),
                received_at=utc_now(),
                triggered_at=connector.triggered_at(headers),
            )
        )
        return Response()

    def _is_settled(self, connector: Connector, headers: Mapping[str, str], body: bytes, name: str) -> bool:
        """A request by law about a shop where the house's app is not installed any more: of it nothing is kept."""
        app = house_app(self.context.settings)
        if app is None or connector.topic_of(headers) not in BY_LAW or not connector.verify(headers, body, app.secrets):
            return False
        log.info("a request by law about a shop that is not here", shop=name, topic=connector.topic_of(headers))
        return True

    def _reject(self, platform: str, name: str, body: bytes) -> Response:
        is_known = self.shops.is_known(platform, name)
        # names that nobody has are not kept apart: anyone could make up any number of them
        address = f"/webhooks/{platform}" + (f" {name}" if is_known else "")
        self.inbox.reject(address, "signature" if is_known else "unknown shop", body)
        return Response("The signature does not fit.\n", 401)


def install(app: Flask, context: Context, connectors: Mapping[str, Connector] = CONNECTORS) -> None:
    intake, panel = Intake(context, connectors), app.wsgi_app
    app.extensions["intake"] = intake

    def either(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        answering = intake if environ["PATH_INFO"].startswith("/webhooks/") else panel
        return answering(environ, start)

    cast(Any, app).wsgi_app = either


def trouble() -> Trouble | None:
    """Why deliveries cannot be kept at present, for the panel; None where all is well."""
    return cast(Intake, current_app.extensions["intake"]).inbox.trouble


def _body(incoming: Request) -> bytes:
    """The body, refused by its length before it is read; one sent in chunks is read no further than the limit."""
    length = incoming.content_length
    if length is not None and length <= LARGEST:
        # in one piece: what guards a stream costs more than all else here
        return cast(bytes, incoming.environ["wsgi.input"].read(length))
    incoming.max_content_length = LARGEST + 1  # a stream in chunks is cut there without a word
    body = incoming.get_data()
    if len(body) > LARGEST:
        raise RequestEntityTooLarge
    return body


def _is_ping(incoming: Request, body: bytes) -> bool:
    if incoming.mimetype != "application/x-www-form-urlencoded" or "X-WC-Webhook-Topic" in incoming.headers:
        return False
    name, _, number = body.partition(b"=")
    return name == b"webhook_id" and number.isdigit()
