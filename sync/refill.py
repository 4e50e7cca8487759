"""Reading again what a shop did not grant before: a scope or a field that came late brings the history with it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlmodel import col, select

from app import jobs
from app.db.scope import ShopScope
from connectors.base import Resource
from connectors.shopify.installation import opened
from sync.models import RefusedField, Run

_FORGOTTEN = timedelta(days=14)


def refill(scope: ShopScope, granted: Sequence[str]) -> None:
    """Keep what is granted now. What that opens is backfilled once more; nothing that is here is touched by it."""
    before, scope.shop.scopes = scope.shop.scopes, list(granted)
    more = opened(before if before is not None else granted, granted)
    if scope.shop.backfilled_at is not None:
        _read_again(scope, more)


def regain(scope: ShopScope, given: Mapping[str, Resource], now: datetime) -> None:
    """The same for fields that were refused and are given now. What nothing asks about is let go of once it was not
    met for long. While a history is being read nothing is taken out of its hands: its end asks again."""
    is_reading = select(Run.id).where(Run.kind == "backfill", Run.state != "done").limit(1)
    if scope.shop.backfilled_at is None or scope.first(is_reading) is not None:
        return
    is_over = or_(col(RefusedField.field).in_(given), col(RefusedField.last_at) < now - _FORGOTTEN)
    scope.execute(delete(RefusedField).where(is_over))
    _read_again(scope, set(given.values()))


def _read_again(scope: ShopScope, resources: Collection[Resource]) -> None:
    if resources:
        scope.execute(delete(Run).where(col(Run.kind) == "backfill", col(Run.resource).in_(resources)))
        scope.shop.state = "connecting"
        jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
