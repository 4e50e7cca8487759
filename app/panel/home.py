"""The first page: how the copying goes, the key figures, and what to do next."""

from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue

from app.commerce import queries as commerce
from app.db.scope import ShopScope
from app.flows import queries as flows
from app.panel.blueprint import bp
from app.proof.queries import standing
from app.segments.queries import all_segments
from app.web.filters import today
from app.web.shop_page import shop_page
from sync.models import Run
from sync.queries import backfills

_MONTHS = 12


@bp.get("/")
@shop_page
def home(scope: ShopScope) -> ResponseReturnValue:
    figures, runs = commerce.figures(scope), backfills(scope)
    return render_template(
        "panel/home/show.html",
        figures=figures,
        recovery=flows.outcomes(scope),
        months=_months(scope),
        segments=all_segments(scope),
        not_converted=commerce.not_converted(scope, 20) if figures.not_converted else (),
        backfills=runs,
        proof=standing(scope, today(scope.shop)),
        is_syncing=scope.shop.state == "connecting" or any(is_under_way(run) for run in runs),
    )


def is_under_way(run: Run) -> bool:
    return run.state in ("queued", "running", "waiting")


def _months(scope: ShopScope) -> list[commerce.Month]:
    """A year of months up to the newest order's, or today's: an old shop's history still shows."""
    on = today(scope.shop)
    end = min(commerce.newest_order_on(scope) or on, on)
    before = end.year * 12 + end.month - _MONTHS
    return commerce.months(scope, date(before // 12, before % 12 + 1, 1), end)
