"""What orders are made of: lines, shipping, taxes, discounts, refunds, transactions, sales."""

from typing import Any

from sandbox.money import minor as minor_of
from sandbox.shop import Line
from sandbox.shopify.compiler import Fields, Read, WithArguments
from sandbox.shopify.ledger import Sale
from sandbox.shopify.paging import Within
from sandbox.shopify.resolve_money import blank
from sandbox.shopify.sold import OrderLine, OrderRefund, OrderRefundLine, OrderShipping, OrderTax, OrderTransaction
from sandbox.shopify.values import Bag, Money, gid, iso
from sandbox.shopify.world import World


def fields(world: World) -> Fields:
    return {
        "LineItem": _line(world),
        "ShippingLine": _shipping(world),
        "TaxLine": _tax(world),
        **_discounts(world),
        **_refunds(world),
        "OrderTransaction": _transaction(world),
        **_sales(world),
    }


def _line(world: World) -> dict[str, Any]:
    bag, shop = world.amounts.bag, world.shop
    return {
        "id": lambda sold: gid("LineItem", sold.line.id),
        "title": lambda sold: sold.line.title,
        "name": lambda sold: sold.name,
        "variantTitle": lambda sold: blank(sold.line.variant_title),
        "sku": lambda sold: blank(sold.line.sku),
        "vendor": lambda sold: _vendor(world, sold.line),
        "quantity": lambda sold: sold.line.quantity,
        "currentQuantity": lambda sold: sold.current_quantity,
        "refundableQuantity": lambda sold: sold.current_quantity,
        "unfulfilledQuantity": lambda sold: 0 if sold.order.fulfilled_at else sold.current_quantity,
        "nonFulfillableQuantity": lambda sold: sold.line.quantity - sold.current_quantity,
        "isGiftCard": lambda sold: sold.line.is_gift_card,
        "taxable": lambda sold: bool(sold.line.taxes),
        "requiresShipping": lambda sold: sold.line.requires_shipping,
        "product": lambda sold: shop.products.get(sold.line.product_id),
        "variant": lambda sold: shop.variants.get(sold.line.variant_id),
        "originalUnitPriceSet": lambda sold: bag(sold.order, sold.line.unit_minor),
        "originalTotalSet": lambda sold: bag(sold.order, sold.line.subtotal_minor),
        "discountedUnitPriceSet": lambda sold: bag(sold.order, sold.discounted_unit),
        "discountedTotalSet": WithArguments(
            lambda args, _: _discounted_total(world, bool(args.get("withCodeDiscounts")))
        ),
        "totalDiscountSet": lambda sold: bag(sold.order, sold.line.discount_minor),
        "discountAllocations": lambda sold: [(sold.order, *each) for each in sold.line.discounts],
        "taxLines": lambda sold: [OrderTax(sold.order, place, [sold.line]) for place in range(len(sold.line.taxes))],
        "customAttributes": lambda _: [],
        "sellingPlan": lambda _: None,
    }


def _discounted_total(world: World, with_codes: bool) -> Read:
    return lambda sold: world.amounts.bag(sold.order, sold.discounted(with_codes))


def _vendor(world: World, line: Line) -> str | None:
    product = world.shop.products.get(line.product_id or 0)
    return blank(product.vendor) if product else None


def _shipping(world: World) -> dict[str, Any]:
    bag = world.amounts.bag
    return {
        "id": lambda sold: gid("ShippingLine", sold.line.id),
        "title": lambda sold: sold.line.title,
        "code": lambda sold: blank(sold.line.code),
        "source": lambda _: "shopify",
        "isRemoved": lambda _: False,
        "originalPriceSet": lambda sold: bag(sold.order, sold.line.minor),
        "discountedPriceSet": lambda sold: bag(sold.order, sold.line.total_minor),
        "currentDiscountedPriceSet": lambda sold: bag(sold.order, sold.line.total_minor),
        "discountAllocations": lambda sold: [(sold.order, *each) for each in sold.line.discounts],
        "taxLines": lambda sold: [OrderTax(sold.order, place, [sold.line]) for place in range(len(sold.line.taxes))],
    }


def _tax(world: World) -> dict[str, Any]:
    return {
        "title": lambda tax: tax.order.tax_rates[tax.place].title,
        "rate": lambda tax: float(tax.order.tax_rates[tax.place].rate),
        "ratePercentage": lambda tax: float(tax.order.tax_rates[tax.place].rate * 100),
        "priceSet": lambda tax: world.amounts.bag(tax.order, tax.minor),
    }


def _discounts(world: World) -> Fields:
    """Applications are (place, discount, shop currency); allocations are (order, place, amount)."""
    kinds = ("DiscountCodeApplication", "AutomaticDiscountApplication", "ManualDiscountApplication")
    shared: dict[str, Any] = {
        "index": lambda each: each[0],
        "allocationMethod": lambda each: "EACH" if each[1].value_type == "shipping" else "ACROSS",
        "targetSelection": lambda each: "ALL",
        "targetType": lambda each: "SHIPPING_LINE" if each[1].value_type == "shipping" else "LINE_ITEM",
        "value": lambda each: _value(*each),
        "code": lambda each: each[1].title,
        "title": lambda each: each[1].title,
        "description": lambda each: None,
    }
    return {
        **dict.fromkeys((*kinds, "ScriptDiscountApplication"), shared),
        "PricingPercentageValue": {"percentage": lambda value: value},
        "DiscountAllocation": {
            "allocatedAmountSet": lambda each: world.amounts.bag(each[0], each[2]),
            "discountApplication": lambda each: (each[1], each[0].discounts[each[1]], world.shop.currency),
        },
    }


