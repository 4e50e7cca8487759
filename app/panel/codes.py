"""Discount codes: sets of unique ones made in the shop, to be copied or taken along as a file."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.db.scope import ShopScope
from app.errors import BadInput, NotFound
from app.lib.clock import utc_now
from app.lib.i18n import _
from app.lib.money import Money
from app.panel.blueprint import PAGE, bp
from app.web.forms import whole_number
from app.web.pages import done
from app.web.shop_page import shop_action, shop_page
from app.writes.actions import OPEN
from app.writes.codes import codes_of, make_codes
from app.writes.models import PlatformWrite
from app.writes.queries import code_sets, states_of
from connectors.changes import MakeDiscount

_MOST = 5_000
_EMPTY = {"name": "", "count": "100", "kind": "percentage", "value": "10", "prefix": "", "ends_on": "", "combines": ""}


@bp.get("/codes")
@shop_page
def codes(scope: ShopScope) -> ResponseReturnValue:
    return _page(scope, _EMPTY, {})


@bp.post("/codes")
@shop_action
def make_set(scope: ShopScope) -> ResponseReturnValue:
    form = {name: request.form.get(name, "").strip() for name in _EMPTY}
    errors = _errors(scope, form)
    if errors:
        return _page(scope, form, errors)
    now, count = utc_now(), whole_number(form["count"], digits=4) or 0
    make_codes(scope, form["name"], _offer(scope, form, now), count, now, form["prefix"].upper())
    scope.flush()
    made = next(row for row, _live, _states in code_sets(scope, PAGE) if row.subject == form["name"])
    return done("made", "panel.code_set", write_id=made.id)


@bp.get("/codes/<id:write_id>")
@shop_page
def code_set(scope: ShopScope, write_id: int) -> ResponseReturnValue:
    row = _set(scope, write_id)
    states = states_of(scope, row.subject)
    return render_template(
        "panel/codes/show.html",
        row=row,
        codes=codes_of(scope, row.subject),
        states=states,
    )


@bp.get("/codes/<id:write_id>/codes.csv")
@shop_page
def download_codes(scope: ShopScope, write_id: int) -> ResponseReturnValue:
    answer = make_response("\r\n".join(["code", *codes_of(scope, _set(scope, write_id).subject), ""]))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{codes_file(write_id)}"'
    return answer


@bp.app_template_test()
def being_made(states: set[str]) -> bool:
    """Is anything of a set of codes still to be written?"""
    return not states.isdisjoint(OPEN)


@bp.app_template_global()
def codes_file(write_id: int) -> str:
    return f"codes-{write_id}.csv"


def _set(scope: ShopScope, write_id: int) -> PlatformWrite:
    row = scope.get(PlatformWrite, write_id)
    if row.kind != "discount":
        raise NotFound(_("There is no such set of codes."))
    return row


def _page(scope: ShopScope, form: Mapping[str, str], errors: Mapping[str, str]) -> ResponseReturnValue:
    page = render_template("panel/codes/list.html", sets=code_sets(scope, PAGE), form=form, errors=errors, most=_MOST)
    return page, 422 if errors else 200


def _errors(scope: ShopScope, form: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field."""
    found = {}
    if not form["name"] or len(form["name"]) > 80:
        found["name"] = _("A name of at most 80 characters.")
    elif states_of(scope, form["name"]):
        found["name"] = _("Another set has this name.")
    if not 1 <= (whole_number(form["count"], digits=4) or 0) <= _MOST:
        found["count"] = _("A whole number from 1 to %(most)s.", most=_MOST)
    if _value(scope, form) is None:
        found["value"] = _("A percentage up to 100, or an amount above zero.")
    if form["prefix"] and not (form["prefix"].replace("-", "").isalnum() and len(form["prefix"]) <= 12):
        found["prefix"] = _("Letters, digits and hyphens, at most 12.")
    if form["ends_on"] and (_end(scope, form) or utc_now()) <= utc_now():
        found["ends_on"] = _("A day that is not over yet.")
    return found


def _offer(scope: ShopScope, form: Mapping[str, str], now: datetime) -> MakeDiscount:
    value, is_share = _value(scope, form) or Decimal(0), form["kind"] == "percentage"
    return MakeDiscount(
        code="",
        title=form["name"],
        starts_at=now.replace(microsecond=0),
        ends_at=_end(scope, form),
        percentage=f"{value:f}" if is_share else None,
        amount=None if is_share else Money.parse(f"{value:f}", scope.shop.currency).minor,
        currency=None if is_share else scope.shop.currency,
        combines=("order", "product", "shipping") if form["combines"] else (),
    )


def _value(scope: ShopScope, form: Mapping[str, str]) -> Decimal | None:
    """Percent, or units of the shop's currency; None where it is neither."""
    is_share = form["kind"] == "percentage"
    try:
        minor = Money.parse(form["value"].replace(",", "."), "EUR" if is_share else scope.shop.currency)
    except BadInput:
        return None
    value = minor.decimal
    return value if 0 < value <= (100 if is_share else 10**9) else None


def _end(scope: ShopScope, form: Mapping[str, str]) -> datetime | None:
    """The end of the day as the shop counts it; None for never, and for what is no day."""
    try:
        day = date.fromisoformat(form["ends_on"]) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), ZoneInfo(scope.shop.timezone)).astimezone(UTC)
