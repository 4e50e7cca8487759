"""The customers: the list with its search, and one of them with everything that happened."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.commerce import queries as commerce
from app.commerce.models import Customer
from app.commerce.search import SORTS, Sort, find
from app.consent.queries import consents_of
from app.db.scope import ShopScope
from app.lib.i18n import country
from app.loyalty.actions import balance
from app.panel.blueprint import PAGE, bp
from app.panel.timeline import timeline
from app.segments.explain import explain
from app.segments.queries import segments_of
from app.web import paging
from app.web.shop_page import shop_page

_ADDRESS = ("company", "address1", "address2")


@bp.get("/customers")
@shop_page
def customers(scope: ShopScope) -> ResponseReturnValue:
    q = request.args.get("q", "").strip()[:100]
    sort: Sort = next((s for s in SORTS if s == request.args.get("sort")), "net")
    found = find(scope, q, sort, paging.read(request.args.get("after")), PAGE + 1)
    page = paging.cut(found, PAGE, lambda row: row.key)
    total = commerce.count_customers(scope)
    return render_template("panel/customers/list.html", q=q, sort=sort, page=page, total=total)


@bp.get("/customers/<id:customer_id>")
@shop_page
def customer(scope: ShopScope, customer_id: int) -> ResponseReturnValue:
    person = scope.get(Customer, customer_id)
    return render_template(
        "panel/customers/show.html",
        customer=person,
        stats=commerce.stats_of(scope, person.id),
        points_balance=balance(scope, person.id),
        segments=[(each, explain(scope, each.text, person.id)) for each, _since in segments_of(scope, person.id)],
        consents=consents_of(scope, person.id, (person.email, person.phone)),
        address=_address(person),
        page=timeline(scope, person, paging.read(request.args.get("after"))),
    )


def _address(customer: Customer) -> list[str]:
    """The lines of an envelope, those that are known."""
    at = customer.address or {}
    town = " ".join(str(at[part]) for part in ("zip", "city") if at.get(part))
    land = country(str(at["country_code"])) if at.get("country_code") else ""
    region = ", ".join(part for part in (str(at.get("province") or ""), land) if part)
    return [line for line in (*(str(at.get(part, "")) for part in _ADDRESS), town, region) if line]
