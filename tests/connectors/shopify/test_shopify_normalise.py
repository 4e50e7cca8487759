"""Rows become records: amounts, times, refunds, consent, and what is said of rows that cannot be read."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connectors import records
from connectors.base import Page
from connectors.shopify import goods, people, types
from connectors.shopify.bulk import BulkFile
from connectors.shopify.history import KINDS, Cursor, _slices
from connectors.shopify.pages import KINDS as PAGED
from connectors.shopify.pages import walk
from connectors.shopify.transport import Transport
from tests.connectors.shopify import rows
from tests.connectors.shopify.fakes import FakeSession, answer


def by_bulk(tmp_path: Path, head: rows.Body, lines: list[rows.Body] | None = None) -> Page:
    path = tmp_path / "bulk.jsonl"
    path.write_text("\n".join(rows.jsonl(head, lines)) + "\n")
    (page,) = _slices(KINDS["orders"], lambda kind, ids: [records.Hint("order", one) for one in ids],
                      BulkFile("b", path, 1), path, Cursor())  # fmt: skip
    return page


def by_page(*heads: rows.Body) -> Page:
    session = FakeSession(answer({"orders": rows.nodes([rows.node(head) for head in heads])}))
    (page,) = walk(Transport("rows.myshopify.com", {"access_token": "t"}, session), PAGED["orders"], None, None)
    return page


def order(tmp_path: Path, **changes: Any) -> records.OrderRecord:
    (record,) = by_bulk(tmp_path, rows.order(**changes)).records
    assert isinstance(record, records.OrderRecord)
    return record


def head(tmp_path: Path, **changes: Any) -> records.OrderHead:
    found = order(tmp_path, **changes).head
    assert found is not None
    return found


def test_a_bulk_file_and_a_page_give_the_same_order(tmp_path: Path) -> None:
    (from_page,) = by_page(rows.order()).records
    assert from_page == order(tmp_path)


def test_an_order_carries_both_currencies_in_their_own_minor_units(tmp_path: Path) -> None:
    found = head(tmp_path)
    assert found.shop_sums == records.Sums("EUR", 7490, 2200, 5290, tax=1196, shipping=490, discount=500)
    assert found.sums == records.Sums("JPY", 12134, 3564, 8570, tax=1938, shipping=794, discount=810)
    assert not found.is_rounded
    assert found.placed_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_an_order_in_the_shop_s_currency_says_so_twice(tmp_path: Path) -> None:
    found = order(tmp_path, presentmentCurrencyCode="EUR")
    assert found.head is not None
    assert found.head.sums == found.head.shop_sums
    assert found.lines is not None
    assert found.lines[0].present_total is None


def test_a_line_s_total_is_after_all_discounts(tmp_path: Path) -> None:
    shirt, card = order(tmp_path).lines or ()
    assert (shirt.unit, shirt.total, shirt.discount, shirt.tax, shirt.present_total) == (2000, 3500, 500, 559, 5670)
    assert (shirt.quantity, shirt.current_quantity) == (2, 1)
    assert (card.is_gift_card, card.product_external_id, card.sku) == (True, None, None)


def test_a_refund_s_lines_and_shipping_come_from_the_ledger(tmp_path: Path) -> None:
    assert order(tmp_path).refunds == (
        records.RefundRecord(
            external_id="81",
            order_external_id="6012345678901",
            total=2200,
            created_at=datetime(2026, 3, 5, 9, tzinfo=UTC),
            reason="too small",
            lines=(records.RefundLine("71", "71", 1, 1750, 279),),
            shipping=450,
            present_total=3564,
        ),
    )


def test_a_refund_that_the_ledger_does_not_name_has_unknown_lines(tmp_path: Path) -> None:
    other = [rows.order()["refunds"][0] | {"id": "gid://shopify/Refund/82"}]
    (refund,) = order(tmp_path, refunds=other).refunds or ()
    assert (refund.lines, refund.shipping) == (None, None)


def test_discounts_say_what_they_took(tmp_path: Path) -> None:
    assert order(tmp_path).discounts == (
        records.Discount("code", code="FIVE", amount=500),
        records.Discount("automatic", title="Ten", amount=0, percentage="10.0"),
    )


@pytest.mark.parametrize(
    ("changes", "is_counted"),
    [
        ({}, True),
        ({"test": True}, False),
        ({"cancelledAt": "2026-03-02T00:00:00Z"}, True),  # refunded in part, so it was paid
        ({"cancelledAt": "2026-03-02T00:00:00Z", "displayFinancialStatus": "REFUNDED"}, True),
        ({"cancelledAt": "2026-03-02T00:00:00Z", "displayFinancialStatus": "VOIDED"}, False),
        ({"cancelledAt": "2026-03-02T00:00:00Z", "displayFinancialStatus": "PENDING"}, False),
        ({"cancelledAt": "2026-03-02T00:00:00Z", "displayFinancialStatus": "EXPIRED"}, False),
        ({"displayFinancialStatus": "PENDING"}, True),
    ],
)
def test_all_orders_count_but_tests_and_those_cancelled_unpaid(
    tmp_path: Path, changes: dict[str, Any], is_counted: bool
) -> None:
    assert head(tmp_path, **changes).is_counted is is_counted


def test_an_amount_finer_than_its_currency_is_marked(tmp_path: Path) -> None:
    found = head(tmp_path, currentTotalPriceSet=rows.money("52.9", "8570.5"))
    assert (found.sums.net, found.is_rounded) == (8571, True)


def test_dinars_have_three_digits(tmp_path: Path) -> None:
    found = head(tmp_path, presentmentCurrencyCode="KWD", originalTotalPriceSet=rows.money("74.9", "24.05"))
    assert found.sums.placed == 24_050


def test_a_journey_that_is_not_ready_is_absent_and_one_that_never_was_is_empty(tmp_path: Path) -> None:
    assert order(tmp_path, customerJourneySummary={"ready": False}).journey is None
    assert order(tmp_path, customerJourneySummary=None).journey == records.Journey()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"processedAt": "2026-03-01T10:00:00"}, ["timezone", "$.processedAt"]),
        ({"updatedAt": None}, ["$.updatedAt"]),
        ({"originalTotalPriceSet": None}, ["$.originalTotalPriceSet"]),
        ({"originalTotalPriceSet": {"shopMoney": {"amount": 12.5}}}, ["$.originalTotalPriceSet.shopMoney.amount"]),
        ({"totalRefundedSet": rows.money("1e5")}, ["amount", "1e5"]),
        ({"currencyCode": "XYZ"}, ["currency", "XYZ"]),
        ({"tags": "vip"}, ["$.tags"]),
        ({"customer": {"id": 5}}, ["$.customer.id"]),
    ],
)
def test_a_row_that_cannot_be_read_says_what_and_where_and_stops_nothing_else(
    tmp_path: Path, changes: dict[str, Any], words: list[str]
) -> None:
    (alone,) = by_bulk(tmp_path, rows.order(**changes)).failures
    page = by_page(rows.order(**changes), rows.order())
    (failure,) = page.failures
    assert len(page.records) == 1
    for each in (alone, failure):
        assert (each.kind, each.external_id) == ("order", "6012345678901")
        assert all(word in each.error for word in words), each.error
        assert each.body


def test_an_order_whose_ledger_names_a_line_that_the_file_lacks_is_read_again(tmp_path: Path) -> None:
    assert by_bulk(tmp_path, rows.order(), rows.LINES[:1]).records == [records.Hint("order", "6012345678901")]


CUSTOMER = {
    "id": "gid://shopify/Customer/55",
    "createdAt": "2026-01-01T00:00:00Z",
    "updatedAt": "2026-01-02T00:00:00Z",
    "firstName": "Ana",
    "locale": "de",
    "state": "DISABLED",
    "tags": ["vip"],
    "verifiedEmail": True,
}


def customer(**changes: Any) -> records.CustomerRecord:
    return people.customer(msgspec.convert(CUSTOMER | changes, types.CustomerRow))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("SUBSCRIBED", "granted"),
        ("UNSUBSCRIBED", "refused"),
        ("PENDING", "pending"),
        ("NOT_SUBSCRIBED", "unknown"),
        ("INVALID", "unknown"),
        ("SOMETHING_NEW", "unknown"),
    ],
)
def test_consent_is_what_the_address_says(said: str, state: str) -> None:
    address = {
        "emailAddress": "ana@example.com",
        "marketingState": said,
        "marketingOptInLevel": "CONFIRMED_OPT_IN",
        "marketingUpdatedAt": "2026-01-01T12:00:00Z",
    }
    (consent,) = customer(defaultEmailAddress=address).consents or ()
    assert (consent.channel, consent.address, consent.state) == ("email", "ana@example.com", state)
    assert (consent.level, consent.at) == ("confirmed_opt_in", datetime(2026, 1, 1, 12, tzinfo=UTC))


def test_a_phone_speaks_for_sms_and_for_whatsapp_once_somebody_said_something() -> None:
    never = {"state": "NEVER_SUBSCRIBED"}
    phone = {"phoneNumber": "+491", "smsMarketingConsent": {"state": "SUBSCRIBED", "collectedFrom": "SHOPIFY"}}
    (sms,) = customer(defaultPhoneNumber=phone | {"whatsAppMarketingConsent": never}).consents or ()
    assert (sms.channel, sms.state, sms.source) == ("sms", "granted", "shopify")
    both = customer(defaultPhoneNumber=phone | {"whatsAppMarketingConsent": {"state": "UNSUBSCRIBED"}}).consents or ()
    assert [(each.channel, each.state) for each in both] == [("sms", "granted"), ("whatsapp", "refused")]


def test_a_customer_without_an_address_has_no_consent_to_speak_of() -> None:
    assert customer().consents == ()
    assert customer().address == records.Address()


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("https://x.example/548380009/checkouts/123123123/recover?key=k", "123123123"),
        ("https://x.example/548380009/checkouts/ac/Z2NwLXV_z-9/recover?key=k", "Z2NwLXV_z-9"),
        ("https://x.example/checkouts/cn/Z2NwLXV/recover", "Z2NwLXV"),
        ("https://x.example/cart/1:1", None),
        (None, None),
    ],
)
def test_a_checkout_s_token_is_read_from_its_recovery_link(url: str | None, token: str | None) -> None:
    assert goods.token_of(url) == token
