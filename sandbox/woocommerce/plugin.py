"""The companion plugin: it learns where Regulars is, and tells it of every cart, signed."""

import hashlib
import secrets
from dataclasses import dataclass

from flask import Response, request

from sandbox.changes import Event
from sandbox.front.links import woocommerce_restore
from sandbox.shop import Checkout, Consent, Line
from sandbox.woocommerce.answers import Body, answer, encode
from sandbox.woocommerce.courier import Courier
from sandbox.woocommerce.dates import gmt
from sandbox.woocommerce.delivery import post, sign
from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.house import House
from sandbox.woocommerce.lines import Amounts, Sold

NAMESPACE = "wc-regulars/v1"
STATES = {"subscribed": "granted", "unsubscribed": "refused", "not_subscribed": "refused"}


@dataclass(frozen=True, slots=True)
class Connection:
    shop: str
    url: str
    secret: str


class Plugin:
    def __init__(self, house: House, courier: Courier) -> None:
        self.house, self.courier = house, courier
        self.connected: Connection | None = None
        self.left = False  # the merchant disconnected here
        self.proof = ""
        house.box.listen(self._note)
        root, allow = f"/wp-json/{NAMESPACE}", "GET, POST, DELETE"
        house.route("GET", "connection", self.show, allow, root=root)
        house.route("POST", "connection", self.connect, allow, root=root)
        house.route("DELETE", "connection", self.disconnect, allow, root=root)
        self.words: dict[str, tuple[str, str]] = {}  # address -> the last word of consent, and when
        house.route("GET", "consent", self.word, "GET, POST", root=root)
        house.route("POST", "consent", self.keep_word, "GET, POST", root=root)

    def connection(self) -> Connection | None:
        return self.connected

    def connect(self) -> Response:
        wanted = request.get_json(silent=True)
        facts = [str(wanted.get(name) or "") for name in ("shop", "url", "secret")] if isinstance(wanted, dict) else []
        if not all(facts) or len(facts) != 3:
            raise ApiError(400, "regulars_invalid_connection", "A connection needs shop, url and secret.")
        self.connected, self.left, self.proof = Connection(facts[0], facts[1].rstrip("/"), facts[2]), False, ""
        return answer({"version": 1})

    def show(self) -> Response:
        to = self.connected
        said = {"shop": to and to.shop, "url": to and to.url, "fingerprint": to and _digest(to.secret)}
        return answer({"version": 1, **said, "left": self.left, "proof": _digest(self.proof) if self.proof else None})

    def word(self) -> Response:
        return self._word(request.args.get("email", ""))

    def keep_word(self) -> Response:
        """The later word counts, and of two at one moment the no."""
        said = request.get_json()
        email, state, at = said["email"].lower(), said["state"], said["at"]
        before = self.words.get(email, ("", ""))
        if at > before[1] or (at == before[1] and state == "refused"):
            self.words[email] = (state, at)
        return self._word(email)

    def _word(self, email: str) -> Response:
        state, at = self.words.get(email.lower(), (None, None))
        return answer({"state": state, "at": at})

    def press(self) -> str:
        """The button: what it gives along to Regulars."""
        self.proof = secrets.token_hex(16)
        return self.proof

    def leave(self) -> None:
        """The merchant disconnects in the plugin: Regulars is told nothing."""
        self.connected, self.left = None, True

    def disconnect(self) -> Response:
        self.connected = None
        return answer({"version": 1})

    def _note(self, event: Event) -> None:
        """The message is written when its turn comes, so a shopper who types says it once."""
        if self.connected and isinstance(event.object, Checkout):
            checkout = event.object
            self.courier.send(("cart", checkout.id, checkout.state), lambda: self._send(checkout))

    def _send(self, checkout: Checkout) -> bool:
        to, options = self.connected, self.house.options
        if to is None:
            return False
        with self.house.box.lock:
            body = encode(self.message(checkout))
        headers = {
            "X-WC-Webhook-Source": f"{options.home_url}/",
            "X-WC-Webhook-Topic": "regulars.cart",
            "X-WC-Webhook-Delivery-ID": secrets.token_hex(16),
            "X-WC-Webhook-Signature": sign(body, to.secret),
        }
        return post(f"{to.url}/webhooks/woocommerce/{to.shop}", body, headers, options)

    def message(self, checkout: Checkout) -> Body:
        person = self.house.box.shop.people.get(checkout.person_id or 0)
        rate = {} if checkout.rate is None else {"rate": f"{checkout.rate:f}"}
        sold = Sold(checkout)
        is_open = checkout.state == "open"
        return {
            "version": 1,
            "session": checkout.session,
            "email": checkout.email,
            "customer_id": person.id if person and person.registered else 0,
            "items": [self._item(checkout, line, amounts) for line, amounts in sold.lines],
            "totals": self._totals(checkout, sold),
            "currency": checkout.currency,
            **rate,
            "language": checkout.locale,
            "consent": _consent(checkout.consent),
            "restore_url": woocommerce_restore(self.house.options.home_url, checkout) if is_open else None,
            "state": checkout.state,
            "order_id": checkout.order_id,
            "updated_at": f"{gmt(checkout.updated_at)}Z",
        }

    def _item(self, checkout: Checkout, line: Line, amounts: Amounts) -> Body:
        product = self.house.box.shop.products.get(line.product_id or 0)
        return {
            "product_id": line.product_id or 0,
            "variation_id": line.variant_id if product and product.option_names else 0,
            "name": line.title,
            "sku": line.sku,
            "quantity": line.quantity,
            "total": self.house.writing.money(amounts.total + sum(amounts.taxes), checkout.currency),
            "image": product.image_url if product else None,
        }

    def _totals(self, checkout: Checkout, sold: Sold) -> dict[str, str]:
        """Tax in the total and on its own; the rest net of it, as the cart counts."""
        totals = {
            "total": checkout.total_minor,
            "subtotal": sum(amounts.subtotal for _, amounts in sold.lines),
            "tax": sum(sold.goods_taxes) + sum(sold.shipping_taxes),
            "shipping": sold.shipping,
            "discount": sold.discount,
        }
        return {name: self.house.writing.money(minor, checkout.currency) for name, minor in totals.items()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _consent(consent: Consent | None) -> Body:
    if consent is None or consent.state not in STATES:
        return {"state": "unknown", "at": None, "text": None}
    at = f"{gmt(consent.at)}Z" if consent.at else None
    return {"state": STATES[consent.state], "at": at, "text": consent.text}
