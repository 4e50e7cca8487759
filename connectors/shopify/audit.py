"""The audit's own reader: the raw totals as Shopify prints them. It shares nothing with `normalise`, on purpose."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.base import AuditCounts, AuditOrder, Wait
from connectors.shopify.bulk import Bulk, BulkFailed
from connectors.shopify.transport import Transport

_NEVER_PAID = {"PENDING", "AUTHORIZED", "VOIDED", "EXPIRED", None}
_RUNS = 3


def orders(bulk: Bulk) -> Iterator[AuditOrder | Wait]:
    for run in range(1, _RUNS + 1):
        try:
            yield from _orders(bulk)
            return
        except BulkFailed as error:
            if run == _RUNS:
                raise
            yield Wait(float(run), f"{error}; the audit runs it again")


def _orders(bulk: Bulk) -> Iterator[AuditOrder | Wait]:
    while isinstance(started := bulk.start("audit_orders"), Wait):
        yield started
    file = yield from bulk.file(started, "")
    if file.path is not None:
        yield from _rows(file.path)
    bulk.drop(file.id)


def _rows(path: Path) -> Iterator[AuditOrder]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield _order(json.loads(line, parse_float=Decimal))


def _order(row: dict[str, Any]) -> AuditOrder:
    placed, refunded, net = (
        row[name]["shopMoney"] for name in ("originalTotalPriceSet", "totalRefundedSet", "currentTotalPriceSet")
    )
    was_void = row["cancelledAt"] is not None and row["displayFinancialStatus"] in _NEVER_PAID
    return AuditOrder(
        external_id=row["id"].split("/")[-1],
        placed_at=datetime.fromisoformat(row["processedAt"]),
        is_counted=not row["test"] and not was_void,
        currency=placed["currencyCode"],
        placed=placed["amount"],
        refunded=refunded["amount"],
        net=net["amount"],
        refunds=len(row["refunds"]),
        updated_at=datetime.fromisoformat(row["updatedAt"]),
    )


def counts(transport: Transport) -> AuditCounts:
    """None where Shopify stops counting before the end."""
    data = transport.run("audit_counts", None, dict[str, dict[str, Any] | None])
    exact = {
        name: None if found is None or found["precision"] != "EXACT" else int(found["count"])
        for name, found in data.items()
    }
    return AuditCounts(exact["ordersCount"], exact["customersCount"], exact["productsCount"])
