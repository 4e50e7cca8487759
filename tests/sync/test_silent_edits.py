"""Edits that move neither an order's date nor its total, with their webhooks lost: the sweep finds them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app.commerce.models import Customer, LineItem
from app.journal.models import PendingFetch
from sync.fetch import fetch
from sync.pull import pull
from sync.sweep import sweep
from tests.sync.proving import Copy, copied


@pytest.fixture
def posts(engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(engine, tmp_path, "--storage", "posts", orders=20) as found:
        yield found


def edited(copy: Copy) -> tuple[Any, Any]:
    """A quantity of one order, the address and the buyer of another, saved while nobody listens."""
    person = copy.act("register", email="she@example.com", first_name="She", last_name="Her")["person_id"]
    one, other = (copy.act("place_order", email=f"{name}@example.com") for name in ("one", "other"))
    copy.run(pull, "pull", "ingest")
    copy.run(fetch, "fetch", "fetch")
    copy.act("set_quantity", order_id=one["order_id"], line_id=one["lines"][0][0], quantity=9)
    copy.act("change_order", order_id=other["order_id"], email="new@example.com", person_id=person, as_guest=False)
    copy.run(pull, "pull", "ingest")
    return one["order_id"], other["order_id"]


def held(copy: Copy, one: Any, other: Any) -> tuple[int, str | None, str]:
    """The quantity of the one; the address and the buyer of the other."""
    [line] = copy.all(LineItem, LineItem.order_id == copy.order(one).id)
    [buyer] = copy.all(Customer, Customer.id == copy.order(other).customer_id)
    return line.quantity, copy.order(other).email, buyer.email


def test_what_moves_no_date_is_found_where_orders_are_posts(posts: Copy) -> None:
    """R7: what the pull cannot see."""
    one, other = edited(posts)
    assert held(posts, one, other) == (1, "other@example.com", "other@example.com")
    posts.run(sweep, "sweep", "sweep")
    asked = {row.external_id for row in posts.all(PendingFetch, PendingFetch.kind == "order")}
    assert asked == {str(one), str(other)}  # of one moment with other content: read afresh
    posts.run(fetch, "fetch", "fetch")
    assert held(posts, one, other) == (9, "new@example.com", "she@example.com")
    posts.run(sweep, "sweep", "sweep")
    assert posts.all(PendingFetch) == []
    assert posts.differences() == []
