"""Consent: refusal wins at first sight, and only a dated grant with a source widens (R54, R55)."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.consent.actions import suppress
from app.consent.entries import record
from app.consent.models import ConsentEntry
from app.consent.rules import obstacle, standing
from app.db.scope import shop_scope
from app.reasons import Reason
from app.shops.models import Shop
from connectors.records import ConsentRecord

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANA = "ana@example.com"


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def said(state: str, at: datetime | None = None, source: str = "form", address: str = ANA) -> ConsentRecord:
    return ConsentRecord("email", address, state, at, source=source)  # type: ignore[arg-type]


def state_after(engine: Engine, shop: Shop, *statements: tuple[ConsentRecord, datetime]) -> str:
    with shop_scope(engine, shop.id, write=True) as scope:
        for statement, as_of in statements:
            record(scope.batch(), [(None, statement, as_of)], "shopify", NOW)
        found = standing(scope.all(select(ConsentEntry)))
        for entry in scope.all(select(ConsentEntry)):
            scope.delete(entry)
    return found.state


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], "unknown"),
        ([(said("granted", day(1)), day(1))], "granted"),
        ([(said("granted"), day(1))], "unknown"),  # a sync without a time can never widen
        ([(said("refused", day(2)), day(2)), (said("granted"), day(3))], "refused"),
        ([(said("granted", day(1)), day(1)), (said("refused"), day(2))], "refused"),  # at first sight, time or not
        ([(said("granted", day(1)), day(1)), (said("refused", day(1)), day(1))], "refused"),
        ([(said("refused"), day(2)), (said("granted", day(3)), day(3))], "granted"),
        ([(said("refused"), day(2)), (said("granted", day(1)), day(4))], "refused"),  # an old grant, stated again
        ([(said("granted", day(1)), day(1)), (said("pending", day(2)), day(2))], "pending"),
        ([(said("refused", day(2)), day(2)), (said("unknown", day(3)), day(3))], "refused"),
    ],
)
def test_what_counts_in_every_order_of_arrival(
    engine: Engine, shop: Shop, statements: list[tuple[ConsentRecord, datetime]], expected: str
) -> None:
    for arrival in permutations(statements):
        assert state_after(engine, shop, *arrival) == expected
        assert state_after(engine, shop, *arrival, *arrival) == expected


def test_a_statement_is_kept_once_and_learns_its_customer(engine: Engine, shop: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        one = said("granted", day(1), address=" Ana@Example.com ")
        record(scope.batch(), [(None, one, day(1)), (5, one, day(1)), (6, one, day(1))], "shopify", NOW)
        [entry] = scope.all(select(ConsentEntry))
    assert (entry.address_key, entry.customer_id, entry.source) == (ANA, 5, "form")


def test_the_platform_is_the_source_of_what_names_none(engine: Engine, shop: Shop) -> None:
    assert state_after(engine, shop, (said("granted", day(1), source=""), day(1))) == "granted"


def test_mail_goes_to_whoever_agreed_and_nobody_else(engine: Engine, shop: Shop, stranger: Shop) -> None:
    with shop_scope(engine, shop.id, write=True) as scope:
        assert obstacle(scope, ANA) == Reason("never_agreed")
        record(scope.batch(), [(None, said("granted", day(1)), day(1))], "shopify", NOW)
        assert obstacle(scope, "ANA@example.com") is None
        suppress(scope, ANA, "bounced", day(2))
        suppress(scope, ANA, "complained", day(3))
        assert obstacle(scope, ANA) == Reason("bounced", {"on": "2026-05-03"})
    with shop_scope(engine, stranger.id) as scope:
        assert obstacle(scope, ANA) is not None
