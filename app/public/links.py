"""The links in mails: back to the basket, and out of the list. Scanners follow links, so only a POST unsubscribes."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from app.commerce.models import Checkout
from app.consent.actions import unsubscribe
from app.db.scope import ShopScope, shop_scope
from app.errors import NotFound
from app.flows.models import Enrollment
from app.lib.clock import utc_now
from app.mail import links
from app.mail.models import Message
from app.public import bp
from app.web.roof import roof


@bp.get("/r/<token>")
def recover(token: str) -> ResponseReturnValue:
    """Remember the click, then on to the basket, on whatever device this is."""
    context = roof().context
    shop_id, message_id = links.read(context.keyring, "recover", token)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        message = scope.get(Message, message_id)
        if message.clicked_at is None:
            message.clicked_at = utc_now()
        address = _basket(scope, message)
    return redirect(address, code=302)


@bp.get("/u/<token>")
def ask_to_unsubscribe(token: str) -> ResponseReturnValue:
    """A page with a button."""
    with _addressed(token, write=False) as (scope, message):
        return render_template("public/unsubscribe.html", shop=scope.shop, address=message.to, token=token)


@bp.post("/u/<token>")
def do_unsubscribe(token: str) -> ResponseReturnValue:
    """One click (RFC 8058): no cookie, no redirect; the answer is a page for whoever pressed the button."""
    with _addressed(token, write=True) as (scope, message):
        unsubscribe(scope, message.to, utc_now(), source="link in a mail")
        return render_template("public/unsubscribed.html", shop=scope.shop, address=message.to)


@contextmanager
def _addressed(token: str, write: bool) -> Iterator[tuple[ShopScope, Message]]:
    context = roof().context
    shop_id, message_id = links.read(context.keyring, "unsubscribe", token)
    with shop_scope(context.engine, shop_id, write=write) as scope:
        yield scope, scope.get(Message, message_id)


def _basket(scope: ShopScope, message: Message) -> str:
    enrollment = scope.find(Enrollment, message.enrollment_id) if message.enrollment_id else None
    checkout = scope.find(Checkout, enrollment.checkout_id) if enrollment else None
    address = checkout.url if checkout and checkout.url else scope.shop.home_url
    if urlsplit(address).scheme not in ("http", "https"):
        raise NotFound("this basket cannot be opened any more")
    return address
