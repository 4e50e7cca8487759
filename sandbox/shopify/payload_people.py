"""Webhook bodies of customers, checkouts, products, the shop and bulk operations."""

import hashlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.front.links import SHOP_NUMBER, shopify_recovery
from sandbox.money import decimal
from sandbox.shop import Address, Checkout, Line, Person, Product, Variant
from sandbox.shopify.bulk import Operation
from sandbox.shopify.resolve_checkouts import codes, customer, discount_minor, tax_minor
from sandbox.shopify.resolve_customers import NOT_SUBSCRIBED, has_address, state
from sandbox.shopify.resolve_money import address_number
from sandbox.shopify.values import gid
from sandbox.shopify.world import World

Body = dict[str, Any]


def shop_time(world: World, at: datetime | None) -> str | None:
    """With the offset of the shop's zone on that day."""
    return None if at is None else at.astimezone(ZoneInfo(world.shop.timezone)).isoformat(timespec="seconds")


def address_of(address: Address | None) -> Body | None:
    if address is None:
        return None
    return {
        "first_name": address.first_name or None,
        "address1": address.address1 or None,
        "phone": address.phone or None,
        "city": address.city or None,
        "zip": address.postcode or None,
        "province": address.province_code or None,
        "country": address.country or None,
        "last_name": address.last_name or None,
        "address2": address.address2 or None,
        "company": address.company or None,
        "latitude": None,
        "longitude": None,
        "name": f"{address.first_name} {address.last_name}".strip(),
        "country_code": address.country_code or None,
        "province_code": address.province_code or None,
    }


def customer_of(world: World, person: Person) -> Body:
    """A customer inside other bodies: without consent, tags, totals, and without a list of addresses."""
    body: Body = {
        "id": person.id,
        "created_at": shop_time(world, person.created_at),
        "updated_at": shop_time(world, person.updated_at),
        "first_name": person.first_name or None,
        "last_name": person.last_name or None,
        "state": state(person).lower(),
        "note": person.note or None,
        "verified_email": person.email is not None,
        "multipass_identifier": None,
        "tax_exempt": False,
        "email": person.email,
        "phone": person.phone or None,
        "currency": world.shop.currency,
        "tax_exemptions": [],
        "admin_graphql_api_id": gid("Customer", person.id),
    }
    return {**body, "default_address": _default_address(person)} if has_address(person) else body


def customer_head(world: World, person: Person) -> Body:
    """customers/create, /update."""
    addresses = [_default_address(person)] if has_address(person) else []
    return {**customer_of(world, person), "addresses": addresses}


def _default_address(person: Person) -> Body:
    address = address_of(person.address) or {}
    shared = {key: value for key, value in address.items() if key not in ("latitude", "longitude")}
    extra = {"country_name": address.get("country"), "default": True}
    return {"id": address_number(person.address), "customer_id": person.id, **shared, **extra}


def customer_deleted(_: World, person: Person) -> Body:
    return {"id": person.id, "tax_exemptions": [], "admin_graphql_api_id": gid("Customer", person.id)}


def email_consent(world: World, person: Person) -> Body:
    consent = person.consent or NOT_SUBSCRIBED
    return {
        "customer_id": person.id,
        "email_address": person.email,
        "email_marketing_consent": {
            "state": consent.state,
            "opt_in_level": consent.opt_in_level,
            "consent_updated_at": shop_time(world, consent.at),
        },
    }


def sms_consent(world: World, person: Person) -> Body:
    """Here the customer's number is under `id`."""
    consent = person.sms_consent or NOT_SUBSCRIBED
    return {
        "id": person.id,
        "phone": person.phone or None,
        "sms_marketing_consent": {
            "state": consent.state,
            "opt_in_level": consent.opt_in_level,
            "consent_updated_at": shop_time(world, consent.at),
            "consent_collected_from": "OTHER",
        },
    }


def tags_changed(person: Person, tags: list[str], at: datetime) -> Body:
    occurred = at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
    return {"customerId": gid("Customer", person.id), "tags": tags, "occurredAt": occurred}


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


def product(world: World, made: Product) -> Body:
    """products/create, /update."""
    variants = [_variant(world, made, place, each) for place, each in enumerate(made.variants)]
    return {
        "admin_graphql_api_id": gid("Product", made.id),
        "body_html": made.description,
        "created_at": shop_time(world, made.created_at),
        "handle": made.handle,
        "id": made.id,
        "product_type": made.category,
        "published_at": shop_time(world, made.created_at) if made.status == "active" else None,
        "template_suffix": None,
        "title": made.title,
        "updated_at": shop_time(world, made.updated_at),
        "vendor": made.vendor,
        "status": made.status,
        "published_scope": "web",
        "tags": ", ".join(made.tags),
        "variants": variants,
        "options": [{"name": name, "position": place + 1} for place, name in enumerate(made.option_names)],
        "images": [{"src": made.image_url}] if made.image_url else [],
        "image": {"src": made.image_url} if made.image_url else None,
        "media": [],
        "variant_gids": [{"admin_graphql_api_id": each["admin_graphql_api_id"]} for each in variants],
        "has_variants_that_requires_components": False,
        "category": None,
    }


def _variant(world: World, made: Product, place: int, variant: Variant) -> Body:
    options = [variant.options.get(name) for name in made.option_names] + [None] * 3
    compare = variant.compare_at_minor
    return {
        "admin_graphql_api_id": gid("ProductVariant", variant.id),
        "barcode": None,
        "compare_at_price": None if compare is None else decimal(compare, world.shop.currency),
        "created_at": shop_time(world, made.created_at),
        "id": variant.id,
        "inventory_policy": "deny",
        "position": place + 1,
        "price": decimal(variant.price_minor, world.shop.currency),
        "product_id": made.id,
        "sku": variant.sku or None,
        "taxable": True,
        "title": variant.title or "Default Title",
        "updated_at": shop_time(world, made.updated_at),
        "option1": options[0],
        "option2": options[1],
        "option3": options[2],
        "image_id": None,
        "inventory_item_id": None,
        "inventory_quantity": variant.stock,
        "old_inventory_quantity": variant.stock,
    }


def shop(world: World) -> Body:
    """app/uninstalled: the shop."""
    shop = world.shop
    return {
        "id": SHOP_NUMBER,
        "name": shop.name,
        "email": shop.email,
        "domain": world.options.domain,
        "myshopify_domain": world.options.domain,
        "country": shop.country_code,
        "country_code": shop.country_code,
        "currency": shop.currency,
        "customer_email": shop.email,
        "iana_timezone": shop.timezone,
        "primary_locale": shop.locale,
        "taxes_included": shop.taxes_included,
        "plan_name": "partner_test",
        "shop_owner": "Sam Shopkeeper",
        "enabled_presentment_currencies": list(dict.fromkeys([shop.currency, *shop.rates])),
    }


def bulk_finished(world: World, operation: Operation) -> Body:
    """bulk_operations/finish: lower-case words."""
    return {
        "admin_graphql_api_id": operation.gid,
        "completed_at": shop_time(world, operation.completed_at),
        "created_at": shop_time(world, operation.created_at),
        "error_code": operation.error_code.lower() if operation.error_code else None,
        "status": operation.status.lower(),
        "type": "query",
    }
