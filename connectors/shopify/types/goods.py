"""Products and their variants."""

import msgspec

from connectors.shopify.types.parts import Counted, Moment, Nodes, Part, Price, Row


class Url(Part):
    url: str


class Preview(Part):
    image: Url | None = None


class Media(Part):
    preview: Preview | None = None


class PriceRange(Part):
    min_variant_price: Price


class NameValue(Part):
    name: str
    value: str


class ProductRow(Row):
    title: str
    status: str
    updated_at: Moment
    created_at: Moment
    price_range_v2: PriceRange = msgspec.field(name="priceRangeV2")
    handle: str | None = None
    product_type: str | None = None
    vendor: str | None = None
    tags: tuple[str, ...] = ()
    online_store_url: str | None = None
    featured_media: Media | None = None
    variants_count: Counted | None = None


class VariantRow(Row):
    title: str
    price: str
    sku: str | None = None
    compare_at_price: str | None = None
    inventory_quantity: int | None = None
    selected_options: tuple[NameValue, ...] = ()


class ProductNode(ProductRow, kw_only=True):
    variants: Nodes[VariantRow]
