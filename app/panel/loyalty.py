"""Loyalty: the rule, who holds most points, and every point that was given or taken."""

from datetime import datetime
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import jobs
from app.db.columns import to_micros
from app.db.scope import ShopScope
from app.errors import BadInput
from app.lib.clock import utc_now
from app.lib.i18n import _
from app.loyalty.actions import change, current
from app.loyalty.models import LedgerEntry
from app.loyalty.queries import ledger, top_balances, totals
from app.panel.blueprint import PAGE, bp
from app.web import paging
from app.web.forms import whole_number
from app.web.pages import done
from app.web.shop_page import shop_action, shop_page


@bp.get("/loyalty")
@shop_page
def loyalty(scope: ShopScope) -> ResponseReturnValue:
    programme = current(scope)
    form = {
        "is_on": bool(programme and programme.is_on),
        "points_per_unit": programme.points_per_unit if programme else 1,
        "counts_history": bool(programme and programme.counts_history),
    }
    return _page(scope, form, {})


@bp.post("/loyalty")
@shop_action
def save_loyalty(scope: ShopScope) -> ResponseReturnValue:
    form = {
        "is_on": "is_on" in request.form,
        "points_per_unit": request.form.get("points_per_unit", "").strip(),
        "counts_history": "counts_history" in request.form,
    }
    try:
        _change(scope, form)
    except BadInput:
        return _page(scope, form, {"points_per_unit": _("A whole number from 1 to 1000.")})
    return done("saved", "panel.loyalty")


def _change(scope: ShopScope, form: dict[str, Any]) -> None:
    points = whole_number(form["points_per_unit"], digits=4)
    if points is None:
        raise BadInput(form["points_per_unit"], "points_per_unit")
    change(
        scope,
        utc_now(),
        is_on=form["is_on"],
        points_per_unit=points,
        counts_history=form["counts_history"],
    )
    if form["is_on"] and form["counts_history"]:
        jobs.defer(scope, "loyalty-history", lane="react", dedupe="loyalty-history")


def _page(scope: ShopScope, form: dict[str, Any], errors: dict[str, str]) -> ResponseReturnValue:
    rows = ledger(scope, _after(paging.read(request.args.get("after"))), PAGE + 1)
    page = render_template(
        "panel/loyalty/show.html",
        programme=current(scope),
        form=form,
        errors=errors,
        totals=totals(scope),
        top=top_balances(scope, 10),
        page=paging.cut(rows, PAGE, lambda row: _key(row[0])),
    )
    return page, 422 if errors else 200


def _key(entry: LedgerEntry) -> list[str]:
    return [str(to_micros(entry.created_at)), str(entry.id)]


def _after(key: list[Any] | None) -> tuple[datetime, int] | None:
    if key is None:
        return None
    entry_id = paging.number(key[1:])
    return paging.moment(key[:1]), entry_id or 0
