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
    """How many rows of a table are in each state that wants something done."""
    states = ", ".join(f"'{state}'" for state in OPEN[table])
    rows = db.batch().rows(f"SELECT t.state, count(*) {_of_each(table)} AND t.state IN ({states}) GROUP BY t.state")
    found = {state: int(number) for state, number in rows}
    return {state: found.get(state, 0) for state in OPEN[table]}


def oldest_delivery(db: EveryShop) -> datetime | None:
    """Since when the delivery waits that waits longest."""
    waiting = f"SELECT min(t.due_at) {_of_each('deliveries')} AND t.state = 'pending'"
    found: datetime | None = db.batch().rows(waiting, times=(0,))[0][0]
    return found


def runs(db: EveryShop) -> dict[tuple[str, str], int]:
    """How many there are of each (kind, state)."""
    rows = db.batch().rows("SELECT kind, state, count(*) FROM runs GROUP BY kind, state")
    return {(kind, state): number for kind, state, number in rows}


def shops(db: EveryShop) -> dict[tuple[str, str], int]:
    """How many there are of each (platform, state)."""
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
    return int(db.batch().rows(f"SELECT count(*) {_of_each('journal')} AND t.place IS NULL")[0][0])


def heartbeat(db: EveryShop) -> datetime | None:
    """When a worker last fired the timetable; slots of a minute."""
    return jobs.last_tick(db, HEARTBEAT)


def size(db: EveryShop) -> int:
    """Bytes of the database."""
    batch = db.batch()
    if not batch.is_sqlite:
        return int(batch.rows("SELECT pg_database_size(current_database())")[0][0])
    return int(batch.rows("PRAGMA page_count")[0][0]) * int(batch.rows("PRAGMA page_size")[0][0])


def _of_each(table: str) -> str:
    """Shop by shop, in an index that begins with the shop."""
    return f"FROM shops s CROSS JOIN {table} t WHERE t.shop_id = s.id"


_PULLS = """
    SELECT s.id, s.platform, c.resource, c.pulled_at FROM shops s JOIN cursors c ON c.shop_id = s.id
    WHERE s.state IN ('active', 'connecting')"""
