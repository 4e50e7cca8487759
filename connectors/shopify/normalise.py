"""Rows of Shopify's GraphQL become records: the same record whether a bulk file or a page brought the row."""

from collections.abc import Callable, Sequence

from connectors import records
from connectors.shopify import types
from connectors.shopify.amounts import Inexact, Minor, exact
from connectors.shopify.reading import address, number, utc

# Nothing was received under these words, so a cancelled order in one of them was never a sale.
UNPAID = frozenset({"authorized", "expired", "pending", "unknown", "voided"})
_MADE_BY = {"web": "checkout", "pos": "staff", "shopify_draft_order": "staff", "iphone": "staff", "android": "staff"}
_KINDS = {
    "DiscountCodeApplication": "code",
    "AutomaticDiscountApplication": "automatic",
    "ManualDiscountApplication": "manual",
    "ScriptDiscountApplication": "script",
}


def order(row: types.OrderRow) -> records.OrderRecord:
    try:
        return _order(row, exact)
    except Inexact:
        return _order(row, Minor)


def _order(row: types.OrderRow, reader: Callable[[str], Minor]) -> records.OrderRecord:
    lines = [child for child in row.children if type(child) is types.LineRow]
    deals = [child for child in row.children if type(child) is types.DiscountRow]
    agreements = [child for child in row.children if isinstance(child, types.AgreementRow)]
    shop = reader(row.currency_code)
    present = shop if row.presentment_currency_code == row.currency_code else reader(row.presentment_currency_code)
    order_id = number(row.id)
    ship = row.shipping_line
    return records.OrderRecord(
        external_id=order_id,
        updated_at=utc(row.updated_at),
        lines=tuple([_line(line, shop, present) for line in lines]),
        refunds=tuple([_refund(refund, order_id, agreements, shop, present) for refund in row.refunds]),
        discounts=_discounts(deals, lines, ship, shop) if deals else (),
        shipping_lines=(_shipping(ship, shop),) if ship else (),
        tax_lines=tuple([_tax_line(tax, shop) for tax in row.tax_lines]),
        transactions=tuple([_transaction(payment, shop) for payment in row.transactions]),
        billing=address(row.billing_address),
        shipping=address(row.shipping_address),
        journey=_journey(row.customer_journey_summary),
        agreements=tuple([_agreement(agreement, shop) for agreement in agreements]),
        attributes=tuple([records.Attribute(pair.key, pair.value or "") for pair in row.custom_attributes]),
        tags=tuple(row.tags),
        head=_head(row, shop, present),  # last: by now is_rounded is known
    )


def lacks_lines(row: types.OrderRow) -> bool:
    """Does the order's ledger name a line that its list lacks? Then the list was cut short on its way."""
    listed = {child.id for child in row.children if type(child) is types.LineRow}
    return any(
        sale.line_item is not None and sale.line_item.id not in listed
        for child in row.children
        if isinstance(child, types.AgreementRow)
        for sale in child.children
    )


def _head(row: types.OrderRow, shop: Minor, present: Minor) -> records.OrderHead:
    status = (row.display_financial_status or "unknown").lower()
    shop_sums = _sums(row, shop, presentment=False)
    sums = shop_sums if present is shop else _sums(row, present, presentment=True)
    company = row.purchasing_entity.company if row.purchasing_entity else None
    return records.OrderHead(
        number=row.name,
        placed_at=utc(row.processed_at),
        created_at=utc(row.created_at),
        status=status,
        is_counted=not row.test and not (row.cancelled_at is not None and status in UNPAID),
        sums=sums,
        shop_sums=shop_sums,
        customer_external_id=number(row.customer.id) if row.customer else None,
        email=row.email or None,
        phone=row.phone or None,
        fulfilment=row.display_fulfillment_status.lower() if row.display_fulfillment_status else None,
        cancelled_at=utc(row.cancelled_at) if row.cancelled_at else None,
        cancel_reason=row.cancel_reason.lower() if row.cancel_reason else None,
        is_test=row.test,
        is_rounded=shop.is_rounded or present.is_rounded,
        made_by=_MADE_BY.get(row.source_name, "api") if row.source_name else None,
        source=row.source_name or None,
        gateways=tuple(row.payment_gateway_names),
        locale=row.customer_locale or None,
        company=company.name if company else None,
        location=row.retail_location.name if row.retail_location else None,
        note=row.note or None,
        taxes_included=row.taxes_included,
        checkout_token=row.checkout_token or None,
        cart_token=row.cart_token or None,
    )


