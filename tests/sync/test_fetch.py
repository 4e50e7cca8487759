"""Fresh reads: one that cannot be read is listed and stops no other, and what failed stays open until it was read."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import select

from app.commerce.models import Order
from app.context import Context
from app.db.scope import shop_scope
from app.errors import BadInput
from app.journal.keep import keep_failures, request_fetches
from app.journal.models import FailedRecord, PendingFetch
from app.lib.clock import utc_now
from app.proof.queries import first_told
from app.shops.models import Shop
from connectors.base import Failure
from connectors.records import Deletion, OrderRecord, Record
from sync.fetch import fetch
from tests.factory import order_record
from tests.sync.conftest import Platform
from tests.sync.told import job


def want(context: Context, shop: Shop, *external_ids: str) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        request_fetches(scope, [("order", one) for one in external_ids], "test", utc_now())


def open_failures(context: Context, shop: Shop) -> list[tuple[str, str, str]]:
    with shop_scope(context.engine, shop.id) as scope:
        rows = scope.all(select(FailedRecord).order_by(FailedRecord.external_id))
        return [(row.kind, row.external_id, row.error) for row in rows if row.resolved_at is None]


def waiting(context: Context, shop: Shop) -> list[tuple[str, int]]:
    with shop_scope(context.engine, shop.id) as scope:
        return [(row.external_id, row.attempts) for row in scope.all(select(PendingFetch))]


def all_but_two(kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
    """As WooCommerce's client does: one odd order spoils the whole answer."""
    if "2" in external_ids:
        raise BadInput("the amount is no number", "order 2")
    return [order_record(one) for one in external_ids]


def test_one_that_cannot_be_read_is_listed_and_the_others_come(
    context: Context, shop: Shop, platform: Platform
) -> None:
    platform.answer = all_but_two
    want(context, shop, "1", "2", "3")
    fetch(context, job(shop, "fetch"))
    with shop_scope(context.engine, shop.id) as scope:
        assert sorted(scope.all(select(Order.external_id))) == ["1", "3"]
    assert open_failures(context, shop) == [("order", "2", "order 2: the amount is no number")]
    assert waiting(context, shop) == [("2", 1)]  # once more, later


def test_a_failure_is_settled_by_reading_it_and_by_nothing_less(
    context: Context, shop: Shop, platform: Platform
) -> None:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        failures = [Failure("order", "1", "odd"), Failure("order", "2", "odd")]
        keep_failures(scope, context.keyring, "pull", failures, utc_now())
    platform.answer = lambda kind, external_ids: [order_record("1")]  # the other cannot be read yet: it is left out
    want(context, shop, "1", "2")
    fetch(context, job(shop, "fetch"))
    assert open_failures(context, shop) == [("order", "2", "odd")]


def test_what_a_read_makes_doubtful_is_read_too(context: Context, shop: Shop, platform: Platform) -> None:
    """A customer is gone, and WooCommerce has made the orders a guest's without a word."""
    platform.answer = lambda kind, external_ids: [order_record("1", customer_external_id="7")]
    want(context, shop, "1")
    fetch(context, job(shop, "fetch"))
    platform.answer = lambda kind, external_ids: [Deletion("customer", "7", is_forgotten=True)]
    with shop_scope(context.engine, shop.id, write=True) as scope:
        request_fetches(scope, [("deleted:customer", "7")], "test", utc_now())
    fetch(context, job(shop, "fetch"))
    assert waiting(context, shop) == [("1", 0)]


def test_what_is_given_up_is_listed(context: Context, shop: Shop, platform: Platform) -> None:
    """A platform that never tells the whole order: reading ends some day, and not in silence."""
    platform.answer = lambda kind, external_ids: [OrderRecord("1", utc_now(), tags=("a part alone",))]
    want(context, shop, "1")
    with shop_scope(context.engine, shop.id, write=True) as scope:
        scope.get(PendingFetch, "order", "1").attempts = 8
    fetch(context, job(shop, "fetch"))
    assert waiting(context, shop) == []
    assert open_failures(context, shop) == [("order", "1", "read 8 times, and not settled yet")]


def test_who_told_of_a_change_first_is_counted_by_why_it_was_read(
    context: Context, shop: Shop, platform: Platform
) -> None:
    """R17."""
    platform.answer = lambda kind, external_ids: [order_record(one) for one in external_ids]
    asked = {"delivery": ("1", "2", "3"), "pull": ("4",), "reconcile": ("5", "6"), "backfill": ("7",), "retry": ("8",)}
    with shop_scope(context.engine, shop.id, write=True) as scope:
        for reason, external_ids in asked.items():
            request_fetches(scope, [("order", one) for one in external_ids], reason, utc_now())
    for _ in asked:
        fetch(context, job(shop, "fetch"))
    with shop_scope(context.engine, shop.id, write=True) as scope:
        assert waiting(context, shop) == []
        assert first_told(scope, date.min) == {"webhook": 3, "pull": 1, "reconcile": 2}
        request_fetches(scope, [("order", "1")], "pull", utc_now())
    fetch(context, job(shop, "fetch"))  # nothing is new in it
    with shop_scope(context.engine, shop.id) as scope:
        assert first_told(scope, date.min) == {"webhook": 3, "pull": 1, "reconcile": 2}
