"""Orders, in a bulk file and in a page."""

import msgspec

from connectors.shopify.types.parts import (
    Bag,
    Gid,
    KeyValue,
    MailingAddress,
    Moment,
    Named,
    Nodes,
    Part,
    Row,
    ShopMoney,
)


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


class AgreementNode(AgreementRow, kw_only=True):
    """An agreement in a page, its sales inside."""

    sales: Nodes[SaleRow]


class OrderNode(OrderRow, kw_only=True):
    """An order in a page, its lists inside."""

    line_items: Nodes[LineRow]
    discount_applications: Nodes[DiscountRow]
    agreements: Nodes[AgreementNode]
