"""The proof's own reader: the raw totals as Shopify prints them. It shares nothing with `normalise`, on purpose."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from app.errors import AuthLost, NotFound
from app.reasons import Reason
from connectors.auditing import AuditCounts, AuditId, AuditOrder, Listed, Report
from connectors.base import Wait
from connectors.shopify.bulk import Bulk, BulkFailed
from connectors.shopify.transport import Transport

_NEVER_PAID = {"PENDING", "AUTHORIZED", "VOIDED", "EXPIRED", None}
_RUNS = 3
_BATCH = 100
Row = dict[str, Any]


class ShopifyAuditor:
    at_once = 100_000  # a bulk operation takes its time, however little it finds
    lists: Sequence[Listed] = ("customers", "products")

    def __init__(self, transport: Transport, bulk: Bulk) -> None:
        self._transport, self._bulk = transport, bulk

    def orders(
        self, since: datetime | None, until: datetime | None, cursor: str | None = None
    ) -> Iterator[AuditOrder | Wait]:
        for row in self._rows("audit_orders", _placed(since, until), cursor):
            yield row if isinstance(row, Wait) else _order(row)

    def orders_by_id(self, external_ids: Sequence[str]) -> Sequence[AuditOrder]:
        found = []
        for at in range(0, len(external_ids), _BATCH):
            ids = [f"gid://shopify/Order/{one}" for one in external_ids[at : at + _BATCH]]
            answer = self._transport.ask("audit_orders_by_id", {"ids": ids})
            if answer.refused:  # refused is not gone
                raise AuthLost(f"Shopify refuses orders: {'; '.join(error.words for error in answer.refused)}")
            nodes = answer.read(dict[str, list[msgspec.Raw]])["nodes"]
            found += [_order(json.loads(bytes(node), parse_float=Decimal)) for node in nodes if len(bytes(node)) > 4]
        return found

    def count(self, since: datetime, until: datetime) -> int | None:
        found = self._transport.run("audit_count", {"search": _placed(since, until)}, dict[str, Row | None])
        return _exact(found["ordersCount"])

    def counts(self) -> AuditCounts:
        """None where Shopify stops counting before the end."""
        data = self._transport.run("audit_counts", None, dict[str, Row | None])
        return AuditCounts(*(_exact(data[name]) for name in ("ordersCount", "customersCount", "productsCount")))

    def ids(self, what: Listed, cursor: str | None = None) -> Iterator[AuditId | Wait]:
        if what not in self.lists:
            raise NotFound(f"Shopify lists no {what} of their own.")
        for row in self._rows(f"audit_{what}", "", cursor):
            yield row if isinstance(row, Wait) else AuditId(_tail(row["id"]))

    def report(self, first_on: date, last_on: date) -> Report:
        return Report()

    def has_silent_edits(self) -> bool:
        return False

    def _rows(self, name: str, search: str, cursor: str | None) -> Iterator[Row | Wait]:
        """The rows of a file that Shopify writes. cursor: the operation that was begun before."""
        for run in range(1, _RUNS + 1):
            try:
                yield from self._run(name, search, cursor if run == 1 else None)
                return
            except BulkFailed as error:
                if run == _RUNS:
                    raise
                yield Wait(float(run), Reason("file_again", details=str(error)))

    def _run(self, name: str, search: str, cursor: str | None) -> Iterator[Row | Wait]:
        while isinstance(started := cursor or self._bulk.start(name, search), Wait):
            yield started
        file = yield from self._bulk.file(started, started)
        if file.path is not None:
            with file.path.open(encoding="utf-8") as lines:
                yield from (json.loads(line, parse_float=Decimal) for line in lines if line.strip())
        self._bulk.drop(file.id)


def _order(row: Mapping[str, Any]) -> AuditOrder:
    placed, refunded, net = (
        row[name]["shopMoney"] for name in ("originalTotalPriceSet", "totalRefundedSet", "currentTotalPriceSet")
    )
    was_void = row["cancelledAt"] is not None and row["displayFinancialStatus"] in _NEVER_PAID
    return AuditOrder(
        external_id=_tail(row["id"]),
        placed_at=datetime.fromisoformat(row["processedAt"]),
        is_counted=not row["test"] and not was_void,
        currency=placed["currencyCode"],
        placed=placed["amount"],
        refunded=refunded["amount"],
        net=net["amount"],
        refunds=[_tail(refund["id"]) for refund in row["refunds"]],
        is_refunded=Decimal(refunded["amount"]) != 0,
        updated_at=datetime.fromisoformat(row["updatedAt"]),
    )


def _placed(since: datetime | None, until: datetime | None) -> str:
    """Range and sort of a search go by the same field, or a large shop times out; a bulk operation has no sort."""
    bounds = ((">=", since), ("<", until))
    return " ".join(f"processed_at:{sign}'{_utc(moment)}'" for sign, moment in bounds if moment is not None)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _exact(found: Row | None) -> int | None:
    return int(found["count"]) if found is not None and found["precision"] == "EXACT" else None


def _tail(gid: str) -> str:
    return gid.rpartition("/")[2]
