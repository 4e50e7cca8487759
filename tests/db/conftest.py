"""Two shops side by side."""

import pytest
from sqlalchemy import Engine

from app.shops.models import Shop
from tests.db.two_shops import put_in


@pytest.fixture
def ours(engine: Engine, shop: Shop, stranger: Shop) -> Shop:
    """Two shops with a customer and an order each, whose ids are the same: what differs is the shop."""
    put_in(shop, "ours", engine)
    put_in(stranger, "theirs", engine)
    return shop
