"""Flows: what each brought, its mail as it will look, and who entered and how it ended."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.commerce.models import Checkout
from app.db.scope import ShopScope
from app.errors import BadInput
from app.flows.actions import change, switch
from app.flows.models import Flow
from app.flows.queries import STATES, all_flows, enrollments, newest_checkout, outcomes
from app.flows.recovery import facts
from app.lib.clock import utc_now
from app.lib.i18n import _
from app.mail.models import Sender
from app.mail.queries import sender
from app.mail.render import Rendered, compile_mail, render
from app.panel.blueprint import PAGE, bp
from app.web import paging
from app.web.forms import whole_number, words
from app.web.pages import done
from app.web.roof import roof
from app.web.shop_page import shop_action, shop_page

_UNITS = {"minutes": 1, "hours": 60, "days": 1440}
_URLS = {"recovery_url": "#", "unsubscribe_url": "#"}  # a preview's links lead nowhere


@bp.get("/flows")
@shop_page
def flows(scope: ShopScope) -> ResponseReturnValue:
    rows = [(flow, outcomes(scope, flow.id)) for flow in all_flows(scope)]
    return render_template("panel/flows/list.html", flows=rows)


@bp.get("/flows/<id:flow_id>")
@shop_page
def flow(scope: ShopScope, flow_id: int) -> ResponseReturnValue:
    found = scope.get(Flow, flow_id)
    return _page(scope, found, _form(found, {}), {})


@bp.post("/flows/<id:flow_id>")
@shop_action
def save_flow(scope: ShopScope, flow_id: int) -> ResponseReturnValue:
    found = scope.get(Flow, flow_id)
    form = _form(found, request.form)
    try:
        change(
            scope,
            found,
            utc_now(),
            wait_minutes=(whole_number(form["wait"], digits=5) or 0) * _UNITS.get(form["unit"], 0),
            subject=form["subject"],
            blocks=form["blocks"],
        )
    except BadInput as error:
        where = error.where if error.where in ("wait_minutes", "subject") else "mail"
        return _page(scope, found, form, {where: str(error) if where == "mail" else words(error)})
    return done("saved", "panel.flow", flow_id=found.id)


@bp.post("/flows/<id:flow_id>/switch")
@shop_action
def switch_flow(scope: ShopScope, flow_id: int) -> ResponseReturnValue:
    found = scope.get(Flow, flow_id)
    is_on = request.form.get("is_on") == "on"
    switch(scope, found, is_on, utc_now())
    return done("turned-on" if is_on else "turned-off", "panel.flow", flow_id=found.id)


def _form(flow: Flow, given: Mapping[str, str]) -> dict[str, Any]:
    """The flow's own values, each replaced by what was given."""
    blocks = [
        {**block, "text": given.get(f"block-{place}", block["text"])} if "text" in block else block
        for place, block in enumerate(flow.blocks or [], 1)
    ]
    unit = next(name for name in ("days", "hours", "minutes") if flow.wait_minutes % _UNITS[name] == 0)
    return {
        "wait": given.get("wait", flow.wait_minutes // _UNITS[unit]),
        "unit": given.get("unit", unit),
        "subject": given.get("subject", flow.subject),
        "blocks": blocks,
    }


def _page(scope: ShopScope, flow: Flow, form: dict[str, Any], errors: dict[str, str]) -> ResponseReturnValue:
    state = request.args.get("filter", "")
    after = paging.number(paging.read(request.args.get("after")))
    rows = enrollments(scope, flow.id, state if state in STATES else None, after, PAGE + 1)
    page = render_template(
        "panel/flows/show.html",
        flow=flow,
        form=form,
        errors=errors,
        outcomes=outcomes(scope, flow.id),
        hindrances=_hindrances(),
        filter=state,
        page=paging.cut(rows, PAGE, lambda row: [str(row[0].id)]),
        **_preview(scope, form),
    )
    return page, 422 if errors else 200


def _hindrances() -> list[tuple[str, str]]:
    """Why no mail leaves, whatever the flow says, each with what to set for whoever runs the machine."""
    found = []
    if not roof().settings.public_url:
        why = _("No mail is sent yet: this installation has no public address, so the links in a mail could not work.")
        found.append((why, "PUBLIC_URL"))
    if not roof().settings.smtp_url:
        found.append((_("Mails cannot be sent yet: no mail server is set up."), "SMTP_URL"))
    return found


def _preview(scope: ShopScope, form: dict[str, Any]) -> dict[str, Any]:
    """The mail for the shop's newest basket, or for one made up where there is none."""
    real = newest_checkout(scope)
    shown = facts(scope, real or _sample(scope), sender(scope) or _nobody(scope), _URLS)
    try:
        mail: Rendered = render(compile_mail(form["subject"], form["blocks"]), shown)
    except BadInput as error:
        return {"preview": None, "preview_error": str(error)}
    of = _("With the newest basket in your shop.") if real else _("With a basket made up for this page.")
    return {"preview": mail, "preview_of": of}


def _sample(scope: ShopScope) -> Checkout:
    now = utc_now()
    item = {"title": _("A product of yours"), "quantity": 1, "total": 2500}
    currency = scope.shop.currency
    return Checkout(
        shop_id=scope.shop_id,
        external_id="sample",
        currency=currency,
        present_total_minor=2500,
        items=[item],
        created_at=now,
        updated_at=now,
    )


def _nobody(scope: ShopScope) -> Sender:
    return Sender(shop_id=scope.shop_id, name=scope.shop.name, email=scope.shop.email or "")
