"""Two shops in boxes for all tests, and houses beside them: web and worker, each house on a database of its own."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.json import encode
from sqlmodel import col, select

from app.commerce.state_hash import state, state_hash
from app.context import Context, open_context
from app.db.scope import every_shop, shop_scope
from app.demo.processes import Crew, free_port
from app.demo.street import FACES, Ports, Street
from app.demo.waits import is_backfilled, is_idle
from app.lib import clock
from app.lib.clock import real_now
from app.mail.models import Message
from app.proof.models import Finding
from sync.models import Run
from sync.now import pull_now
from sync.reconcile.now import reconcile_now
from tests.postgres import fresh
from tests.street.courier import Courier

ORDERS = "600"
LISTED = ("external_id", "currency", "present_total_minor", "items")
HISTORY = 5_000  # days: all of a shop
Name = tuple[str, str, str]  # face, kind, external id


@dataclass
class House:
    """Regulars beside the shops; a process of it may be killed and started again."""

    street: Street
    context: Context

    @property
    def shops(self) -> dict[str, int]:
        return self.street.shops

    def start(self, name: str) -> None:
        self.street.start(name)
        if name == "web":
            self.street.until("the web process answers", self.street.web_answers)

    def kill(self, name: str) -> None:
        """kill -9 of the process and of its children."""
        process = self.street.crew.processes.pop(name)
        os.killpg(process.popen.pid, signal.SIGKILL)
        process.popen.wait()

    def end_leases(self) -> None:
        """Let the time pass after which a dead worker's jobs are another's."""
        with every_shop(self.context.engine, write=True) as db:
            batch = db.batch()
            batch.execute("UPDATE jobs SET lease_until = :now WHERE state = 'running'", {"now": real_now()})
            if not batch.is_sqlite:
                batch.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")

    def end_claims(self) -> None:
        """Let the minutes pass after which the claim on a mail belongs to a process that died."""
        with every_shop(self.context.engine, write=True) as db:
            for message in db.all(select(Message).where(Message.state == "sending")):
                assert message.claimed_at is not None
                message.claimed_at -= timedelta(minutes=3)

    def connect(self) -> None:
        self.street.connect_shops(self.context)

    def backfill(self) -> None:
        self.street.until("both backfills have ended", self.is_backfilled)
        self.settle()

    def is_backfilled(self) -> bool:
        return is_backfilled(self.context, self.shops.values())

    def settle(self) -> None:
        """Wait until nothing is left to do."""
        self.street.until("all work is done", lambda: is_idle(self.context, self.shops.values()))

    def pull(self) -> None:
        for shop_id in self.shops.values():
            list(pull_now(self.context, shop_id))
        self.settle()

    def reconcile(self) -> list[str]:
        """Hold both sides together, whole; what was said of it."""
        said = [line for shop_id in self.shops.values() for line in reconcile_now(self.context, shop_id, HISTORY)]
        self.settle()
        return said

    def named(self) -> set[Name]:
        """What the proof page says differed."""
        found: set[Name] = set()
        for face, shop_id in self.shops.items():
            with shop_scope(self.context.engine, shop_id) as scope:
                for one in scope.all(select(Finding)):
                    found.add((face, one.kind, one.external_id))
                    if one.order_external_id is not None:
                        found.add((face, "order", one.order_external_id))
        return found

    def records(self) -> dict[Name, bytes]:
        """Each order (with its lines and refunds), customer and product as it is kept."""
        found: dict[Name, bytes] = {}
        for face, shop_id in self.shops.items():
            with shop_scope(self.context.engine, shop_id) as scope:
                kept = state(scope)
                for kind in ("order", "customer", "product"):
                    for row in kept[f"{kind}s"]:
                        head = row if kind == "customer" else row[0]
                        found[face, kind, head["external_id"]] = encode(row, order="sorted")
        return found

    def done(self) -> int:
        """How many records the backfills have taken in."""
        with every_shop(self.context.engine) as db:
            return sum(db.all(select(col(Run.done)).where(Run.kind == "backfill")))

    def told(self) -> set[str]:
        """The same, thing by thing: to see in what two houses differ. Of baskets what a list of them tells, which knows
        less than a delivery; of consent what counts: its latest word may be a basket's, which no list tells."""
        found: set[str] = set()
        for face, shop_id in self.shops.items():
            with shop_scope(self.context.engine, shop_id) as scope:
                for kind, rows in state(scope).items():
                    for row in rows:
                        said = {name: row[name] for name in LISTED} if kind == "checkouts" else row
                        said = row[:3] if kind == "consents" else said
                        found.add(f"{face} {kind} {encode(said, order='sorted').decode()}")
        return found

    def state(self) -> dict[str, str]:
        """What is kept of each shop, as one hash."""
        found = {}
        for face, shop_id in self.shops.items():
            with shop_scope(self.context.engine, shop_id) as scope:
                found[face] = state_hash(scope)
        return found


@contextmanager
def house(shops: Street, database_url: str, *names: str, public_url: str = "", port: int = 0) -> Iterator[House]:
    """A house with these processes (web, worker), ended at the end. Without a public address it only pulls."""
    home = Path(tempfile.mkdtemp(prefix="regulars-house-"))
    try:
        with Crew(home / "logs") as crew:
            street = Street(crew, home, database_url, replace(shops.ports, web=port or free_port()), shops.clock)
            street.public_url, street.settings = public_url, replace(street.settings, public_url=public_url or None)
            street.infos = shops.infos
            street.open_database()
            found = House(street, open_context(street.settings))
            for name in names:
                found.start(name)
            yield found
            crew.check()
        found.context.engine.dispose()
    finally:
        clock.follow(None)
        shutil.rmtree(home)


@contextmanager
def open_house(shops: Street, courier: Courier, url: str) -> Iterator[House]:
    """A house that has both shops' history and takes their webhooks."""
    with house(shops, url, "web", "worker", public_url=courier.url) as home:
        home.connect()
        home.backfill()
        with courier.delivering(home.street.ports.web, home.shops["woocommerce"]):
            yield home


def receive(home: House, courier: Courier) -> None:
    """Wait until all that the shops deliver has been answered 200 and worked through."""
    for face in FACES:
        home.street.tell(face, "webhooks/flush")
    home.street.until("all is delivered", lambda: courier.is_done)
    home.settle()


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="regulars-street-") as folder:
        yield f"sqlite:///{folder}/regulars.sqlite"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database, once of each kind."""
    is_file = request.param == "sqlite"
    with sqlite() if is_file else fresh(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Street]:
    """Two sandboxes of one small shop (a test's ORDERS says how small) and a mail catcher, on a clock to be moved."""
    home = tmp_path_factory.mktemp("shops")
    with Crew(home / "logs") as crew:
        street = Street(crew, home, f"sqlite:///{home / 'none.sqlite'}", Ports.free(), home / "clock")
        street.start_shops("generated", None, "--orders", getattr(request.module, "ORDERS", ORDERS))
        yield street


@pytest.fixture(scope="module")
def courier() -> Iterator[Courier]:
    found = Courier()
    yield found
    found.close()


def act(street: Street, face: str, name: str, **how: Any) -> dict[str, Any]:
    """Have something happen in a shop."""
    return street.tell(face, "act", act=name, **how)
