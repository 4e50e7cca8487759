"""Who buys and what is sold: people with their consent, products with their variants."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Frozen: people who move get a new one, their old orders keep the old."""

    first_name: str = ""
    last_name: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province_code: str = ""
    postcode: str = ""
    country: str = ""
    country_code: str = ""
    phone: str = ""
    company: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What somebody said about being written to, when and where."""

    state: str  # subscribed | unsubscribed | not_subscribed | pending
    at: datetime | None = None
    opt_in_level: str = "single_opt_in"  # single_opt_in | confirmed_opt_in | unknown
    source: str = "checkout"
    text: str | None = None  # the wording they saw


@dataclass(slots=True)
class Person:
    """A customer. A guest is one too, since Shopify keeps a record of them; WooCommerce lists the registered only."""

    id: int
    first_name: str
    last_name: str
    email: str | None
    created_at: datetime
    updated_at: datetime
    address: Address
    phone: str = ""
    locale: str = "en"
    registered: bool = True
    registered_at: datetime | None = None
    consent: Consent | None = None
    sms_consent: Consent | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    birthday: str | None = None  # YYYY-MM-DD, kept by shops as a metafield or user meta
    role: str = "customer"  # WooCommerce's; administrators and subscribers buy too
    deleted_at: datetime | None = None


@dataclass(slots=True)
class Variant:
    id: int
    product_id: int
    title: str  # "Red / M"; empty for a product without options
    sku: str
    price_minor: int  # in shop currency, with tax where the shop's prices have it in
    options: dict[str, str] = field(default_factory=dict)
    compare_at_minor: int | None = None
    stock: int = 100


@dataclass(slots=True)
class Product:
    id: int
    title: str
    handle: str
    created_at: datetime
    updated_at: datetime
    variants: list[Variant]
    vendor: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    option_names: tuple[str, ...] = ()
    status: str = "active"  # active | draft | archived
    description: str = ""
    image_url: str | None = None
