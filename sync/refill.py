"""Reading again what a shop did not grant before: a scope that came late brings the history with it."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col

from app import jobs
from app.db.scope import ShopScope
from connectors.shopify.installation import opened
from sync.models import Run


def refill(scope: ShopScope, granted: Sequence[str]) -> None:
    """Keep what is granted now. What that opens is backfilled once more; nothing that is here is touched by it."""
    before, scope.shop.scopes = scope.shop.scopes, list(granted)
    more = opened(before if before is not None else granted, granted)
    if not more or scope.shop.backfilled_at is None:
        return
    scope.execute(delete(Run).where(col(Run.kind) == "backfill", col(Run.resource).in_(more)))
    scope.shop.state = "connecting"
    jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
