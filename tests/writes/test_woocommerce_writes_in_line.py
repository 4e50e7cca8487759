"""Codes and notes for a WooCommerce shop, from the row to the shop: cut off at any step they are there once."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.context import Context
from app.db.scope import shop_scope
from app.errors import PlatformDown
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.lib.outgoing import guarded_session
from app.settings import read
from app.writes.actions import enqueue
from app.writes.codes import codes_of, make_codes
from connectors import CONNECTORS
from connectors.changes import AddOrderNote, Change, MakeDiscount
from sandbox.woocommerce import Face
from sync import push
from tests.conftest import make_shop
from tests.shops.handing import box
from tests.writes.house import House, Killed, Line

TEN = MakeDiscount("", "Thank you", datetime(2026, 1, 1, tzinfo=UTC), percentage="10")


class Woo(House):
    """`face` is the shop's side, over real HTTP."""

    def __init__(
        self, engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch, line: Line, face: Face, url: str
    ) -> None:
        self.engine = engine
        self.shop_id = make_shop(engine, "woocommerce", url.partition("//")[2]).id
        settings = read({"REGULARS_HOME": str(home)})
        self.context = Context(settings, engine, Keyring.load(settings))
        self.box, self.face, self.line = face.house.box, face, line
        self._keys = count()
        monkeypatch.setattr(push, "client_for", lambda context, shop_id: self.line)

    def in_shop(self) -> Counter[str]:
        return Counter(
            coupon.code.upper() for coupon in self.face.coupons.all.values() if coupon.code.startswith("ty-")
        )


@pytest.fixture
def woo(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Woo]:
    with box() as (url, face), guarded_session(allow_private=True) as session:
        secrets = {"consumer_key": face.options.key, "consumer_secret": face.options.secret}
        client = CONNECTORS["woocommerce"].client(url.partition("//")[2], url, secrets, session)
        yield Woo(engine, tmp_path, monkeypatch, Line(client), face, url)


def make(woo: Woo, count: int) -> None:
    with shop_scope(woo.engine, woo.shop_id, write=True) as scope:
        make_codes(scope, "thanks", TEN, count, utc_now(), prefix="TY-")


def kept(woo: Woo) -> list[str]:
    with shop_scope(woo.engine, woo.shop_id) as scope:
        return list(codes_of(scope, "thanks"))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [Killed(), PlatformDown("the line broke")])
def test_cut_off_at_any_step_no_code_is_missing_and_none_is_there_twice(
    woo: Woo, when: str, error: BaseException
) -> None:
    """R37 of the outbox, for coupons: every other step is cut off."""
    make(woo, 230)
    woo.push_cut(when, error)
    assert set(woo.states()) == {"done"}
    assert len(kept(woo)) == 230
    assert woo.in_shop() == Counter(kept(woo))


def test_a_code_that_is_taken_is_replaced_by_another(woo: Woo, monkeypatch: pytest.MonkeyPatch) -> None:
    def plant(change: Change) -> None:
        if isinstance(change, MakeDiscount) and not woo.in_shop():
            woo.face.coupons._create({"code": change.code, "amount": "1"})

    woo.line.before = plant
    make(woo, 3)
    woo.push_all()
    assert set(woo.states()) == {"done"}
    assert len(kept(woo)) == 3
    assert woo.in_shop().total() == 4


def test_a_note_is_written_once_though_its_answer_was_lost(woo: Woo) -> None:
    order = str(next(iter(woo.box.shop.orders)))
    lost = iter([PlatformDown("the line broke")])

    def lose(change: Change) -> None:
        for error in lost:
            raise error

    woo.line.after = lose
    with shop_scope(woo.engine, woo.shop_id, write=True) as scope:
        enqueue(scope, AddOrderNote(order, "Came back by a mail"), order, f"note:{order}", utc_now())
    woo.push_all()
    assert woo.states() == ["done"]
    assert [note.text for note in woo.face.notes.all[int(order)]] == ["Came back by a mail"]
