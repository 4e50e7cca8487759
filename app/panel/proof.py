"""The proof: what both sides have of each day, what differed and was mended, and a report that can be checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from app.db.scope import ShopScope
from app.errors import NotFound, Refused
from app.journal.queries import head
from app.lib.clock import utc_now
from app.lib.i18n import _, locale
from app.operations import report
from app.panel.blueprint import PAGE, bp
from app.panel.health import holding
from app.proof import queries, wording
from app.proof.models import Finding, ProvedDay
from app.proof.sides import Side, side, sum_of
from app.reasons import Reason
from app.web import paging
from app.web.filters import money, today
from app.web.pages import done
from app.web.roof import roof
from app.web.shop_page import shop_action, shop_page
from sync.reconcile.begin import request as request_proof

_LATEST = 10  # of what differed
_LARGEST = 1_000_000  # bytes of a report that is checked


@dataclass(frozen=True)
class Square:
    """A day of the calendar. state: that of its row; none: it was not held together yet."""

    day: date
    row: ProvedDay | None

    @property
    def state(self) -> str:
        return self.row.state if self.row else "none"


@bp.get("/connections/proof")
@shop_page
def proof(scope: ShopScope) -> ResponseReturnValue:
    now, on = utc_now(), today(scope.shop)
    days = queries.days(scope, on)
    squares = calendar(days, on)
    work = [holding(row, now) for row in queries.under_way(scope)]
    return render_template(
        "panel/proof/show.html",
        standing=queries.standing(scope, on),
        squares=squares,
        first_place=(squares[0].day.weekday() - locale().first_week_day) % 7 + 1,
        week=weekdays(),
        green=sum(day.state == "green" for day in days),
        compared=len(days),
        in_shop=sum_of(day.there for day in days),
        in_regulars=sum_of(day.here for day in days),
        notable=[day for day in reversed(days) if is_notable(day, on)],
        things=[(row, side(row.there).count, side(row.here).count) for row in queries.things(scope)],
        found=queries.found_since(scope, now - timedelta(days=queries.SHOWN)),
        findings=queries.findings(scope, _LATEST),
        told=queries.first_told(scope, on - timedelta(days=queries.SHOWN)),
        work=work,
        latest=queries.latest(scope),
        head=head(scope),
        may_prove=_may_prove(scope),
    )


@bp.get("/connections/proof/days/<day>")
@shop_page
def proof_day(scope: ShopScope, day: str) -> ResponseReturnValue:
    on = _day(day)
    row = queries.day_of(scope, on)
    in_shop, in_regulars = (side(row.there), side(row.here)) if row else (Side(), Side())
    before = paging.number(paging.read(request.args.get("after")))
    rows = queries.findings(scope, PAGE + 1, before, day=on)
    return render_template(
        "panel/proof/day.html",
        on=on,
        row=row,
        in_shop=in_shop,
        in_regulars=in_regulars,
        spoken=sorted(in_shop.money.keys() | in_regulars.money.keys()),
        page=paging.cut(rows, PAGE, lambda one: (one.id,)),
        known=Reason("analytics").kept(),
        head=head(scope, on),
    )


@bp.get("/connections/proof/findings")
@shop_page
def findings(scope: ShopScope) -> ResponseReturnValue:
    only_open = request.args.get("filter") == "open"
    before = paging.number(paging.read(request.args.get("after")))
    rows = queries.findings(scope, PAGE + 1, before, only_open=only_open)
    page = paging.cut(rows, PAGE, lambda one: (one.id,))
    return render_template("panel/proof/findings.html", page=page, only_open=only_open)


@bp.post("/connections/proof")
@shop_action
def prove_now(scope: ShopScope) -> ResponseReturnValue:
    if not _may_prove(scope):
        raise Refused(_("Shop and Regulars can be compared once the shop is connected and its history is copied."))
    request_proof(scope, "asked", utc_now())
    return done("proving", "panel.proof")


@bp.get("/connections/proof/report.txt")
@shop_page
def download_report(scope: ShopScope) -> ResponseReturnValue:
    answer = make_response(report.write(scope, roof().context.keyring, utc_now()))
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{report_name(utc_now())}"'
    return answer


@bp.get("/connections/proof/check")
@shop_page
def check_report(scope: ShopScope) -> ResponseReturnValue:
    return render_template("panel/proof/check.html", verdict=None)


@bp.post("/connections/proof/check")
@shop_action
def check_given_report(scope: ShopScope) -> ResponseReturnValue:
    given = request.files.get("report")
    text = given.read(_LARGEST) if given else b""
    return render_template("panel/proof/check.html", verdict=report.check(scope, roof().context.keyring, text))


@bp.app_template_global()
def report_name(now: datetime | None = None) -> str:
    return f"regulars-proof-{now or utc_now():%Y-%m-%d}.txt"


bp.app_template_filter("record")(wording.record)
bp.app_template_filter("differs")(wording.what)


@bp.app_template_filter()
def value_of(said: str | None, one: Finding) -> str:
    return wording.value(one, said, money)


def calendar(days: Sequence[ProvedDay], on: date) -> list[Square]:
    """The last 90 days, today last."""
    rows = {row.day: row for row in days}
    shown = [on - timedelta(days=back) for back in reversed(range(queries.SHOWN))]
    return [Square(day, rows.get(day)) for day in shown]


def weekdays() -> list[str]:
    """The short names of a week's days, from the one that a reader's week begins with."""
    names = locale().days["stand-alone"]["abbreviated"]
    return [names[(locale().first_week_day + place) % 7] for place in range(7)]


def is_notable(row: ProvedDay, on: date) -> bool:
    """That today is not over is no news."""
    return bool(row.differences or row.question or (row.state != "green" and row.day < on))


def _may_prove(scope: ShopScope) -> bool:
    return scope.shop.state == "active" and scope.shop.backfilled_at is not None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise NotFound(_("There is no such day.")) from error
