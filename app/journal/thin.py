"""Thinning: entries of days long past go, and each day's head stays, so that the rest still verifies."""

from dataclasses import replace
from datetime import date, datetime

from app.db.scope import ShopScope
from app.journal.chain import all_days, put
from app.lib.encryption import Keyring

_AT_ONCE = 2000


def close_days(scope: ShopScope, keyring: Keyring, before: date, now: datetime) -> int:
    """From now on the entries of the days before this one are not needed to verify; how many days that are. To be asked
    for once the journal was verified: what was done to them is not seen any more."""
    batch = scope.batch()
    batch.lock("journal")
    days = all_days(batch)
    closed = 0
    for earlier, day in zip([None, *days], days, strict=False):
        if day.day < before and day is not days[-1] and not day.thinned_at:
            put(batch, replace(day, thinned_at=now).sealed(keyring, scope.shop_id, earlier))
            closed += 1
    return closed


def drop_closed(scope: ShopScope) -> int:
    """Remove a slice of what is not needed any more; how many."""
    return scope.batch().execute(_DROP, {"limit": _AT_ONCE})


_DROP = """
    DELETE FROM journal WHERE shop_id = :shop_id AND place IN (
      SELECT place FROM journal WHERE shop_id = :shop_id AND place <=
        (SELECT max(place) FROM journal_days WHERE shop_id = :shop_id AND thinned_at IS NOT NULL)
      ORDER BY place LIMIT :limit)"""
