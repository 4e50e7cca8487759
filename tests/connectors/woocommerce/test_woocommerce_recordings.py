"""Every recorded answer goes through the connector: records, or the recorded error told apart."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import requests

from app.errors import AuthLost, NotFound, Refused, RegularsError
from connectors.base import ShopFacts
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    Deletion,
    Fact,
    OrderRecord,
    ProductRecord,
    Record,
    RefundRecord,
)
from connectors.woocommerce import normalise, rows, types
from connectors.woocommerce.backfill import Walker
from connectors.woocommerce.errors import BadSignature, MayNot, NoRoute, NotSeen, check
from connectors.woocommerce.facts import _Currency, _Setting, _Status

ANSWERS = Path(__file__).parents[2] / "fixtures" / "woocommerce" / "answers"
Kinds = dict[type, int]

ERRORS: dict[str, tuple[type[RegularsError], str]] = {
    "customer_batch_limit": (Refused, "request_entity_too_large"),
    "customers_orderby_modified": (Refused, "orderby"),
    "error_400_coupon_exists": (Refused, "already exists"),
    "error_400_customer_exists": (Refused, "already registered"),
    "error_400_date": (Refused, "Invalid parameter"),
    "error_400_orderby": (Refused, "Invalid parameter"),
    "error_400_per_page_101": (Refused, "per_page"),
    "error_400_status": (Refused, "Invalid parameter"),
    "error_400_webhook_topic": (Refused, "topic is required"),
    "error_400_webhook_url": (Refused, "delivery URL"),
    "error_401_bad_secret_basic_https": (AuthLost, "Consumer secret is invalid"),
    "error_401_bad_secret_oauth": (BadSignature, "key with this secret.*signature does not match"),
    "error_401_basic_over_http": (NotSeen, "does not accept our key, or its web server drops it"),
    "error_401_no_auth": (NotSeen, "does not accept our key"),
    "error_401_unknown_key": (AuthLost, "Consumer key is invalid"),
    "error_401_unknown_key_basic_https": (NotSeen, "does not accept our key"),
    "error_403_create_coupon": (MayNot, "The key's user may not do this"),
    "error_403_orders": (MayNot, "The key's user may not do this"),
    "error_403_webhooks": (MayNot, "The key's user may not do this"),
    "error_404_coupon": (NotFound, "Invalid ID"),
    "error_404_customer": (NotFound, "Invalid user ID"),
    "error_404_order": (NotFound, "Invalid ID"),
    "error_404_product": (NotFound, "Invalid ID"),
    "error_404_route": (NoRoute, "rest_no_route"),
    "error_read_key_writing": (Refused, "permissions are not enough"),
    "error_write_key_reading": (Refused, "permissions are not enough"),
    "page_0": (Refused, "page"),
}
# what becomes of the rows, by the reader of their list
RECORDS: dict[str, tuple[str, Kinds]] = {
    "coupons": ("coupons", {Fact: 4}),
    "customer_single": ("customers", {CustomerRecord: 1}),
    "customers_by_email": ("customers", {CustomerRecord: 1}),
    "customers_page1": ("customers", {CustomerRecord: 10}),
    "customers_page2": ("customers", {CustomerRecord: 10}),
    "order_checkout_draft": ("orders", {CheckoutRecord: 1}),
    "order_coupon": ("orders", {OrderRecord: 1}),
    "order_eur": ("orders", {OrderRecord: 1}),
    "order_fees": ("orders", {OrderRecord: 1}),
    "order_from_block_checkout": ("orders", {OrderRecord: 1}),
    "order_fully_refunded": ("orders", {OrderRecord: 1}),
    "order_guest": ("orders", {OrderRecord: 1}),
    "order_multiple_shipping_lines": ("orders", {OrderRecord: 1}),
    "order_partially_refunded": ("orders", {OrderRecord: 1}),
    "order_unicode_note": ("orders", {OrderRecord: 1}),
    "order_with_meta": ("orders", {OrderRecord: 1}),
    "order_with_tax": ("orders", {OrderRecord: 1}),
    "order_with_variation": ("orders", {OrderRecord: 1}),
    "orders_checkout_draft": ("orders", {CheckoutRecord: 2}),
    "orders_page1": ("orders", {OrderRecord: 2, CheckoutRecord: 2}),  # and a draft that a failed API call left
    "orders_status_trash": ("trashed_orders", {}),
    "orders_statuses": ("orders", {OrderRecord: 10}),
    "page_past_end": ("orders", {}),
    "product_simple": ("products", {ProductRecord: 1}),
    "product_variable": ("products", {ProductRecord: 1}),
    "products_categories": ("categories", {Fact: 5}),
    "products_draft": ("products", {ProductRecord: 1}),
    "products_page1": ("products", {ProductRecord: 3}),
}
REFUNDS = {"order_refunds": "58", "order_refunds_full": "59", "refunds_all": None}
# named rows of a list: as few fields as were asked for
ROWS = {
    "customers_modified_after": 1,
    "customers_role_all": None,
    "orders_orderby_modified": None,
    "orders_status_any_ids": None,
}
BODIES: dict[str, type[msgspec.Struct]] = {
    "data_currencies_current": _Currency,
    "system_status_trimmed": _Status,
    "webhook_create_response": types.WebhookBody,
}
# read by tests of their own, or by nothing: index_wc_v3 names routes, order_notes what nothing here shows
ELSEWHERE = {
    "index_wp_json", "index_wc_v3", "order_notes", "product_variations", "settings_general_currency", "webhooks_list",
}  # fmt: skip


def test_no_recording_is_left_out() -> None:
    told = [*ERRORS, *RECORDS, *REFUNDS, *ROWS, *BODIES, *ELSEWHERE]
    assert sorted(told) == sorted(path.stem for path in ANSWERS.glob("*.json"))


@pytest.mark.parametrize("name", ERRORS)
def test_a_recorded_error_says_who_must_act(name: str) -> None:
    kind, words = ERRORS[name]
    with pytest.raises(kind, match=words) as caught:
        _checked(name)
    assert type(caught.value) is kind
    assert "shop.test" in str(caught.value)


@pytest.mark.parametrize("name", RECORDS)
def test_recorded_rows_become_records(name: str, script: Callable[..., Any], facts: ShopFacts) -> None:
    reader, expected = RECORDS[name]
    made, failures = getattr(Walker(script({}), lambda: facts), reader)(_rows(name))
    assert failures == []
    assert _kinds(made) == expected


@pytest.mark.parametrize("name", REFUNDS)
def test_recorded_refunds_become_records(name: str) -> None:
    made, failures = rows.read(
        _rows(name), types.Refund, lambda body: normalise.refund(body, REFUNDS[name] or str(body.parent_id), "USD")
    )
    assert failures == []
    assert _kinds(made) == {RefundRecord: len(json.loads(_rows(name)))}
    assert all(isinstance(refund, RefundRecord) and refund.created_at for refund in made)


@pytest.mark.parametrize("name", ROWS)
def test_recorded_ids_are_read(name: str) -> None:
    ids, count = rows.ids(_rows(name))
    assert ids == [row["id"] for row in json.loads(_rows(name))]
    assert count == (ROWS[name] or len(ids)) > 0


@pytest.mark.parametrize("name", BODIES)
def test_recorded_bodies_are_read(name: str) -> None:
    msgspec.json.decode(_checked(name).content, type=BODIES[name])


def test_recorded_settings_and_webhooks_are_read() -> None:
    value = msgspec.json.decode(_checked("settings_general_currency").content, type=_Setting).value
    assert value == "USD"
    listed = json.loads((ANSWERS / "webhooks_list.json").read_text())["r"]
    found, failures = rows.bodies(json.dumps(listed).encode(), types.WebhookBody)
    assert (len(found), failures) == (len(listed), [])


def test_a_coupon_is_kept_without_the_addresses_it_is_restricted_to(
    script: Callable[..., Any], facts: ShopFacts
) -> None:
    made, _ = Walker(script({}), lambda: facts).coupons(_rows("coupons"))
    first = made[0]
    assert isinstance(first, Fact)
    assert (first.kind, first.external_id, first.said) == (
        "discount", "51", {"code": "vip-only", "kind": "percent", "amount": "25.00", "used": 0, "limit": 50},
    )  # fmt: skip
    assert "vip.example" not in str(made)


def test_a_category_says_where_it_stands(script: Callable[..., Any], facts: ShopFacts) -> None:
    body = [{"id": 7, "name": "Cups &amp; Mugs", "slug": "cups", "parent": 4}]
    made, _ = Walker(script({}), lambda: facts).categories(json.dumps(body).encode())
    assert made == [Fact("category", "7", None, {"name": "Cups & Mugs", "slug": "cups", "parent": "4"})]


def test_orders_in_the_trash_are_deletions(script: Callable[..., Any], facts: ShopFacts) -> None:
    made, _ = Walker(script({}), lambda: facts).trashed_orders(b'[{"id": 7, "status": "trash"}]')
    assert made == [Deletion("order", "7")]


def _checked(name: str) -> requests.Response:
    """The recorded answer, as it came, through the check that every answer passes."""
    said = json.loads((ANSWERS / f"{name}.json").read_text())
    whole = said if "body" in said else {"body": said}
    answer = requests.Response()
    answer.status_code = whole.get("status", 200)
    answer._content = json.dumps(whole["body"]).encode()
    check(answer, "shop.test")
    return answer


def _rows(name: str) -> bytes:
    raw = _checked(name).content
    return raw if raw.startswith(b"[") else b"[" + raw + b"]"


def _kinds(made: list[Record]) -> Kinds:
    return {kind: sum(type(record) is kind for record in made) for kind in {type(record) for record in made}}
