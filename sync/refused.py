"""What a platform keeps back from us, kept where the merchant can see it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.lib.clock import utc_now
from connectors.base import Refusal
from sync.models import RefusedField


def keep_refusals(context: Context, shop_id: int, refusals: Sequence[Refusal]) -> None:
    if not refusals:
        return
    now = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        for refusal in refusals:
            row = scope.find(RefusedField, refusal.field)
            if row is None:
                scope.add(_row(shop_id, refusal, now))
            else:
                row.reason, row.last_at = refusal.reason, now


def _row(shop_id: int, refusal: Refusal, now: datetime) -> RefusedField:
    return RefusedField(shop_id=shop_id, field=refusal.field, reason=refusal.reason, first_at=now, last_at=now)


def forget_refusals(scope: ShopScope, before: datetime) -> None:
    """Those that were not met again since: they were granted."""
    scope.execute(delete(RefusedField).where(col(RefusedField.last_at) < before))
