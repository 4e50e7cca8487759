"""The shop's raw totals for the proof: a reader of its own, that shares nothing with how records are made."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from app.errors import NotFound, PlatformDown
from connectors.auditing import AuditCounts, AuditId, AuditOrder, Listed, Report
from connectors.base import Wait
from connectors.woocommerce import analytics
from connectors.woocommerce.lists import walk
from connectors.woocommerce.transport import Transport

FIELDS = "id,status,currency,total,date_created_gmt,date_modified_gmt,refunds"
NO_ORDERS = ("checkout-draft", "auto-draft", "draft", "trash")
NO_SALES = ("pending", "failed", "cancelled")
SALES = ("processing", "on-hold", "completed", "refunded")
_LISTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "customers": ("wc/v3/customers", {"role": "all"}), "products": ("wc/v3/products", {}),
    "refunds": ("wc/v3/refunds", {}),
}  # fmt: skip
_BATCH = 100
_SECOND = timedelta(seconds=1)


class WooAuditor:
    at_once = 500
    lists: Sequence[Listed] = ("refunds", "customers", "products")

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._known: list[str] | None = None

    def orders(
        self, since: datetime | None, until: datetime | None, cursor: str | None = None
    ) -> Iterator[AuditOrder | Wait]:
        """Every order but drafts and the bin, each once."""
        asked = {"_fields": FIELDS, "status": ",".join(self._statuses()), **_between(since, until)}
        for row in self._rows("wc/v3/orders", asked):
            if isinstance(row, Wait):
                yield row
            elif row["status"] not in NO_ORDERS:
                yield _order(row)

    def orders_by_id(self, external_ids: Sequence[str]) -> Sequence[AuditOrder]:
        found = []
        for at in range(0, len(external_ids), _BATCH):
            some = external_ids[at : at + _BATCH]
            asked = {"include": ",".join(some), "per_page": _BATCH, "_fields": FIELDS}
            rows = {str(row["id"]): row for row in self._read("wc/v3/orders", asked)}
            for one in some:  # a list leaves out the bin, and statuses of a plugin that went
                row = rows.get(one) or self._alone(one)
                found += [_order(row)] if row else []
        return found

    def count(self, since: datetime, until: datetime) -> int | None:
        """From the header: no order is loaded for it."""
        asked = {"status": ",".join(self._statuses()), "per_page": 1, **_between(since, until)}
        return _total(self._transport.send("HEAD", "wc/v3/orders", asked).headers)

    def counts(self) -> AuditCounts:
        """As the lists say: orders without drafts and trash, all users, all products."""
        return AuditCounts(
            orders=self._listed("wc/v3/orders", {"status": ",".join(self._statuses())}),
            customers=self._listed(*_LISTS["customers"]),
            products=self._listed(*_LISTS["products"]),
        )

    def ids(self, what: Listed, cursor: str | None = None) -> Iterator[AuditId | Wait]:
        path, params = _LISTS[what]
        for row in self._rows(path, {**params, "_fields": "id,parent_id" if what == "refunds" else "id"}):
            if isinstance(row, Wait):
                yield row
            else:
                yield AuditId(str(row["id"]), str(row["parent_id"]) if what == "refunds" else None)

    def report(self, first_on: date, last_on: date) -> Report:
        return analytics.report(self._transport, first_on, last_on)

    def has_silent_edits(self) -> bool:
        """Orders kept as posts move their date for few changes; a shop that does not say how it keeps them may, too."""
        try:
            rows = json.loads(self._transport.get("wc/v3/system_status", {"_fields": "settings"}).content)
        except (NotFound, PlatformDown):
            return True
        return not rows.get("settings", {}).get("HPOS_enabled", False)

    def _rows(self, path: str, params: Mapping[str, str]) -> Iterator[dict[str, Any] | Wait]:
        """The rows of a list, each once. Whoever waits here begins the list anew, so a wait says no place in it."""
        seen: set[int] = set()
        for part in walk(self._transport, path, params):
            if isinstance(part, Wait):
                yield Wait(part.seconds, part.why)
                continue
            for row in json.loads(part.raw, parse_float=Decimal):
                if row["id"] not in seen:
                    seen.add(row["id"])
                    yield row

    def _alone(self, external_id: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._read(f"wc/v3/orders/{external_id}", {"_fields": FIELDS})
        except NotFound:
            return None
        return found

    def _read(self, path: str, params: Mapping[str, object]) -> Any:
        return json.loads(self._transport.get(path, params).content, parse_float=Decimal)

    def _listed(self, path: str, params: Mapping[str, str]) -> int | None:
        return _total(self._transport.get(path, {**params, "per_page": 1, "_fields": "id"}).headers)

    def _statuses(self) -> list[str]:
        """Those that the shop has, plugins' own included: `any` leaves out what a plugin does not show."""
        if self._known is None:
            try:
                rows = json.loads(self._transport.get("wc/v3/reports/orders/totals").content)
                self._known = [row["slug"] for row in rows if row["slug"] not in NO_ORDERS]
            except NotFound:
                self._known = [*SALES, *NO_SALES]
        return self._known


def oldest(transport: Transport) -> datetime | None:
    asked = {"orderby": "date", "order": "asc", "per_page": 1, "_fields": "date_created_gmt"}
    rows = transport.get("wc/v3/orders", asked).json()
    return _time(rows[0]["date_created_gmt"]) if rows else None


def _between(since: datetime | None, until: datetime | None) -> dict[str, str]:
    """Both bounds are strict, and exact only as GMT that does not say so, with the flag that does (R6)."""
    asked = {}
    if since is not None:
        asked["after"] = _gmt(since - _SECOND)
    if until is not None:
        asked["before"] = _gmt(until)
    return {**asked, "dates_are_gmt": "true"} if asked else {}


def _gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _order(row: dict[str, Any]) -> AuditOrder:
    placed, refunded, net = _sums(row)
    return AuditOrder(
        external_id=str(row["id"]),
        placed_at=_time(row["date_created_gmt"] or row["date_modified_gmt"]),
        is_counted=row["status"] in SALES,
        currency=row["currency"],
        placed=placed,
        refunded=refunded,
        net=net,
        refunds=[str(refund["id"]) for refund in row["refunds"]],
        is_refunded=row["status"] == "refunded",
        is_kept=row["status"] not in NO_ORDERS,
        updated_at=_time(row["date_modified_gmt"]) if row["date_modified_gmt"] else None,
    )


def _sums(row: dict[str, Any]) -> tuple[str, str, str]:
    """Placed, refunded, net; where one is no number, as they stand."""
    placed, parts = str(row["total"]), [str(refund["total"] or 0) for refund in row["refunds"]]
    try:
        refunded = -sum(map(Decimal, parts), Decimal(0))
        return placed, str(refunded), str(Decimal(placed) - refunded)
    except InvalidOperation:
        return placed, " ".join(parts), ""


def _time(naive_gmt: str) -> datetime:
    return datetime.fromisoformat(naive_gmt).replace(tzinfo=UTC)


def _total(headers: Mapping[str, str]) -> int | None:
    total = headers.get("X-WP-Total", "")
    return int(total) if total.isdigit() else None
