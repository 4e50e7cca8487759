"""Tags asked for, and what came of it."""

from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.writes.actions import enqueue
from connectors.changes import AddTags, Change
from tests.writes.house import House

ANN = "1"


def ask(house: House, change: Change, key: str, subject: str = ANN) -> None:
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        enqueue(scope, change, subject, key, utc_now())


def tag(house: House, *tags: str, key: str = "k1") -> None:
    ask(house, AddTags(ANN, tags), key)


def tags(house: House) -> tuple[str, ...]:
    return house.box.shop.people[1].tags
