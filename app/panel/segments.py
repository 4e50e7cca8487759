"""Segments: the list, one with its members, and making or changing one with its size told beforehand."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.db.scope import ShopScope
from app.errors import BadInput
from app.lib.clock import utc_now
from app.lib.i18n import _
from app.panel.blueprint import PAGE, bp
from app.segments.audience import count, registry
from app.segments.membership import save
from app.segments.models import Segment
from app.segments.queries import all_segments, in_words, members
from app.web import paging
from app.web.forms import words
from app.web.pages import done
from app.web.shop_page import shop_action, shop_page

_EXAMPLES = {
    "orders_count": "orders_count >= 3",
    "net_spent": "net_spent > 1000.00",
    "last_order": "last_order >= 2026-11-01",
    "country": "country = DE",
}


@bp.get("/segments")
@shop_page
def segments(scope: ShopScope) -> ResponseReturnValue:
    rows = [(segment, in_words(segment.text, scope.shop.currency)) for segment in all_segments(scope)]
    return render_template("panel/segments/list.html", segments=rows)


@bp.get("/segments/new")
@shop_page
def new_segment(scope: ShopScope) -> ResponseReturnValue:
    return _form(scope, None, {"name": "", "text": request.args.get("text", "orders_count >= 3")}, {})


@bp.get("/segments/<id:segment_id>")
@shop_page
def segment(scope: ShopScope, segment_id: int) -> ResponseReturnValue:
    found = scope.get(Segment, segment_id)
    return _form(scope, found, {"name": found.name, "text": found.text}, {})


@bp.post("/segments/count")
@shop_page
def count_segment(scope: ShopScope) -> ResponseReturnValue:
    """How many a text that is being written describes; what cannot be read yet is said, not an error."""
    return render_template("panel/segments/count.html", **_counted(scope, request.form.get("text", "")))


@bp.post("/segments")
@shop_action
def make_segment(scope: ShopScope) -> ResponseReturnValue:
    return _save(scope, None)


@bp.post("/segments/<id:segment_id>")
@shop_action
def save_segment(scope: ShopScope, segment_id: int) -> ResponseReturnValue:
    return _save(scope, scope.get(Segment, segment_id))


def _save(scope: ShopScope, old: Segment | None) -> ResponseReturnValue:
    form = {"name": request.form.get("name", "").strip(), "text": request.form.get("text", "").strip()}
    if any(other.name == form["name"] and other is not old for other in all_segments(scope)):
        return _form(scope, old, form, {"name": _("Another segment has this name.")})
    try:
        saved = save(scope, form["name"], form["text"], utc_now(), old)
    except BadInput as error:
        return _form(scope, old, form, {"name": words(error)} if error.where == "name" else {"text": str(error)})
    return done("saved" if old else "made", "panel.segment", segment_id=saved.id)


def _form(scope: ShopScope, old: Segment | None, form: dict[str, str], errors: dict[str, str]) -> ResponseReturnValue:
    page = render_template(
        "panel/segments/show.html",
        segment=old,
        form=form,
        errors=errors,
        page=_members(scope, old) if old else None,
        conditions=[(name, _(module.label), _EXAMPLES.get(name, name)) for name, module in registry().items()],
        **_counted(scope, form["text"]),
    )
    return page, 422 if errors else 200


def _members(scope: ShopScope, segment: Segment) -> paging.Slice[Any]:
    after = paging.read(request.args.get("after"))
    rows = members(scope, segment.id, paging.number(after), PAGE + 1)
    return paging.cut(rows, PAGE, lambda row: [str(row[0].id)])


def _counted(scope: ShopScope, text: str) -> dict[str, Any]:
    try:
        return {"matching": count(scope, text), "words": in_words(text, scope.shop.currency)} if text.strip() else {}
    except BadInput as error:
        return {"error": str(error)}
