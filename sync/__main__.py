"""The worker: `python -m sync`. Works the jobs of all shops, and the timetable."""

import signal
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial

from apscheduler.schedulers.background import BackgroundScheduler

from app import settings
from app.context import Context, open_context
from app.errors import RegularsError
from app.flows.runner import run_due
from app.jobs.base import Again, Job
from app.jobs.worker import THREADS, open_worker
from app.lib.log import log, write_json
from app.lib.memory import look_for_cycles_less_often, share_one_arena
from app.lib.priority import step_back
from app.mail.outbox import send_due
from app.privacy.work import work as privacy
from app.reactions import react
from sync import timetable
from sync.backfill import backfill
from sync.farewell import leave_shop
from sync.fetch import fetch
from sync.history import count_days, count_history
from sync.journal import seal_waiting, thin
from sync.pull import pull
from sync.push import push
from sync.reconcile.work import reconcile, reconcile_recent
from sync.sweep import sweep
from sync.upkeep import check_installation, check_webhooks, furnish_shop, refresh_shop, revive, tidy_secrets
from webhooks.process import process

HANDLERS: Mapping[str, Callable[[Context, Job], Again | None]] = {
    "deliveries": process,
    "backfill": backfill,
    "pull": pull,
    "sweep": sweep,
    "fetch": fetch,
    "react": react,
    "flows": run_due,
    "send": send_due,
    "push": push,
    "reconcile": reconcile,
    "reconcile-recent": reconcile_recent,
    "webhooks": check_webhooks,
    "revive": revive,
    "facts": refresh_shop,
    "installation": check_installation,
    "furnish": furnish_shop,
    "farewell": leave_shop,
    "secrets": tidy_secrets,
    "privacy": privacy,
    "loyalty-history": count_history,
    "days": count_days,
    "seal": seal_waiting,
    "thin": thin,
}


def run(context: Context, stop: threading.Event, threads: int = THREADS) -> None:
    """Work until `stop` is set."""
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        timetable.tick, "interval", seconds=1, args=[context], max_instances=1, coalesce=True, misfire_grace_time=None
    )
    scheduler.start()
    try:
        open_worker(context.engine, {name: partial(job, context) for name, job in HANDLERS.items()}, threads).run(stop)
    finally:
        scheduler.shutdown(wait=False)


def main() -> int:
    write_json()
    share_one_arena()
    step_back()
    try:
        context = open_context(settings.read())
    except RegularsError as error:
        print(f"regulars: {error}", file=sys.stderr)
        return 2
    look_for_cycles_less_often()
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    log.info("worker started", database=context.engine.dialect.name)
    run(context, stop)
    return 0


if __name__ == "__main__":
    sys.exit(main())
