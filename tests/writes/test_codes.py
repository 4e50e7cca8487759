"""Unique discount codes in bulk: all of them, each once, under one discount, those that are taken replaced."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.db.scope import shop_scope
from app.errors import PlatformDown, Refused
from app.lib.clock import utc_now
from app.writes import codes
from app.writes.codes import codes_of, make_codes, new_codes
from connectors.changes import AddCodes, AddTags, MakeDiscount
from connectors.shopify import ShopifyConnector
from sandbox.discounts import CodeDiscount
from sandbox.shop import Discount
from tests.writes.house import House, Killed, said

TEN = MakeDiscount(
    code="", title="Thank you", starts_at=datetime(2026, 1, 1, tzinfo=UTC), percentage="12.5",
    ends_at=datetime(2030, 1, 1, tzinfo=UTC), combines=("product", "shipping"),
)  # fmt: skip


def make(house: House, count: int, offer: MakeDiscount = TEN, name: str = "thanks") -> None:
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        make_codes(scope, name, offer, count, utc_now(), prefix="TY-")


def kept(house: House, name: str = "thanks") -> list[str]:
    with shop_scope(house.engine, house.shop_id) as scope:
        return list(codes_of(scope, name))


def discount(house: House) -> CodeDiscount:
    (found,) = house.box.shop.discounts.values()
    return found


def in_shop(house: House) -> list[str]:
    return sorted(code for _, code in discount(house).codes.values())


def check(house: House, count: int) -> None:
    """What we keep is what the shop has, as many as were asked for."""
    assert len(kept(house)) == count
    assert kept(house) == in_shop(house)


def test_a_few_thousand_codes_with_some_that_are_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of the planted ones is the discount's own code, the others stand in two batches."""
    planted: list[str] = []
    taken = (0, 7, 260, 261)

    def leaky(count: int, prefix: str = "") -> list[str]:
        made = new_codes(count, prefix)
        if not planted:
            planted.extend(made[place] for place in taken)
            house.box.shop.codes |= {code: Discount("code", code, "percentage", Decimal(5)) for code in planted}
        return made

    monkeypatch.setattr(codes, "new_codes", leaky)
    make(house, 2_600)
    house.push_all()
    assert set(house.states()) == {"done"}
    check(house, 2_600)
    assert not set(planted) & set(kept(house))
    assert all(len(change.codes) <= 250 for change in house.line.writes if isinstance(change, AddCodes))


def test_a_discount_is_made_as_it_was_asked_for(house: House) -> None:
    make(house, 3)
    house.push_all()
    made = discount(house)
    assert (made.title, made.percentage, made.amount) == ("Thank you", Decimal("0.125"), None)
    assert (made.combines, made.once_per_customer, made.usage_limit) == (frozenset({"product", "shipping"}), True, 1)
    assert (made.starts_at, made.ends_at) == (TEN.starts_at, TEN.ends_at)
    assert all(code.startswith("TY-") for code in kept(house))


def test_an_amount_is_in_the_shop_s_own_units(house: House) -> None:
    offer = MakeDiscount("", "Five", TEN.starts_at, amount=550, currency="EUR", once_per_customer=False)
    make(house, 1, offer)
    house.push_all()
    made = discount(house)
    assert (made.amount, made.percentage, made.once_per_customer) == (Decimal("5.50"), None, False)


def test_what_shopify_refuses_of_a_discount_is_shown(house: House) -> None:
    make(house, 2, MakeDiscount("", "", TEN.starts_at, percentage="10"))
    make(house, 1, MakeDiscount("", "Never", TEN.starts_at, percentage="10", ends_at=TEN.starts_at), "never")
    make(house, 1, MakeDiscount("", "Nothing", TEN.starts_at), "nothing")
    house.push_all()
    assert [(write.state, write.error) for write in house.writes() if write.kind == "discount"] == [
        ("failed", said("refused", "Shopify says: title: Title can't be blank")),
        ("failed", said("refused", "Shopify says: endsAt: Ends at needs to be after starts_at")),
        ("failed", said("refused", "A discount takes off a percentage, or an amount in the shop's currency.")),
    ]
    more = next(write for write in house.writes() if write.kind == "discount_codes")
    assert (more.state, (more.error or {})["details"].startswith("Shopify has no discount")) == ("failed", True)


def test_the_same_name_is_one_set(house: House) -> None:
    make(house, 300)
    make(house, 300)
    house.push_all()
    check(house, 300)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [Killed(), PlatformDown("the line broke")])
def test_cut_off_at_any_step_no_code_is_missing_and_none_is_there_twice(
    house: House, when: str, error: BaseException
) -> None:
    """R37 of the outbox, for codes: every other step is cut off."""
    make(house, 300)
    house.push_cut(when, error)
    assert set(house.states()) == {"done"}
    check(house, 300)
    assert len(house.box.shop.discounts) == 1


def test_codes_that_shopify_still_works_on_are_waited_for(house: House) -> None:
    house.slow_down(3600.0)
    make(house, 20)
    again = house.push()
    assert again is not None
    assert again.at is not None
    assert again.at - utc_now() < timedelta(seconds=61)
    assert house.states() == ["done", "waiting"]
    assert len(kept(house)) == 1


def test_what_goes_on_being_taken_is_given_up_and_listed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.box.shop.codes["TAKEN"] = Discount("code", "TAKEN", "percentage", Decimal(5))
    make(house, 2)
    monkeypatch.setattr(codes, "new_codes", lambda count, prefix="": ["TAKEN"])
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        write = house.writes()[1]
        row = scope.get(type(write), write.id)
        row.payload = {**(row.payload or {}), "codes": ["TAKEN"]}
    house.push_all()
    assert house.states() == ["done", "done", "done", "done", "failed"]
    assert house.writes()[-1].error == said("codes_refused", "TAKEN: must be unique. Please try a different code.")


def test_a_platform_without_such_codes_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShopifyConnector, "writes", (AddTags,))
    with pytest.raises(Refused, match="takes no discount codes"):
        make(house, 5)
    assert house.writes() == []


def test_an_amount_in_another_currency_than_the_shop_s_is_refused(house: House) -> None:
    with pytest.raises(Refused, match="in the shop's currency: EUR"):
        make(house, 5, MakeDiscount("", "Five", TEN.starts_at, amount=550, currency="USD"))
    assert house.writes() == []


def test_codes_are_different_and_none_has_a_letter_that_is_read_for_another() -> None:
    made = new_codes(5_000, "A-")
    assert len(set(made)) == 5_000
    assert not set("01IO") & set("".join(code.removeprefix("A-") for code in made))
