"""Webhook bodies of products, of the shop and of bulk operations."""

from collections.abc import Sequence
from datetime import datetime

from sandbox.front.links import SHOP_NUMBER
from sandbox.money import decimal
from sandbox.shop import Product, Variant
from sandbox.shopify.bulk import Operation
from sandbox.shopify.payload_people import Body, shop_time
from sandbox.shopify.resolve_shop import opened_at
from sandbox.shopify.values import gid, milliseconds
from sandbox.shopify.world import World

# what the platform says of a shop and nobody of the sandbox knows
_UNSAID = (
    "province", "address1", "zip", "city", "source", "phone", "latitude", "longitude", "address2", "country_name",
    "timezone", "money_format", "money_with_currency_format", "weight_unit", "province_code",
    "auto_configure_tax_inclusivity", "tax_shipping", "county_taxes", "plan_display_name", "has_discounts",
    "has_gift_cards", "google_apps_domain", "google_apps_login_enabled", "money_in_emails_format",
    "money_with_currency_in_emails_format", "eligible_for_payments", "requires_extra_payments_agreement",
    "password_enabled", "has_storefront", "finances", "primary_location_id", "checkout_api_supported",
    "multi_location_enabled", "setup_required", "pre_launch_enabled", "marketing_sms_consent_enabled_at_checkout",
    "transactional_sms_disabled",
)  # fmt: skip


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
        "variant_gids": [{name: each[name] for name in ("admin_graphql_api_id", "updated_at")} for each in variants],
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
        "inventory_item_id": variant.id,
        "inventory_quantity": variant.stock,
        "old_inventory_quantity": variant.stock,
    }


def level(world: World, variant: Variant, at: datetime) -> Body:
    """inventory_levels/update: all that the shop has is in one place."""
    return {
        "inventory_item_id": variant.id,
        "location_id": 1,
        "available": variant.stock,
        "updated_at": shop_time(world, at),
        "admin_graphql_api_id": f"gid://shopify/InventoryLevel/1?inventory_item_id={variant.id}",
    }


def shop(world: World) -> Body:
    """app/uninstalled, shop/update: the shop."""
    shop = world.shop
    opened = shop_time(world, opened_at(world))
    return {
        **dict.fromkeys(_UNSAID),
        "created_at": opened,
        "updated_at": opened,
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


def scopes(previous: Sequence[str], current: Sequence[str], at: datetime) -> Body:
    """app/scopes_update."""
    return {
        "id": 1,
        "shop_id": gid("Shop", SHOP_NUMBER),
        "previous": list(previous),
        "current": list(current),
        "updated_at": milliseconds(at),
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
