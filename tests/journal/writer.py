"""A process that writes and seals until it is killed: DATABASE_URL, the shop's id, the key."""

import sys
from datetime import timedelta
from itertools import count

from app.db.engine import open_engine
from app.db.scope import shop_scope
from app.shops.models import Shop
from tests.journal.conftest import NOON, Journal


def main(url: str, shop_id: str, key: str) -> None:
    engine = open_engine(url)
    with shop_scope(engine, int(shop_id)) as scope:
        shop: Shop = scope.shop
    journal = Journal(engine, shop, key)
    for number in count():
        journal.write(NOON + timedelta(seconds=number), sealed=number % 3 != 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
