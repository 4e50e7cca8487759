"""Live changes become events, one a subject; a backfill is silent."""

from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Order
from app.db.scope import shop_scope
from app.jobs.models import JobRow
from app.journal.models import Event
from app.shops.models import Shop
from tests.commerce.said import at, checkout, customer, head, order, product, refund, sums, take_in


def events(engine: Engine, shop: Shop) -> list[Event]:
    with shop_scope(engine, shop.id) as scope:
        return list(scope.all(select(Event).order_by(Event.id)))


def test_a_backfill_raises_no_events_and_defers_nothing(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(), customer(), product(), checkout(), live=False)
    assert events(engine, shop) == []
    with shop_scope(engine, shop.id) as scope:
        assert scope.all(select(JobRow)) == []


def test_each_subject_raises_one_event_a_batch(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(), customer(), product(), checkout(), order(version=1, head=head(status="refunded")))
    kinds = sorted(event.kind for event in events(engine, shop))
    assert kinds == ["checkout.changed", "customer.changed", "order.placed", "product.changed"]
    with shop_scope(engine, shop.id) as scope:
        assert [(job.name, job.lane) for job in scope.all(select(JobRow))] == [("react", "react")]
        placed = scope.first(select(Order))
    event = next(event for event in events(engine, shop) if event.kind == "order.placed")
    assert placed is not None
    assert (event.subject_id, event.customer_id) == (placed.id, placed.customer_id)
    assert (event.changes or {})["status"] == [None, "refunded"]


def test_a_change_says_what_was_and_what_is(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(), live=False)
    take_in(engine, shop, order(version=1, head=head(status="refunded", sums=sums(5000, 5000)), refunds=(refund(),)))
    [event] = events(engine, shop)
    assert event.kind == "order.changed"
    assert event.changes == {
        "parts": ["head", "refunds", "refund_lines"],
        "status": ["paid", "refunded"],
        "refunded_minor": [0, 5000],
        "net_minor": [5000, 0],
    }


def test_an_order_is_placed_when_it_first_counts(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(head=head(status="pending", is_counted=False)))
    take_in(engine, shop, order(version=1))
    assert [event.kind for event in events(engine, shop)] == ["order.changed", "order.placed"]


def test_what_says_nothing_new_raises_nothing(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(), customer(), product(), checkout(), live=False)
    take_in(engine, shop, order(version=1), customer(version=1), product(version=1), checkout(version=0))
    assert events(engine, shop) == []


def test_whoever_loses_an_order_is_news_too(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, order(), live=False)
    take_in(engine, shop, order(version=1, head=head(at(0), customer_external_id="7")))
    assert sorted(event.kind for event in events(engine, shop)) == ["customer.changed", "order.changed"]
