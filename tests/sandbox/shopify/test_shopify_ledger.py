"""Money: the ledger adds up, the totals mean what the platform means, the books agree."""

from decimal import Decimal
from typing import Any

import pytest

from sandbox.books import books
from sandbox.shop import Order
from sandbox.shopify.ledger import agreements, current_minor, current_shop_minor, is_void
from tests.sandbox.shopify.conftest import Asker, document

TOTALS = """query($id: ID!) { order(id: $id) {
  displayFinancialStatus
  originalTotalPriceSet { shopMoney { amount } } totalPriceSet { shopMoney { amount } }
  currentTotalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
  netPaymentSet { shopMoney { amount } } totalReceivedSet { shopMoney { amount } }
  lineItems(first: 10) { nodes { quantity currentQuantity } }
  agreements(first: 10) { nodes { __typename reason happenedAt sales(first: 50) {
    nodes { __typename actionType lineType quantity totalAmount { shopMoney { amount } } } } } }
} }"""


def totals(asker: Asker, order: Order) -> dict[str, Any]:
    data = asker.data(TOTALS, id=f"gid://shopify/Order/{order.id}")["order"]
    return {name: value["shopMoney"]["amount"] if name.endswith("Set") else value for name, value in data.items()}


def test_the_sales_of_every_order_sum_to_its_current_total_in_both_currencies(generated: Asker) -> None:
    orders = generated.box.shop.orders.values()
    for order in orders:
        sales = [sale for each in agreements(order) for sale in each.sales]
        assert sum(sale.minor for sale in sales) == current_minor(order), order.name
        assert sum(sale.shop_minor for sale in sales) == current_shop_minor(order), order.name
    assert any(order.edits for order in orders)
    assert any(order.refunds for order in orders)
    assert any(order.rate for order in orders)
    assert any(is_void(order) for order in orders)


def test_the_sales_of_a_bulk_file_sum_to_the_current_totals(generated: Asker) -> None:
    text = document("bulk_inner_orders").replace("2026-01-01T00:00:00Z", "1990-01-01T00:00:00Z")
    _, rows = generated.bulk(text)
    orders = {row["id"]: row for row in rows if "/Order/" in row.get("id", "")}
    owner = {row["id"]: row["__parentId"] for row in rows if "/SalesAgreement/" in row.get("id", "")}
    sums = dict.fromkeys(orders, Decimal())
    for row in rows:
        if "/Sale/" in row.get("id", ""):
            sums[owner[row["__parentId"]]] += Decimal(row["totalAmount"]["shopMoney"]["amount"])
    assert len(orders) == len(generated.box.shop.orders)
    for key, order in orders.items():
        assert sums[key] == Decimal(order["currentTotalPriceSet"]["shopMoney"]["amount"]), order["name"]


def test_the_books_are_what_the_answers_sum_to(generated: Asker) -> None:
    text = (
        "{ orders { edges { node { id test cancelledAt displayFinancialStatus "
        "originalTotalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } } "
        "totalRefundedSet { shopMoney { amount } } refunds { id } lineItems { edges { node { id } } } } } } }"
    )
    _, rows = generated.bulk(text)
    counted = {
        row["id"]: row
        for row in rows
        if "/Order/" in row.get("id", "") and not row["test"] and row["displayFinancialStatus"] != "VOIDED"
    }
    sheet = books(generated.box.shop, "shopify", "regulars-demo.myshopify.com")

    def summed(name: str) -> int:
        return int(sum(Decimal(row[name]["shopMoney"]["amount"]) for row in counted.values()) * 100)

    assert len(counted) == sheet["orders"]
    assert sum(row.get("__parentId") in counted for row in rows) == sheet["line_items"]
    assert sum(len(row["refunds"]) for row in counted.values()) == sheet["refunds"]
    assert summed("originalTotalPriceSet") == sheet["placed_minor"]
    assert summed("totalRefundedSet") == sheet["refunded_minor"]
    assert summed("currentTotalPriceSet") == sheet["net_minor"]
    assert sheet["not_converted"] == 0
    assert generated.data("{ customersCount { count } }")["customersCount"]["count"] == sheet["customers"]


