"""WooCommerce's own Analytics beside the proof: its sums of each local day, and why they may be others."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.errors import NotFound, Refused
from app.reasons import Reason
from connectors.auditing import Report, ReportDay
from connectors.woocommerce.transport import Transport

_PATH = "wc-analytics/reports/revenue/stats"


def report(transport: Transport, first_on: date, last_on: date) -> Report:
    asked = {
        "interval": "day", "date_type": "date_created", "per_page": 100,
        "after": f"{first_on}T00:00:00", "before": f"{last_on}T23:59:59",
        "force_cache_refresh": "true",
    }  # fmt: skip
    try:
        found = json.loads(transport.get(_PATH, asked).content, parse_float=Decimal)
    except (NotFound, Refused) as error:
        return Report(why_not=Reason("no_analytics", details=str(error)))
    days = {date.fromisoformat(row["interval"]): _day(row["subtotals"]) for row in found["intervals"]}
    if not any(day.orders for day in days.values()):
        return Report(why_not=Reason("empty_analytics"))
    return Report(days)


def _day(sums: Mapping[str, Any]) -> ReportDay:
    return ReportDay(int(sums["orders_count"]), str(sums["total_sales"]))
