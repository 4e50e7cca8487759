"""Changes as Shopify answers them: what our scopes do not cover, what is left undone, what has to be waited for."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
import requests

from app.errors import PlatformDown, RateLimited, Refused
from connectors import CONNECTORS
from connectors.changes import AddCodes, AddTags, Change, EmailConsent, MakeDiscount, RemoveTags, Written
from connectors.shopify.transport import Transport
from connectors.shopify.writes import WRITERS, write
from tests.connectors.shopify.fakes import FakeSession, Scripted, answer, throttled

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
TEN = MakeDiscount("A1", "Ten", AT, percentage="10")
NO = EmailConsent("ann@example.com", "refused", AT)
SECRETS = {"access_token": "shpat_1"}


def run(
    change: Change, *script: Scripted, so_far: dict[str, Any] | None = None
) -> tuple[Written, list[dict[str, Any]]]:
    session = FakeSession(*script)
    return write(transport(session), change, so_far or {}), session.asked


def transport(session: requests.Session) -> Transport:
    made = Transport(f"shop{id(session)}.myshopify.com", SECRETS, session)
    made._sleep = Clock.go_on
    return made


class Clock:
    """The time as the shop's bucket sees it; it goes on where somebody sleeps."""

    now = 1000.0

    @classmethod
    def go_on(cls, seconds: float) -> None:
        cls.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.shopify.pace.monotonic", lambda: Clock.now)


def customer(state: str = "SUBSCRIBED", at: datetime | None = None, **more: Any) -> dict[str, Any]:
    said = {
        "marketingState": state,
        "marketingOptInLevel": "SINGLE_OPT_IN",
        "marketingUpdatedAt": at and at.isoformat(),
    }
    return {"id": "gid://shopify/Customer/7", "tags": ["Red"], "defaultEmailAddress": said, **more}


def found(**how: Any) -> requests.Response:
    return answer({"customerByIdentifier": customer(**how)})


def consented(state: str, *errors: dict[str, Any]) -> requests.Response:
    return answer({"customerEmailMarketingConsentUpdate": {"customer": customer(state), "userErrors": list(errors)}})


def test_every_change_has_a_writer() -> None:
    connectors = CONNECTORS.values()
    assert {change for each in connectors for change in each.writes} == set(get_args(Change))
    assert set(CONNECTORS["shopify"].writes) == set(WRITERS)


def test_what_our_scopes_do_not_cover_is_this_change_s_trouble_alone() -> None:
    """The shop goes on: nobody has to connect it again because one thing is not granted."""
    error = {
        "message": "Access denied for tagsAdd field.",
        "path": ["tagsAdd"],
        "extensions": {"code": "ACCESS_DENIED"},
    }
    with pytest.raises(Refused, match="Access denied"):
        run(AddTags("7", ("vip",)), found(), answer({"tagsAdd": None}, errors=[error]))


def test_a_change_that_is_throttled_waits_and_is_made_once() -> None:
    tagged = answer({"tagsAdd": {"node": {"id": "x"}, "userErrors": []}})
    written, asked = run(AddTags("7", ("vip",)), found(), throttled(10, 5, 100), tagged)
    assert written.answer == {"customer": "7", "tags": ["vip"]}
    assert len(asked) == 3


def test_only_what_is_missing_is_written() -> None:
    tagged = answer({"tagsAdd": {"node": {"id": "x"}, "userErrors": []}})
    _, asked = run(AddTags("7", ("RED", "vip")), found(), tagged)
    assert asked[1]["variables"]["tags"] == ["vip"]
    written, asked = run(RemoveTags("7", ("blue",)), found())
    assert (written.was_so, len(asked)) == (True, 1)


def test_a_no_keeps_its_own_moment_and_the_level_that_stands() -> None:
    _, asked = run(NO, found(), consented("UNSUBSCRIBED"))
    assert asked[0]["variables"] == {"identifier": {"emailAddress": "ann@example.com"}}
    assert asked[1]["variables"]["input"] == {
        "customerId": "gid://shopify/Customer/7",
        "emailMarketingConsent": {
            "marketingState": "UNSUBSCRIBED",
            "marketingOptInLevel": "SINGLE_OPT_IN",
            "consentUpdatedAt": "2026-05-01T12:00:00+00:00",
        },
    }


