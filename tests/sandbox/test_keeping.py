"""A shop that is kept: what was sold before the box was closed is there when it opens again."""

from pathlib import Path

from sandbox.changes import Box
from sandbox.keeping import Keeper, kept
from sandbox.sources.load import load
from tests.waiting import until


def test_what_was_sold_stays_sold(tmp_path: Path) -> None:
    path = tmp_path / "box.shop"
    assert kept(path) is None
    box = Box(load("generated", "box.example", seed=1, orders=30, until=None))
    keeper = Keeper(box, path)
    box.register("new@example.com", "Nora", "New")
    until(lambda: "new@example.com" in _addresses(path))
    keeper.end()
    again = kept(path)
    assert again is not None
    assert list(again.orders) == list(box.shop.orders)


def _addresses(path: Path) -> set[str | None]:
    shop = kept(path)
    assert shop is not None
    return {person.email for person in shop.people.values()}
