"""The command line: what is odd is said in one line."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.context import Context
from app.errors import NotFound
from app.lib.encryption import Keyring
from app.operations.commands import shop_id_of
from app.settings import read
from app.shops.models import Shop


@pytest.fixture
def context(engine: Engine, tmp_path: Path) -> Context:
    settings = read({"REGULARS_HOME": str(tmp_path)})
    return Context(settings, engine, Keyring.load(settings))


def test_a_shop_is_named_by_its_id_or_its_domain(context: Context, shop: Shop) -> None:
    assert shop_id_of(context, str(shop.id)) == shop_id_of(context, shop.domain) == shop.id


@pytest.mark.parametrize("text", ["", "0", "-1", "²", "9" * 19, "9" * 30, "nobody.example"])
def test_what_names_no_shop_is_said_so(context: Context, shop: Shop, text: str) -> None:
    with pytest.raises(NotFound, match="is no shop here"):
        shop_id_of(context, text)
