"""Sync health: what runs and how fast, what waits and why, what failed with a button to try it again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.db.scope import ShopScope
from app.jobs import queries as jobs
from app.journal import queries as journal
from app.lib.clock import utc_now
from app.mail.queries import unsettled
from app.panel.attention import JOBS, failures, retry, waiting_for_the_shop
from app.panel.blueprint import bp
from app.proof import queries as proof
from app.proof.models import Reconciliation
from app.reasons import Kept
from app.shops.lifecycle import may_call
from app.web.filters import today
from app.web.pages import done
from app.web.shop_page import shop_action, shop_page
from sync import queries as sync
from sync.models import Run

_SHOWN = 25
_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Work:
    """What is done now. unit: records or days. why: it waits, or failed. ends_at: by the pace of late."""

    key: str
    kind: str
    of: str
    state: str
    unit: str
    done: int
    total: int | None
    per_second: float | None
    ends_at: datetime | None
    why: Kept | None


@dataclass(frozen=True)
class Lane:
    name: str
    ready: int = 0
    running: int = 0
    dead: int = 0
    due_at: datetime | None = None


@bp.get("/connections/health")
@shop_page
def sync_health(scope: ShopScope) -> ResponseReturnValue:
    now, tried = utc_now(), request.args.get("tried", "")
    work, found = list(_work(scope, now)), failures(scope, _SHOWN, tried, now)
    return render_template(
        "panel/health/show.html",
        work=work,
        failures=found,
        jobs=JOBS,
        lanes=_lanes(jobs.lanes(scope)),
        now=now,
        told=proof.first_told(scope, today(scope.shop) - _WEEK),
        deliveries=journal.waiting_deliveries(scope),
        reads=journal.waiting_reads(scope),
        cursors=sync.cursors(scope),
        refused=sync.refused_fields(scope),
        runs=sync.runs(scope, _SHOWN),
        messages=unsettled(scope, _SHOWN),
        may_work=may_call(scope),
        shelved=waiting_for_the_shop(scope, now),
        is_moving=bool(work) or any(one.state == "trying" for one in found),
        tried=tried or None,
    )


@bp.post("/connections/health/<kind>/<id:row_id>/retry")
@shop_action
def try_again(scope: ShopScope, kind: str, row_id: int) -> ResponseReturnValue:
    return done("trying", "panel.sync_health", tried=retry(scope, kind, row_id, utc_now()))


def _work(scope: ShopScope, now: datetime) -> Iterator[Work]:
    for run in sync.undone(scope):
        yield _run(scope, run, now)
    for row in proof.under_way(scope):
        yield holding(row, now)


def _run(scope: ShopScope, run: Run, now: datetime) -> Work:
    pace = sync.pace(scope, run, now) if run.state == "running" else None
    left = max(run.total - run.done, 0) if run.total is not None else None
    ends_at = now + timedelta(seconds=left / pace) if left and pace else None
    state, why = run.state, run.error or run.note
    return Work(
        f"run-{run.id}", run.kind, run.resource, state, "records", run.done, run.total, pace, ends_at, why
    )  # fmt: skip


def holding(row: Reconciliation, now: datetime) -> Work:
    """Holding both sides together, by its days."""
    total = (row.until_on - row.since_on).days + 1
    read = total if row.stage != "read" else min((row.next_on - row.since_on).days, total)
    seconds = row.asked_seconds
    ends_at = now + timedelta(seconds=seconds / read * (total - read)) if 0 < read < total and seconds else None
    pace = row.orders / seconds if seconds and row.state == "running" else None
    why = row.error or (row.note if row.state == "waiting" else None)
    return Work(f"proof-{row.id}", "reconcile", row.stage, row.state, "days", read, total, pace, ends_at, why)


def _lanes(counted: Sequence[tuple[str, str, int, datetime]]) -> list[Lane]:
    found: dict[str, dict[str, Any]] = {}
    for name, state, count, due_at in counted:
        lane = found.setdefault(name, {})
        lane[state] = count
        if state == "ready":
            lane["due_at"] = due_at
    return [Lane(name, **values) for name, values in found.items()]
