"""Changes made so in a WooCommerce shop: each once, kept as asked, and a doubt settled by what stands there."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import msgspec
import pytest

from app.errors import Refused
from app.lib.clock import real_now
from app.lib.outgoing import guarded_session
from connectors.changes import AddCodes, AddOrderNote, AddTags, EmailConsent, MakeDiscount
from connectors.woocommerce import WooCommerceConnector, write_people
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.write_codes import PATH
from connectors.woocommerce.writes import WRITERS, write
from tests.connectors.woocommerce.conftest import Sandbox
from tests.shops.handing import box

LIKE = MakeDiscount(
    code="", title="Thank you", starts_at=datetime(2026, 1, 1, tzinfo=UTC), percentage="12.5",
    ends_at=datetime(2030, 1, 1, tzinfo=UTC), emails=("Ada@example.com",),
)  # fmt: skip


@pytest.fixture
def rest(woocommerce_shop: Sandbox) -> Transport:
    info = woocommerce_shop.info
    secrets = {"consumer_key": info["key"], "consumer_secret": info["secret"]}
    return Transport(woocommerce_shop.url, secrets, woocommerce_shop.session)


def first(**changes: Any) -> MakeDiscount:
    return msgspec.structs.replace(LIKE, code=f"TY-{uuid4().hex[:10]}".upper(), **changes)


def coupon(rest: Transport, code: str) -> dict[str, Any]:
    (found,) = rest.get(PATH, {"code": code}).json()
    return dict(found)


def stands(rest: Transport, code: str) -> bool:
    return bool(rest.get(PATH, {"code": code}).json())


def order_of(rest: Transport) -> str:
    return str(rest.get("wc/v3/orders", {"per_page": 1, "status": "completed"}).json()[0]["id"])


def test_every_kind_of_write_has_a_writer() -> None:
    assert set(WooCommerceConnector().writes) == set(WRITERS)
    assert AddTags not in WRITERS  # customers have no tags there


def test_a_coupon_is_made_as_it_was_asked_for(woocommerce_shop: Sandbox, rest: Transport) -> None:
    asked = first()
    written = woocommerce_shop.client().write(asked, {})
    assert (written.answer, written.was_so) == ({"live": [asked.code], "refused": {}}, False)
    made = coupon(rest, asked.code)
    assert (made["discount_type"], made["amount"], made["description"]) == ("percent", "12.50", "Thank you")
    assert (made["date_expires_gmt"], made["individual_use"]) == ("2030-01-01T00:00:00", True)
    assert (made["usage_limit"], made["usage_limit_per_user"]) == (1, 1)
    assert made["email_restrictions"] == ["ada@example.com"]


def test_an_amount_is_off_the_whole_basket_and_may_go_with_others(woocommerce_shop: Sandbox, rest: Transport) -> None:
    offer = {"percentage": None, "amount": 550, "currency": "EUR", "once_per_customer": False, "usage_limit": None}
    asked = first(**offer, combines=("order",), emails=(), ends_at=None)
    woocommerce_shop.client().write(asked, {})
    made = coupon(rest, asked.code)
    assert (made["discount_type"], made["amount"], made["individual_use"]) == ("fixed_cart", "5.50", False)
    assert (made["usage_limit"], made["usage_limit_per_user"], made["date_expires"]) == (None, None, None)


def test_asked_again_a_coupon_of_ours_is_found_and_not_made_twice(woocommerce_shop: Sandbox, rest: Transport) -> None:
    asked, client = first(), woocommerce_shop.client()
    client.write(asked, {})
    again = client.write(asked, {})
    assert (again.answer["live"], again.was_so) == ([asked.code], True)
    assert len(rest.get(PATH, {"code": asked.code}).json()) == 1


def test_a_code_of_somebody_else_s_is_taken(woocommerce_shop: Sandbox, rest: Transport) -> None:
    asked = first()
    rest.send("POST", PATH, body={"code": asked.code, "amount": "1"})
    written = woocommerce_shop.client().write(asked, {})
    assert written.answer == {"live": [], "refused": {asked.code: "taken"}}


def test_codes_go_a_hundred_at_a_time_and_say_how_far_they_are(woocommerce_shop: Sandbox, rest: Transport) -> None:
    client, head = woocommerce_shop.client(), first()
    codes = tuple(first().code for _ in range(120))
    rest.send("POST", PATH, body={"code": codes[3], "amount": "1"})
    half = client.write(AddCodes(head.code, codes, LIKE), {})
    assert (len(half.answer["live"]), half.answer["refused"], half.wait) == (99, {codes[3]: "taken"}, 0.0)
    whole = client.write(AddCodes(head.code, codes, LIKE), half.answer)
    assert (whole.answer["live"], whole.wait) == ([code for code in codes if code != codes[3]], None)
    assert coupon(rest, codes[-1])["email_restrictions"] == ["ada@example.com"]


def test_codes_whose_answer_was_lost_are_found_again(woocommerce_shop: Sandbox) -> None:
    client, more = woocommerce_shop.client(), AddCodes(first().code, tuple(first().code for _ in range(5)), LIKE)
    client.write(more, {})
    assert client.write(more, {}).answer == {"live": list(more.codes), "refused": {}}


@pytest.mark.parametrize(
    ("odd", "named"),
    [({"percentage": "150"}, "amount"), ({"emails": ("ada@example.com", "no address")}, "email_restrictions")],
)
def test_what_the_shop_drops_without_a_word_leaves_no_coupon(
    woocommerce_shop: Sandbox, rest: Transport, odd: dict[str, Any], named: str
) -> None:
    asked = first(**odd)
    with pytest.raises(Refused, match=named):
        woocommerce_shop.client().write(asked, {})
    assert not stands(rest, asked.code)


def test_a_coupon_cannot_begin_later(woocommerce_shop: Sandbox, rest: Transport) -> None:
    asked = first(starts_at=real_now() + timedelta(days=1))
    with pytest.raises(Refused, match="cannot begin later"):
        woocommerce_shop.client().write(asked, {})
    assert not stands(rest, asked.code)


def test_a_key_that_may_only_read_is_refused_with_what_to_do_and_is_not_lost() -> None:
    """401 is also what a good key gets that may not write."""
    with box() as (url, face), guarded_session(allow_private=True) as session:
        key = face.keys.make("read", "may only read")
        order = next(number for number in face.house.box.shop.orders)
        transport = Transport(url, {"consumer_key": key.consumer_key, "consumer_secret": key.consumer_secret}, session)
        for change in (first(), AddOrderNote(str(order), "Came back")):
            with pytest.raises(Refused, match="make a key that may read and write"):
                write(transport, change, {})


def test_a_note_stands_on_an_order_once(woocommerce_shop: Sandbox, rest: Transport) -> None:
    client, words = woocommerce_shop.client(), f'Came back by a mail & bought, "again" {uuid4()}'
    change = AddOrderNote(order_of(rest), words)
    assert not client.write(change, {}).was_so
    assert client.write(change, {}).was_so
    notes = rest.get(f"wc/v3/orders/{change.order}/notes").json()
    assert [(note["note"], note["customer_note"]) for note in notes if note["note"] == words] == [(words, False)]


def test_consent_is_kept_by_the_plugin_and_the_later_word_counts() -> None:
    """R55: an opt-out is told wherever it is missed."""
    with box() as (url, face), guarded_session(allow_private=True) as session:
        secrets = {"consumer_key": face.options.key, "consumer_secret": face.options.secret}
        transport, at = Transport(url, secrets, session), datetime(2026, 5, 1, 12, tzinfo=UTC)
        no = EmailConsent("ada@example.com", "refused", at)
        assert not write(transport, no, {}).was_so
        assert face.plugin.words == {"ada@example.com": ("refused", "2026-05-01T12:00:00Z")}
        assert write(transport, no, {}).was_so
        for earlier in (at, at - timedelta(days=1)):
            with pytest.raises(Refused, match="a later word"):
                write(transport, EmailConsent("ada@example.com", "granted", earlier), {})
        write(transport, EmailConsent("ada@example.com", "granted", at + timedelta(seconds=1)), {})
        assert face.plugin.words["ada@example.com"][0] == "granted"
        # an old no that comes late changes nothing, and is no trouble: they agreed again since
        assert write(transport, no, {}).was_so


def test_without_the_plugin_nobody_in_the_shop_is_told() -> None:
    with box() as (url, face), guarded_session(allow_private=True) as session:
        secrets = {"consumer_key": face.options.key, "consumer_secret": face.options.secret}
        transport = Transport(url, secrets, session)
        with patch.object(write_people, "CONSENT", "wc-nobody/v1/consent"):
            written = write(transport, EmailConsent("ada@example.com", "refused", LIKE.starts_at), {})
    assert (written.answer, written.was_so) == ({"plugin": None}, True)


def test_a_note_for_an_order_that_is_gone_or_too_long_is_refused(woocommerce_shop: Sandbox, rest: Transport) -> None:
    client = woocommerce_shop.client()
    with pytest.raises(Refused, match="no order 999999999"):
        client.write(AddOrderNote("999999999", "x"), {})
    with pytest.raises(Refused, match="too long"):
        client.write(AddOrderNote(order_of(rest), "ä" * 40_000), {})
