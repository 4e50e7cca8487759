"""What pages read of the sync: the runs under way, the latest ones, and when each resource was last pulled."""

from collections.abc import Sequence

from sqlmodel import col, select

from app.db.scope import ShopScope
from sync.models import Cursor, Run


def backfills(scope: ShopScope) -> Sequence[Run]:
    """The backfill of each resource, the newest of each, in the order in which they were begun."""
    newest: dict[str, Run] = {}
    for run in scope.all(select(Run).where(Run.kind == "backfill").order_by(col(Run.started_at), col(Run.id))):
        newest[run.resource] = run
    return list(newest.values())


def runs(scope: ShopScope, limit: int) -> Sequence[Run]:
    return scope.all(select(Run).order_by(col(Run.started_at).desc(), col(Run.id).desc()).limit(limit))


def cursors(scope: ShopScope) -> Sequence[Cursor]:
    return scope.all(select(Cursor).order_by(col(Cursor.resource)))
