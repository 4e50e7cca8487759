"""Products and their variants."""

from datetime import datetime

from connectors.records.parts import Attribute, Part


class VariantRecord(Part, frozen=True):
    external_id: str
    title: str
    sku: str | None = None
    price: int | None = None
    compare_at: int | None = None
    stock: int | None = None
    options: tuple[Attribute, ...] = ()


class ProductHead(Part, frozen=True):
    title: str
    status: str
    handle: str | None = None
    kind: str | None = None  # product type
    vendor: str | None = None
    url: str | None = None
    image: str | None = None
    price: int | None = None  # the lowest, in shop currency
    created_at: datetime | None = None


class ProductRecord(Part, frozen=True, tag="product"):
    external_id: str
    updated_at: datetime | None
    head: ProductHead | None = None
    variants: tuple[VariantRecord, ...] | None = None
    categories: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