def test_a_refund_lowers_the_current_total_to_what_was_paid_net(small: Asker) -> None:
    order = next(iter(small.box.shop.orders.values()))
    small.box.refund(order.id, [(order.lines[0].id, 1)])
    found = totals(small, order)
    received = Decimal(found["totalReceivedSet"])
    assert Decimal(found["currentTotalPriceSet"]) == Decimal(found["netPaymentSet"])
    assert Decimal(found["netPaymentSet"]) == received - Decimal(found["totalRefundedSet"])
    assert found["displayFinancialStatus"] == "REFUNDED" if order.current_minor == 0 else "PARTIALLY_REFUNDED"
    assert [each["__typename"] for each in found["agreements"]["nodes"]] == ["OrderAgreement", "RefundAgreement"]


def test_a_refund_of_an_amount_without_lines_is_an_adjustment(small: Asker) -> None:
    order = next(iter(small.box.shop.orders.values()))
    small.box.refund(order.id, [], amount_minor=500)
    (sale,) = totals(small, order)["agreements"]["nodes"][1]["sales"]["nodes"]
    assert sale == {
        "__typename": "AdjustmentSale",
        "actionType": "RETURN",
        "lineType": "ADJUSTMENT",
        "quantity": None,
        "totalAmount": {"shopMoney": {"amount": "-5.0"}},
    }


def test_an_edit_that_takes_an_item_away_leaves_the_total_as_it_was(small: Asker) -> None:
    order = small.box.place_order([(10, 2), (30, 1)], person_id=2, payment="pending")
    before = totals(small, order)
    small.box.edit_order(order.id, remove=[(order.lines[0].id, 1)])
    after = totals(small, order)
    assert after["originalTotalPriceSet"] == after["totalPriceSet"] == before["totalPriceSet"]
    assert Decimal(before["totalPriceSet"]) - Decimal(after["currentTotalPriceSet"]) == Decimal("19")
    assert after["lineItems"]["nodes"][0] == {"quantity": 2, "currentQuantity": 1}


def test_an_edit_that_puts_an_item_in_raises_the_total_but_not_what_was_placed(small: Asker) -> None:
    order = small.box.place_order([(10, 1)], person_id=2)
    placed = totals(small, order)["originalTotalPriceSet"]
    small.box.edit_order(order.id, add=[(30, 1)])
    after = totals(small, order)
    assert after["originalTotalPriceSet"] == placed
    assert Decimal(after["totalPriceSet"]) - Decimal(placed) == Decimal("9")
    assert after["displayFinancialStatus"] == "PARTIALLY_PAID"


def test_cancelling_what_was_not_paid_leaves_nothing(small: Asker) -> None:
    order = small.box.place_order([(10, 1)], person_id=2, payment="pending")
    assert totals(small, order)["displayFinancialStatus"] == "PENDING"
    small.box.cancel_order(order.id)
    after = totals(small, order)
    assert (after["currentTotalPriceSet"], after["displayFinancialStatus"]) == ("0.0", "VOIDED")
    assert after["lineItems"]["nodes"] == [{"quantity": 1, "currentQuantity": 0}]


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_orders_in_other_currencies_carry_both_amounts(generated: Asker, currency: str) -> None:
    order = next(each for each in generated.box.shop.orders.values() if each.currency == currency)
    text = (
        "query($id: ID!) { order(id: $id) { currencyCode presentmentCurrencyCode "
        "originalTotalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } } }"
    )
    found = generated.data(text, id=f"gid://shopify/Order/{order.id}")["order"]
    assert (found["currencyCode"], found["presentmentCurrencyCode"]) == ("EUR", currency)
    assert found["originalTotalPriceSet"]["presentmentMoney"]["currencyCode"] == currency
    assert Decimal(found["originalTotalPriceSet"]["shopMoney"]["amount"]) * 100 == order.placed_shop_minor
