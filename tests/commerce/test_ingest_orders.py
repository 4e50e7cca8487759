"""Orders, their lines and refunds: what is written, what is left alone, what is asked for."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from app.commerce.models import Customer, LineItem, Order, Refund
from app.db.scope import shop_scope
from app.shops.models import Shop
from connectors.records import Address, Deletion, Hint, Record
from tests.commerce.said import DAY, at, head, line, order, refund, sums, take_in


def stored(engine: Engine, shop: Shop, external_id: str = "100") -> Order:
    with shop_scope(engine, shop.id) as scope:
        found = scope.first(select(Order).where(Order.external_id == external_id))
    assert found is not None
    return found


def lines_of(engine: Engine, shop: Shop) -> list[str]:
    with shop_scope(engine, shop.id) as scope:
        return [row.external_id for row in scope.all(select(LineItem).order_by(col(LineItem.place)))]


def refunds_of(engine: Engine, shop: Shop) -> dict[str, Refund]:
    with shop_scope(engine, shop.id) as scope:
        return {row.external_id: row for row in scope.all(select(Refund))}


def test_an_order_is_written_with_its_lines_and_its_parts(engine: Engine, shop: Shop) -> None:
    address = Address("Ana", "López", city="Berlin", country_code="DE")
    outcome = take_in(engine, shop, order(billing=address, tags=("vip",), transactions=()))
    row = stored(engine, shop)
    assert outcome.counts == {"created": 1}
    assert outcome.refetch == []
    assert (row.placed_minor, row.net_minor, row.present_net_minor) == (5000, 5000, 5000)
    assert row.billing == {"first_name": "Ana", "last_name": "López", "city": "Berlin", "country_code": "DE"}
    assert (row.tags, row.transactions, row.journey) == (["vip"], [], None)
    assert (row.placed_at, row.updated_at) == (DAY, DAY)
    assert lines_of(engine, shop) == ["1", "2"]


def test_the_same_record_again_changes_nothing(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    assert take_in(engine, shop, order()).counts == {"unchanged": 1}


def test_an_order_belongs_to_the_shops_own_day(engine: Engine, shop: Shop) -> None:
    late = head(DAY.replace(hour=23, minute=30))  # half past midnight in Berlin
    take_in(engine, shop, order(head=late, refunds=(refund(created_at=at(60 * 11.5)),)))
    assert stored(engine, shop).placed_on == date(2026, 3, 2)
    assert refunds_of(engine, shop)["9"].created_on == date(2026, 3, 2)


def test_an_older_state_never_overwrites_a_newer_one_r18(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(version=5, head=head(status="refunded")))
    assert take_in(engine, shop, order(version=4)).counts == {"superseded": 1}
    assert stored(engine, shop).status == "refunded"


def test_two_states_of_one_moment_are_settled_by_a_fresh_read(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(head=head(status="pending")))
    outcome = take_in(engine, shop, order(head=head(status="paid")))
    assert (outcome.counts, outcome.refetch) == ({"conflict": 1}, [("order", "100")])
    assert stored(engine, shop).status == "pending"
    assert take_in(engine, shop, order(head=head(status="paid")), fresh=True).refetch == []
    assert stored(engine, shop).status == "paid"


def test_an_absent_part_never_overwrites(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(tags=("vip",), discounts=()))
    outcome = take_in(engine, shop, order(version=1, lines=None, refunds=None, head=head(status="partially_refunded")))
    row = stored(engine, shop)
    assert (row.status, row.tags, row.discounts) == ("partially_refunded", ["vip"], [])
    assert lines_of(engine, shop) == ["1", "2"]
    assert outcome.refetch == [("order", "100")]  # its lines may be of an older state


def test_a_part_that_an_older_state_had_is_confirmed_by_the_same_moment(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(tags=("old",)))
    take_in(engine, shop, order(version=1))  # as thin as a webhook: no tags
    assert take_in(engine, shop, order(version=1, tags=("new",))).counts == {"updated": 1}
    assert stored(engine, shop).tags == ["new"]
    assert take_in(engine, shop, order(version=1, tags=("newer",))).counts == {"conflict": 1}


def test_a_field_of_the_head_can_become_empty(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(head=head(note="ring twice")))
    take_in(engine, shop, order(version=1))
    assert stored(engine, shop).note is None


def test_lines_are_replaced_as_a_whole(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    take_in(engine, shop, order(version=1, lines=(line("3"), line("1"))))
    assert lines_of(engine, shop) == ["3", "1"]


def test_a_body_without_head_updates_its_parts_and_asks_for_the_rest(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    outcome = take_in(engine, shop, order(version=1, head=None, lines=None, refunds=(refund(),)))
    assert outcome.refetch == [("order", "100")]
    assert list(refunds_of(engine, shop)) == ["9"]
    assert stored(engine, shop).status == "paid"


@pytest.mark.parametrize("record", [order(head=None), refund(), Hint("order", "100")])
def test_what_speaks_of_an_order_that_is_not_known_has_it_read(engine: Engine, shop: Shop, record: Record) -> None:
    outcome = take_in(engine, shop, record)
    assert (outcome.counts, outcome.refetch) == ({"deferred": 1}, [("order", "100")])


def test_two_states_in_one_batch_are_taken_in_order(engine: Engine, shop: Shop) -> None:
    outcome = take_in(engine, shop, order(), order(version=1, head=head(status="refunded")), order())
    assert outcome.counts == {"created": 1, "updated": 1, "superseded": 1}
    assert stored(engine, shop).status == "refunded"


def test_the_list_of_refunds_is_complete_r3(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(refunds=(refund("9"), refund("10"))))
    take_in(engine, shop, order(version=1, refunds=(refund("10"),)))
    assert list(refunds_of(engine, shop)) == ["10"]


def test_what_is_known_of_a_refund_is_not_blanked_by_a_list_that_only_names_it(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(refunds=(refund(shipping=200),)))
    thin = refund(created_at=None, reason=None, lines=None)
    assert take_in(engine, shop, order(refunds=(thin,))).counts == {"unchanged": 1}
    outcome = take_in(engine, shop, order(version=1, refunds=(thin, refund("10", created_at=None, lines=None))))
    first = refunds_of(engine, shop)["9"]
    assert (first.created_at, first.reason, first.lines, first.shipping_minor) == (at(60), "broken", [], 200)
    assert outcome.refetch == [("refund", "100")]  # when the other one was made


def test_a_backfill_comes_to_the_dates_of_refunds_by_itself(engine: Engine, shop: Shop) -> None:
    thin = refund(created_at=None, reason=None, lines=None)
    assert take_in(engine, shop, order(refunds=(thin,)), live=False).refetch == []
    outcome = take_in(engine, shop, refund(), live=False)
    assert (outcome.counts, outcome.refetch) == ({"updated": 1}, [])
    assert refunds_of(engine, shop)["9"].created_at == at(60)
    assert take_in(engine, shop, refund(), live=False).counts == {"unchanged": 1}


def test_a_refund_that_its_order_has_not_told_of_has_the_order_read(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    outcome = take_in(engine, shop, refund())
    assert (outcome.counts, outcome.refetch) == ({"created": 1}, [("order", "100")])


def test_a_fresh_list_of_refunds_removes_one_that_is_gone(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(), refund())
    take_in(engine, shop, order(), fresh=True)  # a refund was deleted, and no time moved
    assert refunds_of(engine, shop) == {}


def test_a_deletion_is_checked_before_it_is_believed(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    outcome = take_in(engine, shop, Deletion("order", "100"))
    assert outcome.refetch == [("deleted:order", "100")]
    assert stored(engine, shop).deleted_at is None
    assert take_in(engine, shop, Deletion("order", "100"), fresh=True).counts == {"deleted": 1}
    assert stored(engine, shop).deleted_at is not None


def test_a_deleted_order_comes_back_by_a_fresh_read_only(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order())
    take_in(engine, shop, Deletion("order", "100"), fresh=True)
    late = take_in(engine, shop, order(version=1))
    assert (late.counts, late.refetch) == ({"conflict": 1}, [("order", "100")])
    take_in(engine, shop, order(version=1), fresh=True)
    row = stored(engine, shop)
    assert (row.deleted_at, row.is_counted) == (None, True)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (order("2", head=head(sums=sums(10**17))), "more money than can be kept"),
        (order("2", head=head(note="\ud800")), "surrogates not allowed"),
        (order("2", lines=(line("1"), line("1"))), ""),
        (order("2", lines=(line("1", total=2**70),)), ""),
    ],
)
def test_one_that_cannot_be_written_fails_alone(engine: Engine, shop: Shop, bad: Any, why: str) -> None:
    outcome = take_in(engine, shop, order("1"), bad, order("3"))
    assert outcome.counts == {"created": 2, "failed": 1}
    assert [(failure.kind, failure.external_id) for failure in outcome.failures] == [("order", "2")]
    assert why in outcome.failures[0].error
    with shop_scope(engine, shop.id) as scope:
        assert [row.external_id for row in scope.all(select(Order).order_by(col(Order.external_id)))] == ["1", "3"]
        assert len(scope.all(select(LineItem))) == 4


def test_nothing_of_ours_touches_theirs(engine: Engine, shop: Shop, stranger: Shop) -> None:
    take_in(engine, shop, order())
    take_in(engine, stranger, order(head=head(status="pending")))
    take_in(engine, shop, Deletion("order", "100"), fresh=True)
    theirs = stored(engine, stranger)
    assert (theirs.status, theirs.deleted_at) == ("pending", None)
    with shop_scope(engine, stranger.id) as scope:
        assert len(scope.all(select(Customer))) == 1


def test_the_digest_of_a_page_does_not_depend_on_its_order(engine: Engine, shop: Shop) -> None:
    page = [order("1"), order("2", version=3), refund("9", "1")]
    first = take_in(engine, shop, *page).digest
    assert take_in(engine, shop, *reversed(page)).digest == first
    assert take_in(engine, shop, *page[:2]).digest != first
