"""Backfill, pull and sweep: one resource after the other, in slices of half a second that defer themselves again.

The cursor is kept in the transaction of the data that it stands for: killed at any moment, a run goes on where it was.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from app.commerce.ingest import ingest
from app.context import Context
from app.db.care import analyze
from app.db.pace import Pace
from app.db.scope import ShopScope, shop_scope
from app.errors import AuthLost, PlatformDown, RateLimited
from app.jobs.base import Again, Job
from app.journal.chain import seal
from app.journal.keep import keep_failures, keep_page, request_fetches
from app.lib.clock import utc_now
from app.proof.told import count_first_told
from app.reasons import Reason
from app.shops.clients import client_for, connector_of, granted_resources
from connectors.base import Client, Page, Resource, Wait
from connectors.records import Record
from sync.feeder import Feeder, Finished, Item
from sync.figures import FIGURES, count_figures
from sync.models import Cursor, Run
from sync.refused import keep_refusals

_SLICE = 0.5  # seconds
_GROWN = 20_000  # rows of a resource from which on the planner's picture is good enough
_BREATH = 0.002  # seconds in which whoever waits for the write lock gets it: it is tried every millisecond
_BEGINNING = datetime(1990, 1, 1, tzinfo=UTC)  # older than any shop: what was never pulled is pulled whole
_LONGEST_WAIT = 30.0  # seconds; a feeder that nobody asks for twice as long ends
OVERLAP = timedelta(minutes=10)  # parents change before their children, and clocks differ

Finish = Callable[[ShopScope, datetime], None]
_feeders: dict[int, Feeder] = {}
_pace = Pace()


def work(context: Context, job: Job, kind: str, finish: Finish) -> Again | None:
    """A slice of a shop's backfill, pull or sweep. `finish` runs in the transaction that ends the last resource."""
    assert job.shop_id is not None
    run = _current(context, job.shop_id, kind, finish)
    if run is None:
        return None
    try:
        return count_figures(context, run) if run.resource == FIGURES else _slice(context, run)
    except Finished:
        _drop(run.id)
        _end(context, run)
        return Again(None)
    except (RateLimited, PlatformDown) as error:  # a wait, and no failure: the job says for how long
        _drop(run.id)
        _note(context, run, Wait(0.0, Reason.of(error)))
        raise
    except AuthLost as error:
        _drop(run.id)
        _fail(context, run, Reason.of(error))
        raise
    except Exception:
        _drop(run.id)  # the next try reads on from the cursor that was kept
        raise


def _slice(context: Context, run: Run) -> Again:
    feeder = _feeder(context, run)
    until = time.monotonic() + _SLICE
    while time.monotonic() < until:
        match feeder.get():
            case Page() as page:
                _write(context, run, page)
                if page.cursor is None:
                    raise Finished
            case Wait() as wait:
                _note(context, run, wait)
                return Again(utc_now() + timedelta(seconds=min(wait.seconds, _LONGEST_WAIT)))
            case None:
                return Again(utc_now() + timedelta(seconds=0.1))
    return Again(None)


def _feeder(context: Context, run: Run) -> Feeder:
    for forsaken in [run_id for run_id, feeder in list(_feeders.items()) if feeder.is_forsaken]:
        _drop(forsaken)
    if run.id in _feeders and _is_outdated(context, run, _feeders[run.id]):
        _drop(run.id)
    if run.id not in _feeders:
        _feeders[run.id] = Feeder(_reading(context, run), f"feeder-{run.kind}-{run.resource}", run.cursor)
    return _feeders[run.id]


def _is_outdated(context: Context, run: Run, feeder: Feeder) -> bool:
    """Another worker has gone on with the run; or it was begun with what the shop granted before it was authorised
    anew: what it was refused then says nothing now."""
    if feeder.at != run.cursor:
        return True
    with shop_scope(context.engine, run.shop_id) as scope:
        authorised_at = scope.shop.authorised_at
    return authorised_at is not None and feeder.began_at < authorised_at


def _reading(context: Context, run: Run) -> Iterator[Item]:
    client: Client = client_for(context, run.shop_id)
    for item in _items(client, run):
        keep_refusals(context, run.shop_id, client.refused())
        yield item


def _items(client: Client, run: Run) -> Iterator[Item]:
    resource: Resource = run.resource  # type: ignore[assignment]  # a column of text, written from the connector's own list
    if run.kind == "backfill":
        return client.backfill(resource, run.cursor)
    if run.kind == "sweep":
        return client.sweep(resource, run.cursor)
    assert run.since is not None
    return client.pull(resource, run.since, run.cursor)


def _write(context: Context, run: Run, page: Page) -> None:
    begun = 0
    while begun == 0 or begun < len(page.records):
        records = page.records[begun : begun + _pace.records(context.engine)]
        begun += len(records) or 1
        if _write_some(context, run, page, records, is_last=begun >= len(page.records)):
            analyze(context.engine)  # a first import into empty tables is planned badly until their sizes are known
        time.sleep(_BREATH)


