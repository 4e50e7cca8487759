"""`regulars demo --once`: the whole journey without a person, and the proof at its end."""

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.context import Context
from app.db.scope import shop_scope
from app.demo.figures import after_shoppers, figures
from app.demo.processes import Crew
from app.demo.street import FACES, Ports, Street, jump
from app.demo.waits import is_backfilled, is_idle, mails_are_sent
from app.errors import RegularsError
from app.lib import clock
from app.lib.clock import utc_now
from sync.audit import audit

_ABANDONED = timedelta(minutes=62)
_BACKFILL = 3600.0


def once(data: str, file: Path | None, database_url: str | None, as_json: bool, faces: Sequence[str] = FACES) -> int:
    """0 only if no audit finds a difference, the figures are those of the sandboxes' own books, and every step happened
    in every shop."""
    home = Path(tempfile.mkdtemp(prefix="regulars-demo-"))
    url = database_url or f"sqlite:///{home / 'regulars.sqlite'}"
    try:
        with Crew(home / "logs") as crew:
            report, faults = _journey(Street(crew, home, url, Ports.free(), home / "clock", faces), data, file)
    except RegularsError as error:
        print(f"regulars: {error}\nThe logs are in {home / 'logs'}.", file=sys.stderr)
        return 2
    finally:
        clock.follow(None)
    shutil.rmtree(home)
    _show(report, as_json)
    for fault in faults:
        print(f"regulars: {fault}", file=sys.stderr)
    return 1 if faults else 0


def _journey(street: Street, data: str, file: Path | None) -> tuple[dict[str, Any], list[str]]:
    seconds: dict[str, float] = {}
    with _timed(seconds, "start"):
        street.open_database()
        street.start_shops(data, file)
        context = street.start_house()
    with _timed(seconds, "backfill"):
        street.connect_shops(context)
        street.until("both backfills have ended", lambda: is_backfilled(context, street.shops.values()), _BACKFILL)
        street.until("all work is done", lambda: is_idle(context, street.shops.values()))
    with _timed(seconds, "figures and audit"):
        shops = [_figures(context, street, face) for face in street.faces]
        faults = [fault for shop in shops for fault in _not_as_booked(street, shop)]
    with _timed(seconds, "shoppers"):
        _shoppers(context, street)
    with _timed(seconds, "audit after"):
        after = [_after(context, street, face) for face in street.faces]
    rounded = {stage: round(taken, 1) for stage, taken in seconds.items()}
    report = {"shops": shops, "after_shoppers": after, "seconds": rounded, "peak_rss_mb": street.crew.peak_rss_mb()}
    return report, faults + _faults(shops, after)


def _shoppers(context: Context, street: Street) -> None:
    """A morning in the shops; an hour and more later the mails; then who comes back, and who wants a refund."""
    for face in street.faces:
        street.tell(face, "shoppers", act="morning", mailbox=street.mails_url)
    _settle(context, street)
    jump(street, utc_now() + _ABANDONED)
    street.until("a mail was sent in both shops", lambda: mails_are_sent(context, street.shops.values()), 120)
    _settle(context, street)
    for act in ("recover", "refund"):
        for face in street.faces:
            street.tell(face, "shoppers", act=act, mailbox=street.mails_url)
        _settle(context, street)


def _settle(context: Context, street: Street) -> None:
    for face in street.faces:
        street.tell(face, "webhooks/flush")
    street.until("all work is done", lambda: is_idle(context, street.shops.values()))


def _figures(context: Context, street: Street, face: str) -> dict[str, Any]:
    with shop_scope(context.engine, street.shops[face]) as scope:
        found = figures(scope)
    return {**found, "audit_differences": len(audit(context, street.shops[face]).differences)}


def _not_as_booked(street: Street, found: dict[str, Any]) -> list[str]:
    """Where our figures are not those of the box's own books, which it keeps without a platform in between."""
    books = street.ask(found["platform"], "books")
    wrong = (name for name in books if books[name] != found[name])
    return [f"{found['domain']}: {name} is {books[name]} in its books and {found[name]} here" for name in wrong]


def _after(context: Context, street: Street, face: str) -> dict[str, Any]:
    with shop_scope(context.engine, street.shops[face]) as scope:
        found = after_shoppers(scope)
    report = audit(context, street.shops[face])
    for difference in report.differences[:20]:
        print(f"regulars: {report.domain}: {difference}", file=sys.stderr)
    return {**found, "audit_differences": len(report.differences)}


def _faults(shops: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    faults = [f"{s['domain']}: the audit finds differences" for s in (*shops, *after) if s["audit_differences"]]
    for shop in after:
        for step in ("mails_sent", "recovered_orders", "points"):
            if not shop[step]:
                faults.append(f"{shop['domain']}: {step} is {shop[step]}")
    return faults


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    seconds[stage] = time.monotonic() - began


def _show(report: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(report, indent=2))
        return
    for shop in (*report["shops"], *report["after_shoppers"]):
        print("  ".join(f"{name} {value}" for name, value in shop.items()))
    print("seconds", report["seconds"])
    print("peak RSS in MB", report["peak_rss_mb"])
