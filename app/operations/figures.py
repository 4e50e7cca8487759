"""Figures of the whole house, by questions that cost what waits and not what was done; nothing of people is in them."""

from datetime import datetime

from app.db.scope import EveryShop
from app.jobs import queries as jobs

OPEN = {
    "deliveries": ("pending", "failed", "unknown"),
    "events": ("pending", "failed"),
    "messages": ("queued", "sending", "uncertain", "failed"),
    "platform_writes": ("waiting", "sending", "uncertain", "failed"),
}
HEARTBEAT = "minute"  # the timetable's entry that any worker fires


def open_rows(db: EveryShop, table: str) -> dict[str, int]:
    """How many rows of a table are in each state that wants something done: counted in an index, shop by shop."""
    states = " UNION ALL ".join(f"SELECT '{state}' AS state" for state in OPEN[table])
    counted = f"(SELECT count(*) FROM {table} t WHERE t.shop_id = s.id AND t.state = x.state)"
    rows = db.batch().rows(f"SELECT x.state, sum({counted}) FROM shops s CROSS JOIN ({states}) x GROUP BY x.state")
    found = {state: int(number) for state, number in rows}
    return {state: found.get(state, 0) for state in OPEN[table]}


def oldest_delivery(db: EveryShop) -> datetime | None:
    """Since when the delivery waits that waits longest."""
    waiting = "(SELECT min(due_at) FROM deliveries t WHERE t.shop_id = s.id AND t.state = 'pending')"
    found: datetime | None = db.batch().rows(f"SELECT min({waiting}) FROM shops s", times=(0,))[0][0]
    return found


def runs(db: EveryShop) -> dict[tuple[str, str], int]:
    rows = db.batch().rows("SELECT kind, state, count(*) FROM runs GROUP BY kind, state")
    return {(kind, state): number for kind, state, number in rows}


def shops(db: EveryShop) -> dict[tuple[str, str], int]:
    rows = db.batch().rows("SELECT platform, state, count(*) FROM shops GROUP BY platform, state")
    return {(platform, state): number for platform, state, number in rows}


def last_pulls(db: EveryShop) -> list[tuple[int, str, str, datetime | None]]:
    """(shop, platform, resource, when it was last pulled to its end) of the shops that are connected."""
    return list(db.batch().rows(_PULLS, times=(3,)))


def waiting_reads(db: EveryShop) -> int:
    return int(db.batch().rows("SELECT count(*) FROM pending_fetches")[0][0])


def failed_records(db: EveryShop) -> int:
    return int(db.batch().rows("SELECT count(*) FROM failed_records WHERE resolved_at IS NULL")[0][0])


def unsealed(db: EveryShop) -> int:
    """Entries of the journal that are in no chain yet."""
    waiting = "(SELECT count(*) FROM journal t WHERE t.shop_id = s.id AND t.place IS NULL)"
    return int(db.batch().rows(f"SELECT COALESCE(sum({waiting}), 0) FROM shops s")[0][0])


def heartbeat(db: EveryShop) -> datetime | None:
    """When a worker last fired the timetable; slots of a minute."""
    return jobs.last_tick(db, HEARTBEAT)


def size(db: EveryShop) -> int:
    """Bytes of the database."""
    batch = db.batch()
    if not batch.is_sqlite:
        return int(batch.rows("SELECT pg_database_size(current_database())")[0][0])
    return int(batch.rows("PRAGMA page_count")[0][0]) * int(batch.rows("PRAGMA page_size")[0][0])


_PULLS = """
    SELECT s.id, s.platform, c.resource, c.pulled_at FROM shops s JOIN cursors c ON c.shop_id = s.id
    WHERE s.state IN ('active', 'connecting')"""
