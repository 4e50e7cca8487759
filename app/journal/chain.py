"""The chain: every entry is sealed by a link over the one before it and all that it says itself; one chain a shop.

Entries are written unsealed by whoever has something to say, and sealed by the jobs that drain, many at once. The head
of each day stays when the day's entries are thinned, so what remains can still be verified."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.db.batch import Batch
from app.db.columns import to_micros
from app.db.scope import ShopScope
from app.journal.models import JournalDay, JournalEntry
from app.lib.encryption import Keyring
from app.lib.log import log

_AT_ONCE = 5000
SAYS = tuple(name for name in JournalEntry.model_fields if name not in ("place", "link"))
_ID = SAYS.index("id")
TIMES, JSONS = (SAYS.index("at"),), (SAYS.index("counts"),)


@dataclass(frozen=True)
class Day:
    """A JournalDay as the chain sees it."""

    day: date
    place: int
    link: bytes
    is_broken: bool = False
    thinned_at: datetime | None = None
    mac: bytes = b""

    def sealed(self, keyring: Keyring, shop_id: int, before: "Day | None") -> "Day":
        return replace(self, mac=self._mac(keyring, shop_id, before))

    def is_ours(self, keyring: Keyring, shop_id: int, before: "Day | None") -> bool:
        return self.mac == self._mac(keyring, shop_id, before)

    def _mac(self, keyring: Keyring, shop_id: int, before: "Day | None") -> bytes:
        thinned = to_micros(self.thinned_at) if self.thinned_at else None
        said = [shop_id, self.day.isoformat(), self.place, self.link, self.is_broken, thinned]
        if before is not None:
            said += [before.day.isoformat(), before.place, before.link]
        return keyring.mac(msgspec.msgpack.encode(said))


def link(keyring: Keyring, before: bytes, said: Sequence[Any]) -> bytes:
    """The link of an entry after another's; said: the values of SAYS. What is None is left out, so that a column that
    is added later changes no link."""
    values = {name: _plain(value) for name, value in zip(SAYS, said, strict=True) if value is not None}
    return keyring.mac(msgspec.msgpack.encode([before, values], order="deterministic"))


def seal(scope: ShopScope, keyring: Keyring, now: datetime) -> int:
    """Take the entries that wait into the chain; how many. At the end of a transaction: until it is over, no other one
    seals for this shop."""
    batch = scope.batch()
    batch.lock("journal")
    waiting = batch.rows(_WAITING, {"limit": _AT_ONCE}, times=TIMES, jsons=JSONS)
    if not waiting:
        return 0
    days = last_days(batch, 2)
    head = _head(batch, keyring, scope.shop_id, days)
    place, before, rows = head.place, head.link, []
    for said in waiting:
        place, before = place + 1, link(keyring, before, said)
        rows.append((place, before, scope.shop_id, said[_ID]))
    batch.executemany("UPDATE journal SET place = ?, link = ? WHERE shop_id = ? AND id = ?", rows)
    day = max(head.day, now.astimezone(ZoneInfo(scope.shop.timezone)).date())
    earlier = next((each for each in days if each.day < day), None)
    put(batch, Day(day, place, before, head.is_broken).sealed(keyring, scope.shop_id, earlier))
    return len(rows)


def _head(batch: Batch, keyring: Keyring, shop_id: int, days: Sequence[Day]) -> Day:
    """Where the chain goes on. That somebody was at it holds nothing up, and stays to be seen: it goes on after all
    that stands there, in a day that says so."""
    last = batch.rows(_LAST, {})
    head = days[0] if days else _NOTHING
    is_ours = not days or head.is_ours(keyring, shop_id, days[1] if len(days) > 1 else None)
    if is_ours and (not last or last[0][0] <= head.place):
        return head
    log.warning("the journal's head is not what was sealed", shop=shop_id)
    return replace(head, place=max(head.place, *(row[0] for row in last)), is_broken=True)


def last_days(batch: Batch, count: int) -> list[Day]:
    """The newest first."""
    return [_day(row) for row in batch.rows(f"{_DAYS} ORDER BY day DESC LIMIT :count", {"count": count}, times=(4,))]


def all_days(batch: Batch) -> list[Day]:
    """The oldest first."""
    return [_day(row) for row in batch.rows(f"{_DAYS} ORDER BY day", {}, times=(4,))]


def put(batch: Batch, day: Day) -> None:
    values = (day.day, day.place, day.link, day.is_broken, day.thinned_at, day.mac)
    batch.upsert(JournalDay, ("day", "place", "link", "is_broken", "thinned_at", "mac"), [values], key=("day",))


def _day(row: Any) -> Day:
    day = date.fromisoformat(row[0]) if isinstance(row[0], str) else row[0]
    return Day(day, row[1], row[2], bool(row[3]), row[4], row[5])


def _plain(value: Any) -> Any:
    return to_micros(value) if isinstance(value, datetime) else value


_NOTHING = Day(date.min, 0, b"")
_WAITING = f"SELECT {', '.join(SAYS)} FROM journal WHERE shop_id = :shop_id AND place IS NULL ORDER BY id LIMIT :limit"
_LAST = "SELECT place FROM journal WHERE shop_id = :shop_id AND place > 0 ORDER BY place DESC LIMIT 1"
_DAYS = "SELECT day, place, link, is_broken, thinned_at, mac FROM journal_days WHERE shop_id = :shop_id"
