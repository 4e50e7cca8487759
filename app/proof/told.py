"""Counting who told of changes first: what the pull or the proof alone found is what webhooks kept to themselves."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.db.scope import ShopScope

_SOURCES = {"delivery": "webhook", "pull": "pull", "sweep": "pull", "reconcile": "reconcile"}
_CHANGES = ("created", "updated", "deleted")


def count_first_told(scope: ShopScope, reason: str, counts: Mapping[str, int], now: datetime) -> None:
    """reason: why the records were read. counts: what came of them. A history that is copied tells of no change."""
    changes = sum(counts.get(name, 0) for name in _CHANGES)
    if changes and reason in _SOURCES:
        day = now.astimezone(ZoneInfo(scope.shop.timezone)).date()
        scope.batch().execute(_COUNT, {"day": day, "source": _SOURCES[reason], "changes": changes})


_COUNT = """
INSERT INTO first_told (shop_id, day, source, changes) VALUES (:shop_id, :day, :source, :changes)
ON CONFLICT (shop_id, day, source) DO UPDATE SET changes = first_told.changes + excluded.changes
"""
