"""The web process itself: what it answered survives its death, and SQLite is served by one."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.db.scope import every_shop, shop_scope
from app.journal.models import Delivery
from app.lib.encryption import Keyring
from app.settings import read
from app.shops import credentials
from tests.conftest import make_shop
from tests.waiting import PATIENCE, until
from tests.webhooks.conftest import NOW, shopify_headers

SERVE = "import sys; from app import serve, settings; sys.exit(serve.serve(settings.read()))"
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}));"


@dataclass
class Served:
    engine: Engine
    port: int
    environ: dict[str, str]

    def start(self, limit: int | None = None) -> subprocess.Popen[str]:
        """limit: the largest that any file may grow, in bytes."""
        code = SERVE if limit is None else LIMITED.format(limit=limit) + SERVE
        command = [sys.executable, "-c", code]
        return subprocess.Popen(command, env=self.environ, stderr=subprocess.PIPE, text=True, start_new_session=True)

    @contextmanager
    def running(self, limit: int | None = None) -> Iterator[subprocess.Popen[str]]:
        process = self.start(limit)
        try:
            until(self.answers)
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def answers(self) -> bool:
        with socket.socket() as attempt:
            return attempt.connect_ex(("127.0.0.1", self.port)) == 0

    def deliver(self, number: str, body: bytes = b"{}") -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("POST", "/webhooks/shopify", body, shopify_headers(body, "s1", number))
            return line.getresponse().status
        finally:
            line.close()

    def kept(self) -> set[str]:
        with every_shop(self.engine) as db:
            return set(db.all(select(Delivery.delivery_key)))


@pytest.fixture
def served(engine: Engine, tmp_path: Path) -> Served:
    return served_by(engine, tmp_path)


def served_by(engine: Engine, tmp_path: Path) -> Served:
    shop = make_shop(engine)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = engine.url.render_as_string(hide_password=False)
    environ = {"REGULARS_HOME": str(tmp_path), "DATABASE_URL": address, "PORT": str(port), "REGULARS_THREADS": "8"}
    keyring = Keyring.load(read(environ))
    with shop_scope(engine, shop.id, write=True) as scope:
        credentials.keep(scope, keyring, "client_secret", "s1", NOW)
    return Served(engine, port, {**os.environ, **environ})


def deliver_until(served: Served, end: Callable[[int], object]) -> set[str]:
    """Deliver from several threads; at a hundred answers `end` is called, and who still asks gets what comes."""
    answered: set[str] = set()
    is_over = threading.Event()

    def send(name: int) -> None:
        for number in range(100_000):
            if is_over.is_set():
                return
            with suppress(OSError, http.client.HTTPException):
                if served.deliver(f"{name}-{number}") == 200:
                    answered.add(f"{name}-{number}")

    threads = [threading.Thread(target=send, args=[name]) for name in range(6)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(answered) >= 100)
        end(len(answered))
        time.sleep(0.2)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    return answered


def test_every_delivery_that_was_answered_survives_a_kill(served: Served) -> None:
    with served.running() as process:
        answered = deliver_until(served, lambda _: os.killpg(process.pid, signal.SIGKILL))
    assert len(answered) >= 100
    assert answered <= served.kept()


def test_sigterm_ends_it_cleanly_and_loses_nothing(served: Served) -> None:
    with served.running() as process:
        answered = deliver_until(served, lambda _: process.terminate())
        assert process.wait(PATIENCE) == 0
        assert not served.answers()
    assert answered <= served.kept()


def test_a_second_web_process_on_the_same_sqlite_says_why_it_does_not_start(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    served = served_by(sqlite_engine, tmp_path)
    with served.running():
        second = Served(sqlite_engine, served.port, {**served.environ, "PORT": str(served.port + 1)}).start()
        _, said = second.communicate(timeout=PATIENCE)
        assert second.returncode == 2
        assert "another web process serves" in said
        assert "Traceback" not in said
    with served.running():  # the lock went with the process
        assert served.deliver("w1") == 200


def test_a_worker_whose_parent_was_killed_ends_too(sqlite_engine: Engine, tmp_path: Path) -> None:
    served = served_by(sqlite_engine, tmp_path)
    with served.running() as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        until(lambda: not served.answers())


def test_a_full_disk_is_answered_503_and_what_was_answered_200_is_there(sqlite_engine: Engine, tmp_path: Path) -> None:
    """No file may grow past a megabyte: the kernel refuses the write, as it does on a full disk."""
    served = served_by(sqlite_engine, tmp_path)
    body = random.Random(1).randbytes(100_000)
    with served.running(limit=1_000_000):
        answers = {str(number): served.deliver(str(number), body) for number in range(25)}
    assert set(answers.values()) == {200, 503}
    assert {number for number, answer in answers.items() if answer == 200} == served.kept()
    with served.running():
        assert served.deliver("after", body) == 200


def test_a_body_without_a_length_is_limited_too(sqlite_engine: Engine, tmp_path: Path) -> None:
    served = served_by(sqlite_engine, tmp_path)
    with served.running():
        line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        chunks = (b"x" * 750_000 for _ in range(7))
        line.request("POST", "/webhooks/shopify", chunks, shopify_headers(b"", "s1", "w1"), encode_chunked=True)
        assert line.getresponse().status == 413
        line.close()
        good = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        good.request("POST", "/webhooks/shopify", iter([b"{", b"}"]), shopify_headers(b"{}", "s1", "w2"))
        assert good.getresponse().status == 200
        good.close()
