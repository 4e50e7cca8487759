"""WordPress's tools for personal data: what the plugin asks, and what it makes of the answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
import requests
from flask import Flask, request
from flask.typing import ResponseReturnValue

from tests.extensions.woocommerce.conftest import KEY, SECRET, WordPress
from tests.serving import serving

EMAIL = "ada@example.com"
GROUP = {"group_id": "regulars-orders", "group_label": "Orders", "item_id": "order-1"}


@dataclass
class Listener:
    """Stands where Regulars does: what it was asked, and what it says."""

    wordpress: WordPress
    asked: list[tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    says: ResponseReturnValue = ("", 500)

    def tool(self, kind: str, page: int = 1) -> Any:
        """The plugin's exporter or eraser, as WordPress calls it: its answer, or the code of its WP_Error."""
        code = (
            f"$all = apply_filters( 'wp_privacy_personal_data_{kind}s', array() );"
            f"$said = call_user_func( $all['regulars']['callback'], '{EMAIL}', {page} );"
            "echo wp_json_encode( is_wp_error( $said ) ? $said->get_error_code() : $said );"
        )
        return json.loads(self.wordpress.php(code))


@pytest.fixture
def listener(activated: WordPress) -> Iterator[Listener]:
    app, found = Flask("regulars"), Listener(activated)

    @app.post("/plugin/woocommerce/7251946/<what>")
    def privacy(what: str) -> ResponseReturnValue:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="regulars")
        found.asked.append((what, request.get_json(), claims))
        return found.says

    with serving(app) as port:
        route = f"{activated.home}/wp-json/wc-regulars/v1/connection"
        body = {"shop": "7251946", "url": f"http://127.0.0.1:{port}", "secret": SECRET}
        requests.post(route, json=body, headers=KEY, timeout=30).raise_for_status()
        _leave_a_basket(activated)
        yield found
        requests.delete(route, headers=KEY, timeout=30).raise_for_status()


def _leave_a_basket(wordpress: WordPress) -> None:
    code = (
        "WC()->cart->add_to_cart( 41 ); WC()->customer->set_billing_email( '" + EMAIL + "' );"
        "Regulars\\has_changed( true ); Regulars\\keep_cart();"
    )
    wordpress.php(code)


def test_the_exporter_passes_on_what_regulars_says_beside_its_own_baskets(listener: Listener) -> None:
    listener.says = {"data": [{**GROUP, "data": [{"name": "Total", "value": "12.50 EUR"}]}], "done": False}
    said = listener.tool("exporter")
    assert [part["group_id"] for part in said["data"]] == ["regulars-baskets", "regulars-orders"]
    assert {"name": "E-mail", "value": EMAIL} in said["data"][0]["data"]
    assert said["done"] is False
    what, question, claims = listener.asked[0]
    assert (what, question) == ("export", {"email": EMAIL, "page": 1})
    assert (claims["sub"], claims["iss"], claims["exp"] - claims["iat"]) == ("1", listener.wordpress.home, 60)
    assert [part["group_id"] for part in listener.tool("exporter", 2)["data"]] == ["regulars-orders"]


def test_the_eraser_erases_there_and_here(listener: Listener) -> None:
    listener.says = {"items_removed": True, "items_retained": True, "messages": ["Kept: 1 invoice."], "done": True}
    assert listener.tool("eraser") == listener.says
    assert listener.asked[0][0] == "erase"
    assert listener.wordpress.sql("SELECT count(*) FROM wp_regulars_baskets").strip() == "0"


def test_without_an_answer_nothing_is_said_to_be_erased(listener: Listener) -> None:
    listener.says = ("", 503)
    assert listener.tool("eraser") == "regulars_privacy"
    assert listener.tool("exporter") == "regulars_privacy"
    assert listener.wordpress.sql("SELECT count(*) FROM wp_regulars_baskets").strip() == "1"
