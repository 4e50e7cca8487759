"""The work: does somebody do it, what was given up, and when did each shop last come through?"""

from collections.abc import Iterator
from datetime import timedelta

from sqlmodel import col, select

from app.db.scope import every_shop
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.operations import figures
from app.operations.checks.line import Check, House, Level, Line
from app.operations.standing import ALIVE
from app.reasons import told
from app.shops.models import Shop

_LATE, _VERY_LATE = timedelta(minutes=30), timedelta(hours=6)  # a pull comes every five minutes
_NAMED = 5


def worker(house: House) -> Iterator[Line]:
    with every_shop(house.engine) as db:
        seen = figures.heartbeat(db)
    if seen is None:
        yield Line("warn", "worker", "none was ever here: start `regulars worker`")
    elif utc_now() - seen > ALIVE:
        yield Line("fail", "worker", f"none since {seen:%Y-%m-%d %H:%M} UTC: start `regulars worker`")
    else:
        yield Line("ok", "worker", "at work")


def dead_jobs(house: House) -> Iterator[Line]:
    with every_shop(house.engine) as db:
        wanted = select(JobRow).where(col(JobRow.state) == "dead").order_by(col(JobRow.id).desc())
        dead = db.all(wanted.limit(_NAMED + 1))
    if not dead:
        yield Line("ok", "jobs", "none was given up")
    for row in dead[:_NAMED]:
        yield Line(
            "warn", "jobs", f"{row.name} of shop {row.shop_id} was given up ({_cause(row)}): the health page has it"
        )
    if len(dead) > _NAMED:
        yield Line("warn", "jobs", "and more were given up")


def deliveries(house: House) -> Iterator[Line]:
    with every_shop(house.engine) as db:
        waiting = figures.open_rows(db, "deliveries")
        unsealed = figures.unsealed(db)
    bad = waiting["failed"] + waiting["unknown"]
    level: Level = "warn" if bad else "ok"
    said = f"{bad} could not be worked" if bad else "none failed"
    yield Line(level, "webhooks", f"{said}; {waiting['pending']} wait, {unsealed} journal entries are not sealed yet")


def shops(house: House) -> Iterator[Line]:
    with every_shop(house.engine) as db:
        paused = db.all(select(Shop).where(col(Shop.state) == "paused"))
        pulls = figures.last_pulls(db)
    for shop in paused:
        yield Line("warn", "shops", f"{shop.domain} waits for its merchant: {told(shop.state_reason)}")
    now, late = utc_now(), 0
    for shop_id, platform, resource, at in pulls:
        age = now - at if at else _VERY_LATE
        if age > _LATE:
            late += 1
            when = f"{at:%Y-%m-%d %H:%M} UTC" if at else "never"
            said = f"{resource} of {platform} shop {shop_id} last came through {when}"
            yield Line("warn" if age < _VERY_LATE else "fail", "pulls", said)
    if not late:
        yield Line("ok", "pulls", f"{len(pulls)} are up to date")


def _cause(row: JobRow) -> str:
    return (row.error or "").partition(":")[0] or "no cause is known"


CHECKS: tuple[Check, ...] = (worker, dead_jobs, deliveries, shops)
