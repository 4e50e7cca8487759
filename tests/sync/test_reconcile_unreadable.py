"""An order whose amounts nobody can read is a difference of its own day, and holds up no other."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.woocommerce.audit import _order
from sync.reconcile.compare import Held, compare
from sync.reconcile.look import Look
from sync.reconcile.windows import Window

ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 1)
HELD = Held(DAY, True, {"EUR": (1200, 0, 1200)}, ())
ROW: dict[str, Any] = {
    "id": 7, "status": "completed", "currency": "EUR", "total": "12.00", "refunds": [],
    "date_created_gmt": "2026-11-01T10:00:00", "date_modified_gmt": "2026-11-01T10:00:00",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"total": ""}, "'' EUR"), ({"total": "12,00 €"}, "'12,00 €' EUR"), ({"currency": "XQQ"}, "'12.00' XQQ")],
)
def test_what_is_no_money_is_named_as_it_stands(changed: dict[str, Any], said: str) -> None:
    (one,) = compare(_order(ROW | changed), HELD, ZONE)
    assert (one.field, one.platform, one.store, one.day) == ("amounts", said, "kept", DAY)


def test_a_refund_without_an_amount_is_nothing_paid_back() -> None:
    order = _order(ROW | {"refunds": [{"id": 8, "total": ""}, {"id": 9, "total": "-2.50"}]})
    assert (order.refunded, order.net) == ("2.50", "9.50")


def test_the_day_still_counts_it() -> None:
    found = Look(Window(DAY, DAY), ZONE)
    found.take(_order(ROW), HELD)
    found.take(_order(ROW | {"id": 8, "total": "?"}), None)
    assert found.there[DAY].as_json() == {"orders": 2, "EUR": {"placed": 1200, "refunded": 0, "net": 1200}}
    assert [(one.external_id, one.what) for one in found.differences] == [("8", "missing")]
