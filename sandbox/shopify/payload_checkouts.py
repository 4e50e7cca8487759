"""Webhook bodies of checkouts."""

import hashlib

from sandbox.front.links import shopify_recovery
from sandbox.money import decimal
from sandbox.shop import Checkout, Line
from sandbox.shopify.payload_parts import money_set
from sandbox.shopify.payload_people import Body, address_of, customer_of, shop_time
from sandbox.shopify.resolve_checkouts import codes, customer, discount_minor, tax_minor
from sandbox.shopify.values import milliseconds
from sandbox.shopify.world import World


def checkout(world: World, bought: Checkout) -> Body:
    """checkouts/create, /update: without an id; token and name tell which it is."""
    person = customer(world, bought)
    return {
        **_checkout_head(world, bought),
        **_checkout_totals(bought),
        "line_items": [_checkout_line(world, bought, line) for line in bought.lines],
        "billing_address": address_of(bought.address),
        "shipping_address": address_of(bought.address),
        **({"customer": customer_of(world, person)} if person else {}),
    }


def deleted(bought: Checkout) -> Body:
    """checkouts/delete: its number and its cart, not its token."""
    consent = {"presentment_currency": bought.currency, "buyer_accepts_sms_marketing": False}
    amounts = {name: value for name, value in _checkout_totals(bought).items() if name != "tax_lines"}
    rest = {"sms_marketing_phone": None, "total_duties": None, "reservation_token": None}
    return {"id": bought.id, **consent, **amounts, **rest, "cart_token": bought.cart_token}


def cart(world: World, bought: Checkout) -> Body:
    """carts/create, /update: of nobody, and without a total."""
    return {
        "id": bought.cart_token,
        "token": bought.cart_token,
        "line_items": [_cart_line(world, bought, line) for line in bought.lines],
        "note": None,
        "updated_at": milliseconds(bought.updated_at),
        "created_at": milliseconds(bought.created_at),
    }


def _cart_line(world: World, bought: Checkout, line: Line) -> Body:
    product = world.shop.products.get(line.product_id or 0)
    amounts = {
        "discounted_price": line.unit_minor,
        "line_price": line.subtotal_minor,
        "original_line_price": line.subtotal_minor,
        "price": line.unit_minor,
        "total_discount": 0,
    }
    sets = {name: money_set(world.amounts.bag(bought, minor)) for name, minor in amounts.items()}
    said = {name: decimal(minor, bought.currency) for name, minor in amounts.items()}
    return {
        "id": line.variant_id,
        "properties": None,
        "quantity": line.quantity,
        "variant_id": line.variant_id,
        "key": f"{line.variant_id}:{bought.cart_token}",
        "discounts": [],
        "gift_card": line.is_gift_card,
        "grams": 0,
        **said,
        "original_price": said["price"],
        "product_id": line.product_id,
        "sku": line.sku,
        "taxable": bool(line.taxes),
        "title": f"{line.title} - {line.variant_title}" if line.variant_title else line.title,
        "vendor": product.vendor if product else None,
        **{f"{name}_set": found for name, found in sets.items()},
        "parent_relationship": None,
    }


def _checkout_head(world: World, bought: Checkout) -> Body:
    visit = bought.first_visit
    consent = bought.consent
    return {
        "token": bought.token,
        "cart_token": bought.cart_token,
        "email": bought.email,
        "gateway": None,
        "buyer_accepts_marketing": bool(consent and consent.state == "subscribed"),
        "created_at": shop_time(world, bought.created_at),
        "updated_at": shop_time(world, bought.updated_at),
        "landing_site": visit.landing_page if visit else None,
        "note": None,
        "note_attributes": [],
        "referring_site": visit.referrer if visit else None,
        "shipping_lines": [{"code": each.code, "title": each.title} for each in bought.shipping],
        "taxes_included": bought.taxes_included,
        "total_weight": 0,
        "currency": world.shop.currency,
        "completed_at": shop_time(world, bought.completed_at),
        "closed_at": None,
        "user_id": None,
        "location_id": None,
        "source_identifier": None,
        "source_url": None,
        "device_id": None,
        "phone": bought.phone or None,
        "customer_locale": bought.locale,
        "name": f"#{bought.id}",
        "source": None,
        "abandoned_checkout_url": shopify_recovery(world.origin, bought),
        "discount_codes": [{"code": code} for code in codes(bought)],
        "source_name": bought.source_name,
        "presentment_currency": bought.currency,
        "buyer_accepts_sms_marketing": False,
        "sms_marketing_phone": None,
        "total_duties": None,
        "reservation_token": None,
    }


def _checkout_totals(bought: Checkout) -> Body:
    """In the buyer's currency."""
    amounts = {
        "total_discounts": discount_minor(bought),
        "total_line_items_price": sum(line.subtotal_minor for line in bought.lines),
        "total_price": bought.total_minor,
        "total_tax": tax_minor(bought),
        "subtotal_price": sum(line.total_minor for line in bought.lines),
    }
    taxes = [
        {
            "price": decimal(sum(line.taxes[place] for line in bought.lines if line.taxes), bought.currency),
            "rate": float(rate.rate),
            "title": rate.title,
            "channel_liable": False,
        }
        for place, rate in enumerate(bought.tax_rates)
    ]
    return {**{name: decimal(minor, bought.currency) for name, minor in amounts.items()}, "tax_lines": taxes}


def _checkout_line(world: World, bought: Checkout, line: Line) -> Body:
    product = world.shop.products.get(line.product_id or 0)
    price = decimal(line.unit_minor, bought.currency)
    return {
        "applied_discounts": [],
        "discount_allocations": [],
        "key": hashlib.md5(str(line.id).encode(), usedforsecurity=False).hexdigest(),
        "fulfillment_service": "manual",
        "gift_card": line.is_gift_card,
        "grams": 0,
        "presentment_title": line.title,
        "presentment_variant_title": line.variant_title,
        "product_id": line.product_id,
        "properties": None,
        "quantity": line.quantity,
        "requires_shipping": line.requires_shipping,
        "sku": line.sku,
        "tax_lines": [],
        "taxable": bool(line.taxes),
        "title": line.title,
        "variant_id": line.variant_id,
        "variant_title": line.variant_title,
        "variant_price": price,
        "vendor": product.vendor if product else None,
        "compare_at_price": None,
        "line_price": decimal(line.subtotal_minor, bought.currency),
        "price": price,
    }
