"""Baskets become checkouts: drafts of orders, and the companion plugin's cart messages."""

from app.errors import BadInput
from connectors.records import CheckoutItem, CheckoutRecord, ConsentRecord
from connectors.woocommerce import types
from connectors.woocommerce.money import minor
from connectors.woocommerce.reading import decoded, moment, quantity, titles, utc

CART = "_regulars_cart"


def draft(body: types.Order) -> CheckoutRecord:
    """A block checkout under way (WooCommerce up to 10.8); the shop removes it after a day, which means nothing. Where
    the companion plugin is, it is the plugin's cart."""
    updated_at = utc(body.date_modified_gmt) or utc(body.date_created_gmt)
    if updated_at is None:
        raise BadInput("a draft without a date", "date_modified_gmt")
    session, name = session_of(body), f"order:{body.id}"
    return CheckoutRecord(
        session or name,
        updated_at,
        utc(body.date_created_gmt) or updated_at,
        body.currency,
        minor(body.total, body.currency),
        email=body.billing.email or None,
        customer_external_id=str(body.customer_id) if body.customer_id else None,
        items=tuple([_draft_item(item, body.currency) for item in body.line_items]),
        tokens=(name,) if session else (),
    )


def session_of(body: types.Order) -> str | None:
    """The companion plugin's cart that an order or a draft came of."""
    return next((meta.value for meta in body.meta_data if meta.key == CART and isinstance(meta.value, str)), None)


def _draft_item(item: types.LineItem, currency: str) -> CheckoutItem:
    title, variant = titles(item.name, item.parent_name)
    return CheckoutItem(
        title,
        quantity(item.quantity),
        minor(item.total, currency) + minor(item.total_tax, currency),
        str(item.product_id) if item.product_id else None,
        str(item.variation_id) if item.variation_id else None,
        item.sku or None,
        variant_title=variant,
    )


def cart(body: types.Cart) -> CheckoutRecord:
    """The companion plugin's message: docs/companion-plugin.md is the contract."""
    if body.version != 1:
        raise BadInput(f"a cart message of version {body.version}; this Regulars reads version 1", "version")
    updated_at = moment(body.updated_at)
    return CheckoutRecord(
        body.session,
        updated_at,
        moment(body.created_at) if body.created_at else updated_at,
        body.currency,
        minor(body.totals.total, body.currency),
        email=body.email or None,
        customer_external_id=str(body.customer_id) if body.customer_id else None,
        items=tuple([_cart_item(item, body.currency) for item in body.items]),
        url=body.restore_url,
        completed_at=updated_at if body.state == "completed" else None,
        order_external_id=str(body.order_id) if body.order_id else None,
        is_emptied=body.state == "emptied",
        locale=body.language or None,
        rate=body.rate,
        consent=_consent(body),
    )


def _cart_item(item: types.CartItem, currency: str) -> CheckoutItem:
    return CheckoutItem(
        decoded(item.name),
        quantity(item.quantity),
        minor(item.total, currency),
        str(item.product_id) if item.product_id else None,
        str(item.variation_id) if item.variation_id else None,
        item.sku or None,
        item.image or None,
    )


def _consent(body: types.Cart) -> ConsentRecord | None:
    said = body.consent
    if said is None or said.state == "unknown" or not body.email:
        return None
    at = moment(said.at) if said.at else None
    return ConsentRecord("email", body.email, said.state, at, source="checkout", text=said.text)
