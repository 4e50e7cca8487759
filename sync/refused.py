"""What a platform keeps back from us: kept where the merchant can see it, and asked for again until it is given."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.lib.clock import utc_now
from connectors.base import Client, Refusal, Resource
from sync.models import RefusedField
from sync.queries import refused_fields


def keep_refusals(context: Context, shop_id: int, refusals: Sequence[Refusal]) -> None:
    if not refusals:
        return
    now = utc_now()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        for refusal in refusals:
            _keep(scope, refusal, now)


def ask_again(context: Context, shop_id: int, client: Client) -> Mapping[str, Resource]:
    """The fields that were refused and are given by now, with what to read again for each. Nobody tells of it."""
    with shop_scope(context.engine, shop_id) as scope:
        examples = {row.field: row.example for row in refused_fields(scope)}
    given = client.regained(examples) if examples else {}
    keep_refusals(context, shop_id, client.refused())
    return given


def _keep(scope: ShopScope, refusal: Refusal, now: datetime) -> None:
    row = scope.find(RefusedField, refusal.field)
    if row is None:
        row = scope.add(RefusedField(shop_id=scope.shop_id, field=refusal.field, reason="", first_at=now, last_at=now))
    row.reason, row.example, row.last_at = refusal.reason, refusal.example, now