def _write_some(context: Context, run: Run, page: Page, records: Sequence[Record], *, is_last: bool) -> bool:
    """Some of a page, in one transaction; whether the planner's picture is outgrown now."""
    now = utc_now()
    with shop_scope(context.engine, run.shop_id, write=True) as scope:
        scope.find(Run, run.id)  # from now on nobody else writes, on SQLite
        began = time.monotonic()
        is_history = run.kind == "backfill"
        outcome = ingest(scope, records, now, live=not is_history, is_history=is_history, keyring=context.keyring)
        row = scope.get(Run, run.id)
        row.done += len(records)
        row.state, row.note, row.error, row.changed_at = "running", None, None, now
        row.failed += keep_failures(scope, context.keyring, run.kind, outcome.failures, now)
        request_fetches(scope, outcome.refetch, run.kind, now)
        keep_page(scope, context.keyring, run.kind, run.resource, outcome, now, run_id=run.id)
        count_first_told(scope, run.kind, outcome.counts, now)
        if is_last:
            _end_page(context, scope, row, page, now)
        seal(scope, context.keyring, now)
        has_grown = row.done.bit_length() > (row.done - len(records)).bit_length()
    _pace.note(len(records), time.monotonic() - began)
    return has_grown and row.done < _GROWN and run.kind == "backfill"


def _end_page(context: Context, scope: ShopScope, row: Run, page: Page, now: datetime) -> None:
    row.cursor, row.total = page.cursor, page.total or row.total
    row.failed += keep_failures(scope, context.keyring, row.kind, page.failures, now)
    keep_failures(scope, context.keyring, "ledger", page.doubts, now)
    if page.cursor is None:
        _done(scope, row, now)


def _current(context: Context, shop_id: int, kind: str, finish: Finish) -> Run | None:
    """The run in hand, the next one begun, or None where all resources are done and `finish` has run."""
    with shop_scope(context.engine, shop_id) as scope:
        unfinished = select(Run).where(Run.kind == kind, Run.state != "done").order_by(col(Run.id)).limit(1)
        in_hand = scope.first(unfinished)
    if in_hand is None:
        return _next(context, shop_id, kind, finish)
    if in_hand.state == "queued":
        _take_up(context, in_hand)
    return in_hand


def _next(context: Context, shop_id: int, kind: str, finish: Finish) -> Run | None:
    """Runs of all resources, the first one running; the platform is told of a backfill's before."""
    now = utc_now()
    with shop_scope(context.engine, shop_id) as scope:
        missing = _missing(scope, kind)
    is_history = kind == "backfill" and bool(missing)
    begun = client_for(context, shop_id).begin(missing) if is_history else {}
    with shop_scope(context.engine, shop_id, write=True) as scope:
        runs = [scope.add(_begun(scope, kind, resource, begun.get(resource), now)) for resource in missing]
        if is_history:  # also where only some of it was read again
            scope.execute(delete(Run).where(col(Run.resource) == FIGURES))
            scope.add(_begun(scope, kind, FIGURES, None, now))
        if runs:
            runs[0].state = "running"
            return runs[0]
        finish(scope, now)
        if kind != "backfill":  # one row a resource serves every one of them: it says how the latest went
            scope.execute(delete(Run).where(col(Run.kind) == kind))
    return None


def _missing(scope: ShopScope, kind: str) -> list[Resource]:
    known = scope.all(select(Run.resource).where(Run.kind == kind))
    sweeps = connector_of(scope.shop.platform).sweeps
    wanted = granted_resources(scope.shop) if kind != "sweep" else sweeps
    return [resource for resource in wanted if resource not in known]


def _take_up(context: Context, run: Run) -> None:
    with shop_scope(context.engine, run.shop_id, write=True) as scope:
        row = scope.get(Run, run.id)
        row.state, row.changed_at = "running", utc_now()


def _begun(scope: ShopScope, kind: str, resource: str, cursor: str | None, now: datetime) -> Run:
    pulled = scope.find(Cursor, resource) if kind == "pull" else None
    since = (pulled.since if pulled else _BEGINNING) - OVERLAP if kind == "pull" else None
    return Run(
        shop_id=scope.shop_id,
        kind=kind,
        resource=resource,
        state="queued",
        since=since,
        cursor=cursor,
        started_at=now,
        changed_at=now,
    )


def _end(context: Context, run: Run) -> None:
    now = utc_now()
    with shop_scope(context.engine, run.shop_id, write=True) as scope:
        row = scope.get(Run, run.id)
        ended_at = row.cursor
        if row.state != "done":
            _done(scope, row, now)
    if run.kind == "backfill" and ended_at is not None:
        client_for(context, run.shop_id).release(ended_at)  # not before: killed until now, it is needed again


def _done(scope: ShopScope, row: Run, now: datetime) -> None:
    """With the last page's data: a run that stood without a cursor would begin anew."""
    row.state, row.cursor, row.note, row.finished_at, row.changed_at = "done", None, None, now, now
    if row.kind != "sweep":  # which sees what is there, and not all that changed
        _move_on(scope, row.resource, row.started_at, now)


def _move_on(scope: ShopScope, resource: str, since: datetime, now: datetime) -> None:
    """The next pull looks from here."""
    cursor = scope.find(Cursor, resource) or scope.add(Cursor(shop_id=scope.shop_id, resource=resource, since=since))
    cursor.since, cursor.pulled_at = since, now


def _note(context: Context, run: Run, wait: Wait) -> None:
    with shop_scope(context.engine, run.shop_id, write=True) as scope:
        row = scope.get(Run, run.id)
        row.state, row.note, row.cursor = "waiting", wait.why.kept(), wait.cursor or row.cursor


def _fail(context: Context, run: Run, why: Reason) -> None:
    with shop_scope(context.engine, run.shop_id, write=True) as scope:
        row = scope.get(Run, run.id)
        row.state, row.error = "failed", why.kept()


def _drop(run_id: int) -> None:
    feeder = _feeders.pop(run_id, None)
    if feeder is not None:
        feeder.stop()
