"""The shop's raw totals for the proof: a reader of its own, that shares nothing with how records are made."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.errors import NotFound
from connectors.base import AuditCounts, AuditOrder, Wait
from connectors.woocommerce.lists import walk
from connectors.woocommerce.transport import Transport

FIELDS = "id,status,currency,total,date_created_gmt,date_modified_gmt,refunds"
NO_ORDERS = ("checkout-draft", "auto-draft", "draft", "trash")
NO_SALES = ("pending", "failed", "cancelled")
SALES = ("processing", "on-hold", "completed", "refunded")


def orders(transport: Transport) -> Iterator[AuditOrder | Wait]:
    """Every order but drafts, each once."""
    seen: set[int] = set()
    for part in walk(transport, "wc/v3/orders", {"_fields": FIELDS}):
        if isinstance(part, Wait):
            yield part
            continue
        for row in json.loads(part.raw, parse_float=Decimal):
            if row["id"] not in seen and row["status"] not in NO_ORDERS:
                yield _order(row)
            seen.add(row["id"])


def oldest(transport: Transport) -> datetime | None:
    asked = {"orderby": "date", "order": "asc", "per_page": 1, "_fields": "date_created_gmt"}
    rows = transport.get("wc/v3/orders", asked).json()
    return _time(rows[0]["date_created_gmt"]) if rows else None


def _order(row: dict[str, Any]) -> AuditOrder:
    placed = Decimal(str(row["total"]))
    refunded = -sum((Decimal(str(refund["total"])) for refund in row["refunds"]), Decimal(0))
    return AuditOrder(
        external_id=str(row["id"]),
        placed_at=_time(row["date_created_gmt"]),
        is_counted=row["status"] in SALES,
        currency=row["currency"],
        placed=str(placed),
        refunded=str(refunded),
        net=str(placed - refunded),
        refunds=len(row["refunds"]),
        updated_at=_time(row["date_modified_gmt"]) if row["date_modified_gmt"] else None,
    )


def _time(naive_gmt: str) -> datetime:
    return datetime.fromisoformat(naive_gmt).replace(tzinfo=UTC)


def counts(transport: Transport) -> AuditCounts:
    """As the lists say: orders without drafts and trash, all users, all products."""
    return AuditCounts(
        orders=_total(transport, "wc/v3/orders", {"status": ",".join(_statuses(transport))}),
        customers=_total(transport, "wc/v3/customers", {"role": "all"}),
        products=_total(transport, "wc/v3/products", {}),
    )


def _statuses(transport: Transport) -> list[str]:
    """Those that the shop has, plugins' own included."""
    try:
        rows = json.loads(transport.get("wc/v3/reports/orders/totals").content)
    except NotFound:
        return [*SALES, *NO_SALES]
    return [row["slug"] for row in rows if row["slug"] not in NO_ORDERS]


def _total(transport: Transport, path: str, params: dict[str, str]) -> int | None:
    answer = transport.get(path, {**params, "per_page": 1, "_fields": "id"})
    total = answer.headers.get("X-WP-Total", "")
    return int(total) if total.isdigit() else None
