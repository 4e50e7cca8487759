"""The intake: how many deliveries a second are on disk and answered, beside a bare loop that writes the same rows."""

import shutil
import subprocess
import time
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sqlmodel import func, select

from app.db.scope import shop_scope
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.lib.ids import new_id
from benchmarks.delivery import answers, order_body, signed, webhook_secret
from benchmarks.house import House, history, house, postgres
from benchmarks.results import Result
from benchmarks.senders import Post, Sent, for_seconds, so_many
from sync.models import Run

_SECONDS = 4.0
_SENDERS, _FEWER, _MANY = 32, 16, 50
_BURST = 5_000
_LONG = 20_000  # orders of the backfill beside which webhooks come
_COLUMNS = ("id", "delivery_key", "topic", "received_at", "body", "body_digest", "state", "due_at", "attempts")


def intake_sqlite(folder: Path) -> Iterator[Result]:
    yield from _alone("sqlite", "sqlite", folder)
    yield from _beside_a_backfill("sqlite", "sqlite", folder)
    yield from _slow_disk(folder)


def intake_postgres(folder: Path) -> Iterator[Result]:
    with postgres() as address:
        yield from _alone("postgres", address, folder)
        yield from _beside_a_backfill("postgres", address, folder)


def _alone(name: str, engine: str, folder: Path) -> Iterator[Result]:
    """No worker runs: this is the counter alone."""
    with house("woocommerce", history("woocommerce", 2_000, folder), engine) as at:
        web = _web(at)
        most = _storm(at, web, "most", _SENDERS)
        idle = _storm(at, web, "idle", _FEWER)
        burst = so_many(_post(at, web, "burst"), _MANY, _BURST)
        lost = len(most.took) + len(idle.took) + len(burst.took) - _kept(at)
        at.crew.end(["web"])
        empty, bare = _empty(at), _bare_loop(at)
    against = f"{_SENDERS} senders, one thread; bare loop {bare:,.0f}, the server's empty view {empty:,.0f}"
    yield Result(
        f"intake_{name}", round(most.rate), "acknowledged/s", "bare writer loop", round(most.rate / bare, 3), against
    )
    yield Result(f"intake_{name}_p99", round(idle.p99_ms, 1), "ms", note=f"{_FEWER} connections, nothing beside")
    note = f"the slowest of {len(burst.took):,} in a burst; {lost} of all that were answered are lost"
    yield Result(f"intake_{name}_burst", round(burst.took[-1], 3), "s", note=note)


def _beside_a_backfill(name: str, engine: str, folder: Path) -> Iterator[Result]:
    with house("woocommerce", history("woocommerce", _LONG, folder), engine) as at:
        web = _web(at)
        at.start_worker()
        at.until(lambda: at.note("orders", "running"))
        for_seconds(_post(at, web, "first"), _FEWER, 1.0)  # both processes have just begun, and the timetable fires
        before = _taken_in(at)
        beside = _storm(at, web, "beside", _FEWER)
        taken_in = _taken_in(at) - before
    note = f"{_FEWER} connections; beside it {taken_in:,} orders of a backfill were taken in"
    yield Result(f"intake_{name}_backfill_p99", round(beside.p99_ms, 1), "ms", note=note)


def _taken_in(at: House) -> int:
    with shop_scope(at.context.engine, at.shop_id) as scope:
        return int(scope.scalar(select(Run.done).where(Run.kind == "backfill", Run.resource == "orders")))


def _slow_disk(folder: Path) -> Iterator[Result]:
    """With three milliseconds more for each fsync."""
    compiler = shutil.which("cc")
    if compiler is None:
        print("skipped: intake_sqlite_slow_disk (there is no C compiler for what makes the disk slow)")
        return
    shim = folder / "slow_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, Path(__file__).with_name("slow_disk.c")], check=True)
    with house("woocommerce", history("woocommerce", 2_000, folder), "sqlite") as at:
        at.surroundings["LD_PRELOAD"] = str(shim)
        slow = _storm(at, _web(at), "slow", _SENDERS)
    yield Result("intake_sqlite_slow_disk", round(slow.rate), "acknowledged/s", note="each fsync takes 3 ms more")


def _web(at: House) -> str:
    web = at.start_web()
    at.until(lambda: answers(web))
    return web


def _storm(at: House, web: str, name: str, senders: int) -> Sent:
    return for_seconds(_post(at, web, name), senders, _SECONDS)


def _post(at: House, web: str, name: str) -> Post:
    headers = {**signed(_BODY, webhook_secret(at), 0), "X-WC-Webhook-Delivery-ID": f"{name}-{{number}}"}
    return Post(f"{web}/webhooks/woocommerce/{at.shop_id}", headers, _BODY)


def _kept(at: House) -> int:
    with shop_scope(at.context.engine, at.shop_id) as scope:
        return int(scope.scalar(select(func.count()).select_from(Delivery)))


def _empty(at: House) -> float:
    """Posts a second that the same server answers when it has nothing to do."""
    at.surroundings["REGULARS_HOME"] = str(at.runs.with_name("empty"))
    at.surroundings["DATABASE_URL"] = ""
    port = at.start_empty()
    at.until(lambda: answers(port, "/"))
    post = Post(f"{port}/", {"Content-Type": "application/json"}, _BODY)
    return for_seconds(post, _SENDERS, _SECONDS / 2).rate


def _bare_loop(at: House) -> float:
    """The same rows, as many in a transaction as there are senders, each transaction on disk before the next begins."""
    count, until = 0, time.monotonic() + _SECONDS / 2
    while time.monotonic() < until:
        with shop_scope(at.context.engine, at.shop_id, write=True) as scope:
            scope.batch().insert(Delivery, _COLUMNS, [_row(count + place) for place in range(_SENDERS)])
        count += _SENDERS
    return count / (_SECONDS / 2)


def _row(number: int) -> tuple[object, ...]:
    now, body = utc_now(), _PACKED
    key, digest = f"bare-{number}", sha256(body).digest()
    return (new_id(), key, "order.created", now, body, digest, "pending", now, 0)


_BODY = order_body(1)
_PACKED = zlib.compress(_BODY, 3)
