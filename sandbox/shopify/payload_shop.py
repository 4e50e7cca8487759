"""Webhook bodies of products, of the shop and of bulk operations."""

from sandbox.front.links import SHOP_NUMBER
from sandbox.money import decimal
from sandbox.shop import Product, Variant
from sandbox.shopify.bulk import Operation
from sandbox.shopify.payload_people import Body, shop_time
from sandbox.shopify.values import gid
from sandbox.shopify.world import World


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