def _sums(row: types.OrderRow, minor: Minor, *, presentment: bool) -> records.Sums:
    def read(bag: types.Bag | None) -> int:
        if bag is None:
            return 0
        return minor[bag.presentment_money.amount if presentment else bag.shop_money.amount]

    return records.Sums(
        minor.currency,
        placed=read(row.original_total_price_set),
        refunded=read(row.total_refunded_set),
        net=read(row.current_total_price_set),
        tax=read(row.total_tax_set),
        shipping=read(row.total_shipping_price_set),
        discount=read(row.total_discounts_set),
        tip=read(row.total_tip_received_set),
        duties=read(row.original_total_duties_set),
    )


def _line(row: types.LineRow, shop: Minor, present: Minor) -> records.Line:
    """total is the line as sold less all that its discounts took off it: codes and whole-order ones too."""
    discount = present_discount = 0
    for allocation in row.discount_allocations:
        discount += shop[allocation.allocated_amount_set.shop_money.amount]
        if present is not shop:
            present_discount += present[allocation.allocated_amount_set.presentment_money.amount]
    foreign = None
    if present is not shop:
        foreign = present[row.original_total_set.presentment_money.amount] - present_discount
    return records.Line(
        external_id=number(row.id),
        title=row.title,
        quantity=row.quantity,
        unit=shop[row.original_unit_price_set.shop_money.amount],
        total=shop[row.original_total_set.shop_money.amount] - discount,
        tax=sum([shop[tax.price_set.shop_money.amount] for tax in row.tax_lines]),
        discount=discount,
        current_quantity=row.current_quantity,
        present_total=foreign,
        product_external_id=number(row.product.id) if row.product else None,
        variant_external_id=number(row.variant.id) if row.variant else None,
        sku=row.sku or None,
        variant_title=row.variant_title or None,
        vendor=row.vendor or None,
        is_gift_card=row.is_gift_card,
        selling_plan=row.selling_plan.name if row.selling_plan else None,
        attributes=tuple([records.Attribute(pair.key, pair.value or "") for pair in row.custom_attributes]),
    )


def _refund(
    row: types.RefundRow, order_id: str, agreements: Sequence[types.AgreementRow], shop: Minor, present: Minor
) -> records.RefundRecord:
    """What was refunded of which line is read from the order's ledger, since a bulk file has refunds without lines."""
    ledger = [a for a in agreements if a.refund is not None and a.refund.id == row.id]
    sales = [sale for agreement in ledger for sale in agreement.children]
    shipping = [sale for sale in sales if sale.line_type == "SHIPPING"]
    return records.RefundRecord(
        external_id=number(row.id),
        order_external_id=order_id,
        total=shop[row.total_refunded_set.shop_money.amount],
        created_at=utc(row.created_at) if row.created_at else None,
        reason=row.note or None,
        lines=_refund_lines(sales, shop) if ledger else None,
        shipping=abs(sum(shop[sale.total_amount.shop_money.amount] for sale in shipping)) if ledger else None,
        present_total=None if present is shop else present[row.total_refunded_set.presentment_money.amount],
    )


