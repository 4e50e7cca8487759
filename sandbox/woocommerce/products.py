"""Bodies of products and their variations."""

from sandbox.shop import Product, Variant
from sandbox.woocommerce.answers import Body, links
from sandbox.woocommerce.writing import Writing, attribute, escaped

STATUSES = {"active": "publish", "draft": "draft", "archived": "private"}
NO_SALE_DATES = {
    "date_on_sale_from": None, "date_on_sale_from_gmt": None, "date_on_sale_to": None, "date_on_sale_to_gmt": None,
}  # fmt: skip
SHELF = {
    "tax_status": "taxable", "tax_class": "", "backorders": "no", "backorders_allowed": False, "backordered": False,
    "low_stock_amount": None, "weight": "", "dimensions": {"length": "", "width": "", "height": ""},
    "shipping_class": "", "shipping_class_id": 0, "virtual": False, "downloadable": False, "downloads": [],
    "download_limit": -1, "download_expiry": -1, "purchasable": True, "global_unique_id": "",
}  # fmt: skip


REVIEWS = {"reviews_allowed": True, "average_rating": "0.00", "rating_count": 0}
OUTSIDE = {"external_url": "", "button_text": ""}
SOLD = {"sold_individually": False, "shipping_required": True, "shipping_taxable": True}
NO_KIN = {"upsell_ids": [], "cross_sell_ids": [], "parent_id": 0}


def product_body(writing: Writing, product: Product) -> Body:
    """A variable product's sku, prices and stock are its variations'."""
    is_variable = bool(product.option_names)
    only = None if is_variable else product.variants[0]
    return {
        "id": product.id,
        "name": escaped(product.title),
        "slug": product.handle,
        "permalink": f"{writing.home_url}/product/{product.handle}/",
        **writing.times("date_created", product.created_at),
        **writing.times("date_modified", product.updated_at),
        "type": "variable" if is_variable else "simple",
        "status": STATUSES[product.status],
        "featured": False,
        "catalog_visibility": "visible",
        "description": product.description,
        "short_description": "",
        "sku": only.sku if only else "",
        "price": writing.money(min(each.price_minor for each in product.variants), writing.shop.currency),
        **_prices(writing, only),
        "total_sales": 0,
        **SHELF,
        **OUTSIDE,
        **_stock(only),
        **SOLD,
        **REVIEWS,
        **NO_KIN,
        "purchase_note": "",
        **_terms(writing, product),
        "variations": [variant.id for variant in product.variants] if is_variable else [],
        "grouped_products": [],
        "menu_order": 0,
        "price_html": "",
        "related_ids": [],
        "meta_data": [],
        "has_options": is_variable,
        "post_password": "",
        "_links": links(writing.home_url, f"products/{product.id}"),
    }


def _terms(writing: Writing, product: Product) -> Body:
    images = [{"id": product.id, "src": product.image_url, "name": "", "alt": ""}] if product.image_url else []
    return {
        "categories": [writing.term("category", product.category or "Uncategorized")],
        "brands": [writing.term("brand", product.vendor)] if product.vendor else [],
        "tags": [writing.term("tag", tag) for tag in product.tags],
        "images": images,
        "attributes": [_attribute(writing, product, name) for name in product.option_names],
        "default_attributes": [],
    }


def variation_body(writing: Writing, product: Product, variant: Variant) -> Body:
    path = f"products/{product.id}/variations/{variant.id}"
    options = [
        {"id": writing.number("attribute", name), "name": name, "slug": attribute(name), "option": value}
        for name, value in variant.options.items()
    ]
    return {
        "id": variant.id,
        "type": "variation",
        **writing.times("date_created", product.created_at),
        **writing.times("date_modified", product.updated_at),
        "description": "",
        "permalink": f"{writing.home_url}/product/{product.handle}/",
        "sku": variant.sku,
        "price": writing.money(variant.price_minor, writing.shop.currency),
        **_prices(writing, variant),
        "status": STATUSES[product.status],
        **SHELF,
        **_stock(variant),
        "image": None,
        "attributes": options,
        "menu_order": 0,
        "meta_data": [],
        "name": ", ".join(variant.options.values()),
        "parent_id": product.id,
        "_links": links(writing.home_url, path, up=f"products/{product.id}"),
    }


def _prices(writing: Writing, variant: Variant | None) -> Body:
    """A variable product has no prices of its own."""
    if variant is None:
        return {"regular_price": "", "sale_price": "", **NO_SALE_DATES, "on_sale": False}
    currency, is_sale = writing.shop.currency, variant.compare_at_minor is not None
    regular = writing.money(variant.compare_at_minor or variant.price_minor, currency)
    sale = writing.money(variant.price_minor, currency) if is_sale else ""
    return {"regular_price": regular, "sale_price": sale, **NO_SALE_DATES, "on_sale": is_sale}


def _stock(variant: Variant | None) -> Body:
    if variant is None:
        return {"manage_stock": False, "stock_quantity": None, "stock_status": "instock"}
    state = "instock" if variant.stock > 0 else "outofstock"
    return {"manage_stock": True, "stock_quantity": variant.stock, "stock_status": state}


def _attribute(writing: Writing, product: Product, name: str) -> Body:
    options = list(dict.fromkeys(variant.options[name] for variant in product.variants))
    number = writing.number("attribute", name)
    body = {"id": number, "name": name, "slug": attribute(name), "position": 0, "visible": True, "variation": True}
    return {**body, "options": options}
