"""The recovery flow's own questions: may this checkout be written about, and what does the mail say?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from babel.numbers import format_currency
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import col, select

from app.commerce.models import Checkout, CheckoutToken, Customer, Order, OrderToken
from app.consent import rules
from app.context import Context
from app.db.scope import ShopScope
from app.flows.models import Enrollment, Flow
from app.lib import i18n
from app.lib.ids import new_id
from app.lib.money import Money
from app.mail import links
from app.mail.models import Sender
from app.mail.outbox import Draft
from app.mail.render import compile_mail, render
from app.reasons import Reason


def obstacle(scope: ShopScope, checkout: Checkout, email: str) -> Reason | None:
    """Why this checkout must not be written about now; None where nothing stands against it."""
    if checkout.state == "completed":
        return Reason("checkout_completed")
    if not checkout.items:
        return Reason("basket_empty")
    if not checkout.url or urlsplit(checkout.url).scheme not in ("http", "https"):
        return Reason("no_way_back")
    if why_not := rules.obstacle(scope, email):
        return why_not
    return Reason("bought_since") if order_since(scope, checkout, email) is not None else None


def order_since(scope: ShopScope, checkout: Checkout, email: str) -> Order | None:
    """The first order since the checkout was begun that is the same person's, or that came of this very checkout."""
    tokens = select(CheckoutToken.token).where(CheckoutToken.checkout_id == checkout.id)
    theirs: list[ColumnElement[bool]] = [
        func.lower(Order.email) == email.strip().lower(),
        col(Order.id).in_(select(OrderToken.order_id).where(col(OrderToken.token).in_(tokens))),
    ]
    if checkout.customer_id is not None:
        theirs.append(col(Order.customer_id) == checkout.customer_id)
    if checkout.order_external_id is not None:
        theirs.append(col(Order.external_id) == checkout.order_external_id)
    since = col(Order.placed_at) >= checkout.created_at  # few orders, whatever the shop's history
    statement = select(Order).where(since, or_(*theirs), col(Order.deleted_at).is_(None), col(Order.is_test).is_(False))
    return scope.first(statement.order_by(col(Order.placed_at)).limit(1))


def draft(
    context: Context, scope: ShopScope, flow: Flow, enrollment: Enrollment, sender: Sender, now: datetime
) -> Draft:
    """The mail of an enrollment, rendered for its person, with links that are its own."""
    message_id = new_id()
    checkout = scope.get(Checkout, enrollment.checkout_id)
    urls = _urls(context, scope.shop_id, message_id)
    locale = i18n.choose([checkout.locale] if checkout.locale else [])
    with i18n.speaking(locale):
        mail = render(compile_mail(flow.subject, flow.blocks or []), facts(scope, checkout, sender, urls))
    return Draft(
        id=message_id,
        enrollment_id=enrollment.id,
        step="mail",
        customer_id=enrollment.customer_id,
        to=enrollment.email,
        subject=mail.subject,
        html=mail.html,
        text=mail.text,
        not_before=now,
        sender=sender,
        locale=locale,
        headers={
            "List-Unsubscribe": f"<{urls['unsubscribe_url']}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def facts(scope: ShopScope, checkout: Checkout, sender: Sender, urls: Mapping[str, str]) -> dict[str, Any]:
    """What a mail may speak of: plain texts and lists only."""
    customer = scope.find(Customer, checkout.customer_id) if checkout.customer_id else None
    return {
        "shop": {"name": scope.shop.name, "url": scope.shop.home_url},
        "customer": {
            "first_name": customer.first_name if customer else "",
            "last_name": customer.last_name if customer else "",
            "email": checkout.email or "",
        },
        "items": [_item(item, checkout.currency) for item in checkout.items or []],
        "total": _shown(checkout.present_total_minor, checkout.currency),
        "sender": {"name": sender.name, "postal_address": sender.postal_address or ""},
        "words": {
            "total": i18n.gettext("Total"),
            "unsubscribe": i18n.gettext("Unsubscribe"),
            "why": i18n.gettext("You receive this because you agreed to mails when you began your order."),
        },
        **urls,
    }


def _urls(context: Context, shop_id: int, message_id: int) -> dict[str, str]:
    base = context.settings.public_url or ""
    return {
        "recovery_url": f"{base}/r/{links.token(context.keyring, 'recover', shop_id, message_id)}",
        "unsubscribe_url": f"{base}/u/{links.token(context.keyring, 'unsubscribe', shop_id, message_id)}",
    }


def _item(item: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "title": item["title"],
        "quantity": item["quantity"],
        "variant": item.get("variant_title") or "",
        "total": _shown(item["total"], currency),
    }


def _shown(minor: int, currency: str) -> str:
    return format_currency(Money(minor, currency).decimal, currency, locale=i18n.locale())
