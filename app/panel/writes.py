"""What is written to the shop: what waits, what is through, what was refused and why, with a button to try again."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.db.scope import ShopScope
from app.lib.clock import utc_now
from app.panel.blueprint import PAGE, bp
from app.web import paging
from app.web.pages import done
from app.web.shop_page import shop_action, shop_page
from app.writes.actions import retry
from app.writes.models import PlatformWrite
from app.writes.queries import counts, writes


@bp.get("/connections/writes")
@shop_page
def platform_writes(scope: ShopScope) -> ResponseReturnValue:
    only_attention = request.args.get("filter") == "attention"
    before = paging.number(paging.read(request.args.get("after")))
    page = paging.cut(writes(scope, before, PAGE + 1, only_attention), PAGE, lambda write: (write.id,))
    return render_template(
        "panel/writes/list.html", page=page, counts=counts(scope), only_attention=only_attention, of=_of
    )


@bp.post("/connections/writes/<id:write_id>/retry")
@shop_action
def retry_write(scope: ShopScope, write_id: int) -> ResponseReturnValue:
    retry(scope, write_id, utc_now())
    return done("trying", "panel.platform_writes")


def _of(write: PlatformWrite) -> str:
    """What a write is about, in data alone."""
    change: dict[str, Any] = write.payload or {}
    if "tags" in change:
        return f"{write.subject}: {', '.join(change['tags'])}"
    if "codes" in change:
        return f"{write.subject} · {len(change['codes'])}"
    return change.get("title") or write.subject
