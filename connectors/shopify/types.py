"""The rows that Shopify's GraphQL answers, typed: a line of a bulk file and a node of a page are the same row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Part(msgspec.Struct, gc=False, rename="camel"):
    """Something that stands inside a row."""


class Row(Part, kw_only=True):
    """A node. parent: as a bulk file says where it belongs; children: the rows below it, put there by the reader."""

    id: str = ""
    parent: str | None = msgspec.field(name="__parentId", default=None)
    children: Sequence[Any] = ()


class PageInfo(msgspec.Struct, frozen=True, rename="camel"):
    has_next_page: bool = False
    end_cursor: str | None = None


class Nodes(Part, Generic[T]):
    nodes: list[T]
    page_info: PageInfo = PageInfo()


class Named(Part):
    name: str = ""


class Gid(Part):
    id: str


class Amount(Part):
    amount: str


class Price(Part):
    amount: str
    currency_code: str


class ShopMoney(Part):
    shop_money: Amount


class Bag(Part):
    shop_money: Amount
    presentment_money: Amount


class KeyValue(Part):
    key: str
    value: str | None = None


class MailingAddress(Part):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code_v2: str | None = msgspec.field(name="countryCodeV2", default=None)
    phone: str | None = None


class Utm(Part):
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    content: str | None = None
    term: str | None = None


class CustomerVisit(Part):
    landing_page: str | None = None
    referrer_url: str | None = None
    source: str | None = None
    occurred_at: Moment | None = None
    utm_parameters: Utm | None = None


class JourneySummary(Part):
    ready: bool = True
    first_visit: CustomerVisit | None = None
    last_visit: CustomerVisit | None = None


class Index(Part):
    index: int


class Allocation(Part):
    allocated_amount_set: Bag
    discount_application: Index


class ShippingAllocation(Part):
    allocated_amount_set: ShopMoney
    discount_application: Index


class Tax(Part):
    price_set: ShopMoney


class TitledTax(Part):
    title: str
    price_set: ShopMoney
    rate: float | None = None


class Shipping(Part):
    title: str
    discounted_price_set: ShopMoney
    code: str | None = None
    tax_lines: tuple[Tax, ...] = ()
    discount_allocations: tuple[ShippingAllocation, ...] = ()


class Payment(Part):
    id: str
    kind: str
    status: str
    amount_set: ShopMoney
    gateway: str | None = None
    processed_at: Moment | None = None
    test: bool = False


class RefundRow(Part):
    id: str
    total_refunded_set: Bag
    created_at: Moment | None = None
    note: str | None = None


class Purchaser(Part):
    company: Named | None = None


class OrderRow(Row):
    name: str
    created_at: Moment
    processed_at: Moment
    updated_at: Moment
    currency_code: str
    presentment_currency_code: str
    original_total_price_set: Bag
    current_total_price_set: Bag
    total_refunded_set: Bag
    total_shipping_price_set: Bag
    total_tip_received_set: Bag
    total_tax_set: Bag | None = None
    total_discounts_set: Bag | None = None
    original_total_duties_set: Bag | None = None
    cancelled_at: Moment | None = None
    cancel_reason: str | None = None
    test: bool = False
    email: str | None = None
    phone: str | None = None
    customer_locale: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    source_name: str | None = None
    display_financial_status: str | None = None
    display_fulfillment_status: str | None = None
    taxes_included: bool = False
    payment_gateway_names: tuple[str, ...] = ()
    cart_token: str | None = None
    checkout_token: str | None = None
    subtotal_line_items_quantity: int = 0  # without gift cards and tips
    custom_attributes: tuple[KeyValue, ...] = ()
    customer: Gid | None = None
    retail_location: Named | None = None
    purchasing_entity: Purchaser | None = None
    billing_address: MailingAddress | None = None
    shipping_address: MailingAddress | None = None
    customer_journey_summary: JourneySummary | None = None
    transactions: tuple[Payment, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    shipping_line: Shipping | None = None
    tax_lines: tuple[TitledTax, ...] = ()


class LineRow(Row):
    title: str
    quantity: int
    original_unit_price_set: ShopMoney
    original_total_set: Bag
    current_quantity: int | None = None
    variant_title: str | None = None
    sku: str | None = None
    vendor: str | None = None
    is_gift_card: bool = False
    product: Gid | None = None
    variant: Gid | None = None
    discount_allocations: tuple[Allocation, ...] = ()
    tax_lines: tuple[Tax, ...] = ()
    selling_plan: Named | None = None
    custom_attributes: tuple[KeyValue, ...] = ()


class DiscountValue(msgspec.Struct, frozen=True, rename="camel"):
    percentage: float | None = None


class DiscountRow(Row, kw_only=True):
    typename: str = msgspec.field(name="__typename")
    index: int
    value: DiscountValue = DiscountValue()
    code: str | None = None
    title: str | None = None


class AgreementRow(Row):
    happened_at: Moment
    reason: str
    refund: Gid | None = None


class SaleRow(Row, kw_only=True):
    typename: str = msgspec.field(name="__typename")
    action_type: str
    line_type: str
    total_amount: ShopMoney
    total_tax_amount: ShopMoney
    quantity: int | None = None
    line_item: Gid | None = None


class EmailAddress(Part):
    email_address: str
    marketing_state: str = ""
    marketing_opt_in_level: str | None = None
    marketing_updated_at: Moment | None = None


class PhoneConsent(Part):
    state: str = ""
    opt_in_level: str | None = None
    updated_at: Moment | None = None
    collected_from: str | None = None


class PhoneNumber(Part):
    phone_number: str
    sms_marketing_consent: PhoneConsent | None = None
    whats_app_marketing_consent: PhoneConsent | None = None


class CustomerRow(Row):
    created_at: Moment
    updated_at: Moment
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    note: str | None = None
    state: str | None = None
    tags: tuple[str, ...] = ()
    verified_email: bool | None = None
    default_email_address: EmailAddress | None = None
    default_phone_number: PhoneNumber | None = None
    default_address: MailingAddress | None = None


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


class Counted(Part):
    count: int


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


class PresentmentPrice(Part):
    presentment_money: Price


class PresentmentAmount(Part):
    presentment_money: Amount


class CheckoutLine(Part):
    quantity: int
    original_total_price_set: PresentmentAmount
    title: str | None = None
    variant_title: str | None = None
    sku: str | None = None
    product: Gid | None = None
    variant: Gid | None = None


class CheckoutCustomer(Part):
    id: str
    default_email_address: EmailAddress | None = None


class CheckoutRow(Row):
    name: str
    created_at: Moment
    updated_at: Moment
    abandoned_checkout_url: str
    total_price_set: PresentmentPrice
    line_items: Nodes[CheckoutLine]
    completed_at: Moment | None = None
    customer: CheckoutCustomer | None = None


class AgreementNode(AgreementRow, kw_only=True):
    """An agreement in a page, its sales inside."""

    sales: Nodes[SaleRow]


class OrderNode(OrderRow, kw_only=True):
    """An order in a page, its lists inside."""

    line_items: Nodes[LineRow]
    discount_applications: Nodes[DiscountRow]
    agreements: Nodes[AgreementNode]


class ProductNode(ProductRow, kw_only=True):
    variants: Nodes[VariantRow]