def _value(_: int, discount: Any, currency: str) -> float | Money:
    if discount.value_type == "fixed_amount":
        return Money(minor_of(discount.value, currency), currency)
    return 100.0 if discount.value_type == "shipping" else float(discount.value)


def _refunds(world: World) -> Fields:
    return {
        "Refund": {
            "id": lambda back: gid("Refund", back.refund.id),
            "legacyResourceId": lambda back: str(back.refund.id),
            "createdAt": lambda back: iso(back.refund.created_at),
            "processedAt": lambda back: iso(back.refund.created_at),
            "updatedAt": lambda back: iso(back.refund.created_at),
            "note": lambda back: blank(back.refund.note),
            "order": lambda back: back.order,
            "totalRefundedSet": lambda back: world.amounts.refunded(back.order, back.refund),
            "refundLineItems": Within(refund_lines),
            "refundShippingLines": Within(lambda back: [back] if back.refund.shipping_minor else []),
            "orderAdjustments": Within(lambda back: [back] if back.refund.adjustment_minor else []),
            "transactions": Within(OrderRefund.transactions),
        },
        "RefundLineItem": _refund_line(world),
        "RefundShippingLine": {
            "id": lambda back: gid("RefundShippingLine", back.refund.id),
            "subtotalAmountSet": lambda back: world.amounts.bag(back.order, _shipping_subtotal(back)),
            "taxAmountSet": lambda back: world.amounts.bag(back.order, sum(back.refund.shipping_taxes)),
            "shippingLine": lambda back: OrderShipping(back.order, back.order.shipping[0]),
        },
        "OrderAdjustment": {
            "id": lambda back: gid("OrderAdjustment", back.refund.id),
            "reason": lambda _: "REFUND_DISCREPANCY",
            "amountSet": lambda back: world.amounts.bag(back.order, -back.refund.adjustment_minor),
            "taxAmountSet": lambda back: world.amounts.bag(back.order, 0),
        },
    }


def refund_lines(back: OrderRefund) -> list[OrderRefundLine]:
    return [OrderRefundLine(back.order, back.refund, piece, at) for at, piece in enumerate(back.refund.lines)]


def _shipping_subtotal(back: OrderRefund) -> int:
    """As shown: with tax in where the order has it in."""
    tax = 0 if back.order.taxes_included else sum(back.refund.shipping_taxes)
    return back.refund.shipping_minor - tax


def _refund_line(world: World) -> dict[str, Any]:
    bag = world.amounts.bag
    return {
        "id": lambda back: gid("RefundLineItem", back.number),
        "quantity": lambda back: back.piece.quantity,
        "restockType": lambda back: "RETURN" if back.refund.restock else "NO_RESTOCK",
        "priceSet": lambda back: bag(back.order, back.order.line(back.piece.line_id).unit_minor),
        "subtotalSet": lambda back: bag(back.order, back.subtotal),
        "totalTaxSet": lambda back: bag(back.order, back.piece.tax_minor),
        "lineItem": lambda back: OrderLine(back.order, back.order.line(back.piece.line_id)),
    }


def _transaction(world: World) -> dict[str, Any]:
    return {
        "id": lambda paid: gid("OrderTransaction", paid.transaction.id),
        "kind": lambda paid: paid.transaction.kind.upper(),
        "status": lambda paid: paid.transaction.status.upper(),
        "gateway": lambda paid: blank(paid.transaction.gateway),
        "formattedGateway": lambda paid: blank(paid.transaction.gateway.title()),
        "test": lambda paid: paid.order.test,
        "createdAt": lambda paid: iso(paid.transaction.at),
        "processedAt": lambda paid: iso(paid.transaction.at),
        "amountSet": lambda paid: _paid(world, paid),
        "parentTransaction": _parent,
    }


def _paid(world: World, paid: OrderTransaction) -> Bag:
    if refund := paid.refund:
        return world.amounts.refunded(paid.order, refund)
    return world.amounts.bag(paid.order, paid.transaction.minor)


def _parent(paid: OrderTransaction) -> OrderTransaction | None:
    if paid.transaction.kind != "refund":
        return None
    sale = next((each for each in paid.order.transactions if each.kind == "sale"), None)
    return OrderTransaction(paid.order, sale) if sale else None


def _sales(world: World) -> Fields:
    agreement: dict[str, Any] = {
        "id": lambda each: gid("SalesAgreement", each.number),
        "happenedAt": lambda each: iso(each.at),
        "reason": lambda each: each.reason,
        "app": lambda each: None,
        "sales": Within(lambda each: each.sales),
        "refund": lambda each: OrderRefund(each.order, each.refund),
        "order": lambda each: each.order,
    }
    sale: dict[str, Any] = {
        "id": lambda each: each.id,
        "actionType": lambda each: each.action,
        "lineType": lambda each: each.line_type,
        "quantity": lambda each: each.quantity,
        "totalAmount": lambda each: world.amounts.settled(each.order, each.minor, each.shop_minor),
        "totalTaxAmount": lambda each: world.amounts.bag(each.order, each.tax_minor),
        "totalDiscountAmountBeforeTaxes": lambda each: world.amounts.bag(each.order, each.discount_minor),
        "totalDiscountAmountAfterTaxes": lambda each: world.amounts.bag(each.order, each.discount_minor),
        "lineItem": _line_of,
        "shippingLine": lambda each: OrderShipping(each.order, each.shipping) if each.shipping else None,
    }
    return {
        **{f"{kind}Agreement": agreement for kind in ("Order", "OrderEdit", "Refund")},
        **{f"{kind}Sale": sale for kind in ("Product", "GiftCard", "ShippingLine", "Duty", "Tip", "Adjustment")},
    }


def _line_of(sale: Sale) -> OrderLine | None:
    return OrderLine(sale.order, sale.line) if sale.order and sale.line else None
