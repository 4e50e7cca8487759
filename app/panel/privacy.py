"""Privacy: what people asked for by right, what is kept of one of them to take along, and erasing one for good."""

from typing import Any

from flask import make_response, render_template
from flask.typing import ResponseReturnValue

from app.commerce import queries as commerce
from app.commerce.models import Customer
from app.consent.tombstones import is_pseudonym
from app.db.scope import ShopScope
from app.errors import Refused
from app.lib.clock import utc_now
from app.lib.i18n import _
from app.panel.blueprint import PAGE, bp
from app.privacy import requests
from app.privacy.models import PrivacyRequest
from app.web.pages import done
from app.web.roof import roof
from app.web.shop_page import shop_action, shop_page


@bp.get("/privacy")
@shop_page
def privacy(scope: ShopScope) -> ResponseReturnValue:
    found = requests.requests_of(scope, PAGE)
    return render_template(
        "panel/privacy/list.html",
        requests=found,
        people=commerce.names(scope, [row.customer_id for row in found if row.customer_id]),
        is_working=any(row.state in requests.UNDONE for row in found),
        now=utc_now(),
    )


@bp.get("/privacy/<id:request_id>/export.json")
@shop_page
def download_export(scope: ShopScope, request_id: int) -> ResponseReturnValue:
    said = requests.export_of(scope.get(PrivacyRequest, request_id), roof().context.keyring)
    answer = make_response(said)
    answer.headers["Content-Type"] = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(request_id)}"'
    return answer


@bp.post("/privacy/<id:request_id>/close")
@shop_action
def close_request(scope: ShopScope, request_id: int) -> ResponseReturnValue:
    row = scope.get(PrivacyRequest, request_id)
    if row.state == "ready":
        requests.close(row, "handed over", utc_now())
    return done("saved", "panel.privacy")


@bp.post("/customers/<id:customer_id>/export")
@shop_action
def export_customer(scope: ShopScope, customer_id: int) -> ResponseReturnValue:
    _ask(scope, customer_id, "data_request")
    return done("gathering", "panel.privacy")


@bp.get("/customers/<id:customer_id>/erase")
@shop_page
def confirm_erasure(scope: ShopScope, customer_id: int) -> ResponseReturnValue:
    customer = scope.get(Customer, customer_id)
    if is_pseudonym(customer.external_id):
        raise Refused(_("This person was erased already."))
    return render_template("panel/privacy/erase.html", customer=customer, stats=commerce.stats_of(scope, customer_id))


@bp.post("/customers/<id:customer_id>/erase")
@shop_action
def erase_customer(scope: ShopScope, customer_id: int) -> ResponseReturnValue:
    _ask(scope, customer_id, "customer_redact")
    return done("erasing", "panel.privacy")


@bp.app_template_filter("is_erased")
def is_erased(customer: Customer) -> bool:
    return is_pseudonym(customer.external_id)


@bp.app_template_global()
def file_name(request_id: int) -> str:
    return f"export-{request_id}.json"


def _ask(scope: ShopScope, customer_id: int, kind: Any) -> None:
    requests.ask(scope, roof().context.keyring, scope.get(Customer, customer_id), kind, utc_now())
