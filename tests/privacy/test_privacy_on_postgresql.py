"""The whole way on PostgreSQL: asked, erased, read anew, wiped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.db.scope import shop_scope
from app.lib.clock import utc_now
from tests.privacy import conftest
from tests.privacy.conftest import Place, her_request, requests_in
from tests.privacy.zelda import everything


@pytest.fixture
def engine(postgres_engine: Engine) -> Engine:
    return postgres_engine


@pytest.fixture
def zelda(engine: Engine, tmp_path: Path) -> Iterator[Place]:
    with conftest.opened(engine, tmp_path) as place:
        conftest.fill(place)
        yield place


def test_the_whole_way(zelda: Place) -> None:
    zelda.post("customers/data_request", her_request(zelda, "data_request", data_request={"id": 1}))
    zelda.work()
    assert [row.state for row in requests_in(zelda)] == ["ready"]
    zelda.post("customers/redact", her_request(zelda))
    zelda.work()
    assert zelda.needles() == []
    zelda.take_in(*everything(), live=False)
    zelda.take_in(*everything(), live=True, fresh=True)
    assert zelda.needles() == []
    with shop_scope(zelda.context.engine, zelda.shop.id, write=True) as scope:
        scope.shop.state, scope.shop.uninstalled_at = "uninstalled", utc_now()
    zelda.post("shop/redact", {"shop_domain": zelda.shop.domain})
    zelda.work()
    assert zelda.shop_is_gone()
