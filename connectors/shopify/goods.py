"""Product and checkout rows become records."""

import re

from connectors import records
from connectors.shopify import types
from connectors.shopify.amounts import Minor
from connectors.shopify.reading import number, utc

_TOKEN = re.compile(r"/checkouts/(?:[a-z]{1,3}/)?([A-Za-z0-9_-]+)/recover")


def product(row: types.ProductRow) -> records.ProductRecord:
    lowest = row.price_range_v2.min_variant_price
    minor = Minor(lowest.currency_code)
    preview = row.featured_media.preview if row.featured_media else None
    return records.ProductRecord(
        external_id=number(row.id),
        updated_at=utc(row.updated_at),
        head=records.ProductHead(
            title=row.title,
            status=row.status.lower(),
            handle=row.handle or None,
            kind=row.product_type or None,
            vendor=row.vendor or None,
            url=row.online_store_url or None,
            image=preview.image.url if preview and preview.image else None,
            price=minor[lowest.amount],
            created_at=utc(row.created_at),
        ),
        variants=tuple(_variant(child, minor) for child in row.children),
        categories=(row.product_type,) if row.product_type else (),
        tags=tuple(row.tags),
    )


def _variant(row: types.VariantRow, minor: Minor) -> records.VariantRecord:
    return records.VariantRecord(
        external_id=number(row.id),
        title=row.title,
        sku=row.sku or None,
        price=minor[row.price],
        compare_at=minor[row.compare_at_price] if row.compare_at_price else None,
        stock=row.inventory_quantity,
        options=tuple(records.Attribute(option.name, option.value) for option in row.selected_options),
    )


def checkout(row: types.CheckoutRow) -> records.CheckoutRecord:
    """GraphQL names no token: it is read from the recovery link; the number is another name of the same checkout."""
    total = row.total_price_set.presentment_money
    minor = Minor(total.currency_code)
    customer = row.customer
    email = customer.default_email_address if customer else None
    items = tuple(_item(line, minor) for line in row.line_items.nodes)
    return records.CheckoutRecord(
        external_id=token_of(row.abandoned_checkout_url) or plain(row.name),
        updated_at=utc(row.updated_at),
        created_at=utc(row.created_at),
        currency=total.currency_code,
        total=minor[total.amount],
        email=email.email_address if email else None,
        customer_external_id=number(customer.id) if customer else None,
        items=None if row.line_items.page_info.has_next_page else items,
        url=row.abandoned_checkout_url,
        completed_at=utc(row.completed_at) if row.completed_at else None,
        tokens=(plain(row.name),),
    )


def _item(row: types.CheckoutLine, minor: Minor) -> records.CheckoutItem:
    """total is before discounts: the one amount that a webhook and GraphQL both give."""
    return records.CheckoutItem(
        title=row.title or "",
        quantity=row.quantity,
        total=minor[row.original_total_price_set.presentment_money.amount],
        product_external_id=number(row.product.id) if row.product else None,
        variant_external_id=number(row.variant.id) if row.variant else None,
        sku=row.sku or None,
        variant_title=row.variant_title or None,
    )


def token_of(url: str | None) -> str | None:
    found = _TOKEN.search(url or "")
    return found[1] if found else None


def plain(name: str) -> str:
    """ "981820079255243537" of "#981820079255243537", the number that every form of a checkout carries."""
    return name.removeprefix("#")
