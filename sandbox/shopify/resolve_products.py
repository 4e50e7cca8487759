"""Products and their variants."""

from typing import Any, NamedTuple

from sandbox.money import decimal
from sandbox.shop import Product, Variant
from sandbox.shopify.compiler import Fields
from sandbox.shopify.listing import Listing
from sandbox.shopify.paging import Within
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.resolve_orders import limited
from sandbox.shopify.search import Choice, Number, Text, Time
from sandbox.shopify.values import Money, gid, iso
from sandbox.shopify.world import World


class Stocked(NamedTuple):
    """What is counted of a variant: here each has an item of its own, of the same number."""

    variant: Variant


STATUSES = frozenset({"active", "draft", "archived"})


def listing(world: World) -> Listing:
    return Listing(
        world.shop.products.values,
        world.version,
        {
            "ID": lambda product: product.id,
            "CREATED_AT": lambda product: product.created_at,
            "UPDATED_AT": lambda product: product.updated_at,
            "PUBLISHED_AT": lambda product: product.created_at,
            "TITLE": lambda product: product.title.lower(),
            "VENDOR": lambda product: product.vendor.lower(),
            "PRODUCT_TYPE": lambda product: product.category.lower(),
            "INVENTORY_TOTAL": lambda product: sum(variant.stock for variant in product.variants),
        },
        "ID",
        {
            "id": Number(lambda product: product.id),
            "created_at": Time(lambda product: product.created_at),
            "updated_at": Time(lambda product: product.updated_at),
            "published_at": Time(lambda product: product.created_at),
            "title": Text(lambda product: product.title),
            "handle": Text(lambda product: product.handle),
            "vendor": Text(lambda product: product.vendor),
            "product_type": Text(lambda product: product.category),
            "tag": Text(lambda product: product.tags),
            "sku": Text(lambda product: [variant.sku for variant in product.variants]),
            "status": Choice(STATUSES, lambda product, wanted: product.status == wanted),
            "default": Text(lambda product: [product.title, product.vendor, product.category]),
        },
    )


def fields(world: World) -> Fields:
    return {
        "Product": _product(world),
        "ProductVariant": _variant(world),
        "ProductOption": {
            "id": lambda option: gid("ProductOption", option[0].id * 10 + option[1]),
            "name": lambda option: option[0].option_names[option[1]],
            "position": lambda option: option[1] + 1,
            "values": option_values,
        },
        "InventoryItem": {
            "id": lambda item: gid("InventoryItem", item.variant.id),
            "legacyResourceId": lambda item: str(item.variant.id),
            "sku": lambda item: blank(item.variant.sku),
            "tracked": lambda _: True,
            "variants": Within(lambda item: [item.variant]),
        },
        "SelectedOption": {"name": lambda pair: pair[0], "value": lambda pair: pair[1]},
        "ProductPriceRangeV2": {
            "minVariantPrice": lambda product: _price(world, product, min),
            "maxVariantPrice": lambda product: _price(world, product, max),
        },
        "MediaImage": {
            "id": lambda product: gid("MediaImage", product.id),
            "preview": lambda product: product.image_url,
        },
        "MediaPreviewImage": {"image": lambda url: url},
    }


def option_values(option: tuple[Product, int]) -> list[str]:
    product, place = option
    name = product.option_names[place]
    return list(dict.fromkeys(variant.options[name] for variant in product.variants if name in variant.options))


def _price(world: World, product: Product, choose: Any) -> Money:
    prices = [variant.price_minor for variant in product.variants]
    return Money(choose(prices, default=0), world.shop.currency)


def _product(world: World) -> dict[str, Any]:
    shop_url = f"https://{world.options.domain}/products/"
    return {
        "id": lambda product: gid("Product", product.id),
        "legacyResourceId": lambda product: str(product.id),
        "title": lambda product: product.title,
        "variantsCount": lambda product: (len(product.variants), "EXACT"),
        "handle": lambda product: product.handle,
        "productType": lambda product: product.category,
        "vendor": lambda product: product.vendor,
        "tags": lambda product: sorted(product.tags, key=str.lower),
        "status": lambda product: product.status.upper(),
        "createdAt": lambda product: iso(product.created_at),
        "updatedAt": lambda product: iso(product.updated_at),
        "publishedAt": lambda product: iso(product.created_at) if product.status == "active" else None,
        "onlineStoreUrl": lambda product: f"{shop_url}{product.handle}" if product.status == "active" else None,
        "descriptionHtml": lambda product: product.description,
        "isGiftCard": lambda product: product.category == "Gift cards",
        "hasOnlyDefaultVariant": lambda product: not product.option_names,
        "totalInventory": lambda product: sum(variant.stock for variant in product.variants),
        "options": limited(lambda product: [(product, place) for place in range(len(product.option_names))]),
        "featuredMedia": lambda product: product if product.image_url else None,
        "priceRangeV2": lambda product: product,
        "variants": Within(lambda product: product.variants),
    }


def title(variant: Variant) -> str:
    return variant.title or "Default Title"


def _variant(world: World) -> dict[str, Any]:
    shop = world.shop

    def price(minor: int | None) -> str | None:
        return None if minor is None else decimal(minor, shop.currency)

    return {
        "id": lambda variant: gid("ProductVariant", variant.id),
        "legacyResourceId": lambda variant: str(variant.id),
        "sku": lambda variant: blank(variant.sku),
        "title": title,
        "displayName": lambda variant: f"{shop.products[variant.product_id].title} - {title(variant)}",
        "price": lambda variant: price(variant.price_minor),
        "compareAtPrice": lambda variant: price(variant.compare_at_minor),
        "inventoryItem": Stocked,
        "inventoryQuantity": lambda variant: variant.stock,
        "position": lambda variant: shop.products[variant.product_id].variants.index(variant) + 1,
        "selectedOptions": lambda variant: list(variant.options.items()),
        "product": lambda variant: shop.products[variant.product_id],
        "createdAt": lambda variant: iso(shop.products[variant.product_id].created_at),
        "updatedAt": lambda variant: iso(shop.products[variant.product_id].updated_at),
        "taxable": lambda _: True,
        "barcode": lambda _: None,
    }