def test_of_two_words_at_one_moment_the_no_counts() -> None:
    written, _ = run(NO, found(at=AT), consented("UNSUBSCRIBED"))
    assert not written.was_so
    yes = EmailConsent("ann@example.com", "granted", AT, "single_opt_in")
    with pytest.raises(Refused, match="otherwise"):
        run(yes, found(state="UNSUBSCRIBED", at=AT))


def test_what_is_taken_without_a_word_and_not_done_is_a_refusal() -> None:
    """As recorded of email consent for a customer without an email."""
    with pytest.raises(Refused, match="changed nothing"):
        run(NO, found(), consented("SUBSCRIBED"))


def test_a_clock_behind_ours_is_a_wait() -> None:
    place = ["input", "emailMarketingConsent", "consentUpdatedAt"]
    error = {"field": place, "message": "Consent updated at must not be in the future", "code": "INVALID"}
    with pytest.raises(RateLimited):
        run(NO, found(), consented("SUBSCRIBED", error))


def test_other_user_errors_are_said_in_shopify_s_words() -> None:
    error = {"field": ["input", "customerId"], "message": "Customer not found", "code": "INVALID"}
    with pytest.raises(Refused, match="Shopify says: customerId: Customer not found"):
        run(NO, found(), consented("SUBSCRIBED", error))


def test_a_discount_whose_making_was_cut_off_is_found_again() -> None:
    """The first try was made after all, and says TAKEN to the second."""
    offer = TEN
    taken = {"field": ["basicCodeDiscount", "code"], "message": "Code must be unique.", "code": "TAKEN"}
    there = {"codeDiscountNodeByCode": {"id": "gid://shopify/DiscountCodeNode/9", "codeDiscount": {"title": "Ten"}}}
    cut = requests.ConnectionError("cut")
    refused = answer({"discountCodeBasicCreate": {"codeDiscountNode": None, "userErrors": [taken]}})
    written, asked = run(offer, answer({"codeDiscountNodeByCode": None}), cut, refused, answer(there))
    assert written.answer == {"discount": "gid://shopify/DiscountCodeNode/9", "live": ["A1"]}
    assert len(asked) == 4


def test_somebody_else_s_code_is_named_as_taken() -> None:
    offer = TEN
    for other in ({"title": "Theirs"}, {}):  # another discount, or one that is no basic one
        there = {"codeDiscountNodeByCode": {"id": "gid://shopify/DiscountCodeNode/9", "codeDiscount": other}}
        written, _ = run(offer, answer(there))
        assert written.answer == {"refused": {"A1": "taken"}}


def test_codes_of_a_creation_that_is_gone_are_handed_in_again() -> None:
    so_far = {"discount": "gid://shopify/DiscountCodeNode/9", "creation": "c", "asked": 3}
    written, _ = run(AddCodes("A1", ("A2",), TEN), answer({"discountRedeemCodeBulkCreation": None}), so_far=so_far)
    assert (dict(written.answer), written.wait) == ({}, 0.0)


def test_codes_that_are_worked_on_are_asked_for_less_and_less_often() -> None:
    so_far: dict[str, Any] = {"discount": "gid://shopify/DiscountCodeNode/9", "creation": "c", "asked": 0}
    waits = []
    for _ in range(9):
        busy = answer({"discountRedeemCodeBulkCreation": {"done": False, "codes": {"nodes": []}}})
        written, _ = run(AddCodes("A1", ("A2",), TEN), busy, so_far=so_far)
        so_far = dict(written.answer)
        waits.append(written.wait)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_shop_that_does_not_answer_is_down() -> None:
    with pytest.raises(PlatformDown):
        run(NO, *[requests.ConnectionError("cut")] * 5)
