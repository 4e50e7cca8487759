"""What the pages of the sync show: ninety days held together, two of which differ, records that differed, and jobs."""

from datetime import datetime, timedelta
from typing import Any

from app.db.scope import ShopScope
from app.jobs.models import JobRow
from app.journal.models import Event, JournalDay, PendingFetch
from app.proof.models import Finding, FirstTold, ProvedDay, Reconciliation
from app.reasons import Reason
from app.web.filters import today

RED, OPEN, ASKED = 12, 3, 20  # days ago
ASKING = Reason("report_differs", {"their_orders": 12, "their_sales": "900", "our_orders": 11, "our_sales": "8"}).kept()
DIFFERED = (
    ("order", "1007", "missing", "order", "kept", None, RED, None),
    ("order", "1009", "stale", "net", "12050", "12500", RED, Reason("misread").kept()),
    ("refund", "88", "deleted", "refund", None, "kept", OPEN, None),
    ("customer", "1003", "missing", "customer", "kept", None, None, None),
)


def seed_proof(scope: ShopScope, now: datetime) -> None:
    on = today(scope.shop)
    for back in range(90):
        state = {RED: "red", OPEN: "open"}.get(back, "green")
        scope.add(_day(scope, "orders", on - timedelta(days=back), state, now, _sums(back), _sums(back, state)))
    for kind, count in (("customers", 60), ("products", 7), ("refunds", 21)):
        scope.add(_day(scope, kind, on, "green", now, {kind: count}, {kind: count}))
    scope.shop.oldest_order_on = scope.shop.oldest_there_on = on - timedelta(days=360)
    scope.add(
        Reconciliation(
            shop_id=scope.shop_id, reason="nightly", since_on=on - timedelta(days=35), until_on=on, next_on=on,
            state="done", stage="heal", orders=640, missing=2, stale=1, deleted=1, repaired=3, unhealed=1,
            started_at=now - timedelta(hours=9), changed_at=now, finished_at=now - timedelta(hours=8),
        )
    )  # fmt: skip
    for place, (kind, external_id, what, field, theirs, ours, back, why_not) in enumerate(DIFFERED):
        scope.add(
            Finding(
                shop_id=scope.shop_id, kind=kind, external_id=external_id, what=what, field=field, theirs=theirs,
                ours=ours, day=None if back is None else on - timedelta(days=back), why_not=why_not,
                currency="EUR" if field == "net" else None,
                found_at=now - timedelta(hours=9, minutes=place), last_at=now,
                repaired_at=None if why_not or back == OPEN else now - timedelta(hours=8),
            )
        )  # fmt: skip
    for source, changes in (("webhook", 960), ("pull", 36), ("reconcile", 4)):
        scope.add(FirstTold(shop_id=scope.shop_id, day=on, source=source, changes=changes))
    scope.shop.webhooks = {"orders/updated": "active", "products/update": "made", "refunds/create": "amount: '12,3'"}
    scope.add(JournalDay(shop_id=scope.shop_id, day=on, place=412, link=b"\x0f" * 32, mac=b""))
    _waiting(scope, now)


def _day(
    scope: ShopScope, kind: str, day: Any, state: str, now: datetime, there: dict[str, Any], here: dict[str, Any]
) -> ProvedDay:
    checked_at = now - timedelta(hours=8)
    return ProvedDay(
        shop_id=scope.shop_id, kind=kind, day=day, state=state, there=there, here=here, checked_at=checked_at,
        proved_at=checked_at if state == "green" else None, differences=0 if state == "green" else 1,
        question=ASKING if day == today(scope.shop) - timedelta(days=ASKED) and kind == "orders" else None,
    )  # fmt: skip


def _sums(back: int, state: str = "green") -> dict[str, Any]:
    orders = 4 + back % 5
    placed, refunded = orders * 8125, 2000 * (back % 3)
    lost = 450 if state == "red" else 0
    return {"orders": orders, "EUR": {"placed": placed + lost, "refunded": refunded, "net": placed + lost - refunded}}


def _waiting(scope: ShopScope, now: datetime) -> None:
    for lane, name, state, minutes in (
        ("ingest", "pull", "ready", -4), ("push", "facts", "dead", -60), ("report", "seal", "running", -1),
    ):  # fmt: skip
        scope.add(
            JobRow(
                shop_id=scope.shop_id, name=name, lane=lane, state=state, due_at=now + timedelta(minutes=minutes),
                created_at=now - timedelta(hours=3), attempts=8 if state == "dead" else 0,
                error="amount: '12,3'" if state == "dead" else None, lease_until=now + timedelta(days=1),
            )
        )  # fmt: skip
    scope.add(
        Event(
            shop_id=scope.shop_id, kind="order.placed", subject_id=1, at=now - timedelta(hours=2), state="failed",
            attempts=5, error="amount: '12,3'", due_at=now,
        )
    )  # fmt: skip
    for external_id in ("1001", "1002"):
        scope.add(
            PendingFetch(
                shop_id=scope.shop_id, kind="order", external_id=external_id, reason="reconcile",
                requested_at=now - timedelta(minutes=2), due_at=now + timedelta(minutes=1),
            )
        )  # fmt: skip