def _refund_lines(sales: Sequence[types.SaleRow], shop: Minor) -> tuple[records.RefundLine, ...]:
    """One for each line of the order that the refund touches, named by it: a sale has no name of its own elsewhere."""
    by_line: dict[str, list[types.SaleRow]] = {}
    for sale in sales:
        if sale.line_item is not None:
            by_line.setdefault(number(sale.line_item.id), []).append(sale)
    return tuple(
        records.RefundLine(
            external_id=line,
            line_external_id=line,
            quantity=abs(sum(sale.quantity or 0 for sale in parts)),
            total=abs(sum(shop[sale.total_amount.shop_money.amount] for sale in parts)),
            tax=abs(sum(shop[sale.total_tax_amount.shop_money.amount] for sale in parts)),
        )
        for line, parts in by_line.items()
    )


def _discounts(
    deals: Sequence[types.DiscountRow], lines: Sequence[types.LineRow], ship: types.Shipping | None, shop: Minor
) -> tuple[records.Discount, ...]:
    """amount: what the discount took off the lines and the shipping, by the platform's own allocation."""
    taken: dict[int, int] = {}
    parts: list[types.Allocation | types.ShippingAllocation] = [a for line in lines for a in line.discount_allocations]
    parts += ship.discount_allocations if ship else ()
    for part in parts:
        index = part.discount_application.index
        taken[index] = taken.get(index, 0) + shop[part.allocated_amount_set.shop_money.amount]
    return tuple(
        records.Discount(
            kind=_KINDS.get(deal.typename, deal.typename),
            code=deal.code or None,
            title=deal.title or None,
            amount=taken.get(deal.index, 0),
            percentage=None if deal.value.percentage is None else str(deal.value.percentage),
        )
        for deal in sorted(deals, key=lambda deal: deal.index)
    )


def _shipping(row: types.Shipping, shop: Minor) -> records.ShippingLine:
    tax = sum(shop[tax.price_set.shop_money.amount] for tax in row.tax_lines)
    return records.ShippingLine(row.title, row.code or None, shop[row.discounted_price_set.shop_money.amount], tax)


def _tax_line(row: types.TitledTax, shop: Minor) -> records.TaxLine:
    rate = None if row.rate is None else str(row.rate)
    return records.TaxLine(row.title, shop[row.price_set.shop_money.amount], rate)


def _transaction(row: types.Payment, shop: Minor) -> records.Transaction:
    return records.Transaction(
        external_id=number(row.id),
        kind=row.kind.lower(),
        status=row.status.lower(),
        gateway=row.gateway or "",
        amount=shop[row.amount_set.shop_money.amount],
        processed_at=utc(row.processed_at) if row.processed_at else None,
        test=row.test,
    )


def _agreement(row: types.AgreementRow, shop: Minor) -> records.Agreement:
    return records.Agreement(
        external_id=number(row.id),
        happened_at=utc(row.happened_at),
        reason=row.reason,
        refund_external_id=number(row.refund.id) if row.refund else None,
        sales=tuple([_sale(sale, shop) for sale in row.children]),
    )


def _sale(row: types.SaleRow, shop: Minor) -> records.Sale:
    return records.Sale(
        row.action_type,
        row.line_type,
        row.quantity,
        shop[row.total_amount.shop_money.amount],
        shop[row.total_tax_amount.shop_money.amount],
        number(row.line_item.id) if row.line_item else None,
    )


def _journey(row: types.JourneySummary | None) -> records.Journey | None:
    """None while Shopify is still putting the sessions together; an empty one where there were none."""
    if row is None:
        return _UNSEEN
    return records.Journey(_visit(row.first_visit), _visit(row.last_visit)) if row.ready else None


def _visit(row: types.CustomerVisit | None) -> records.Visit | None:
    if row is None:
        return None
    utm = row.utm_parameters or _NO_UTM
    return records.Visit(
        row.landing_page or None,
        row.referrer_url or None,
        row.source or None,
        utc(row.occurred_at) if row.occurred_at else None,
        utm.source or None,
        utm.medium or None,
        utm.campaign or None,
        utm.content or None,
        utm.term or None,
    )


_UNSEEN = records.Journey()
_NO_UTM = types.Utm()
