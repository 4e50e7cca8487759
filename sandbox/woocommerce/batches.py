"""`batch` routes: each of the things asked for is done as if alone, and told alone when it cannot be."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request

from sandbox.woocommerce.answers import Body, answer
from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.house import House

MOST = 100
View = Callable[..., Response]


class Batches:
    """Of a resource: how one is made, changed, deleted."""

    def __init__(self, house: House, resource: str, create: View, update: View, delete: View) -> None:
        self.acts = {"create": create, "update": update, "delete": delete}
        house.route("POST", f"{resource}/batch", self.run, "POST, PUT, PATCH")

    def run(self) -> Response:
        asked = request.get_json(silent=True) or {}
        if sum(len(asked.get(name) or ()) for name in self.acts) > MOST:
            message = f"Unable to accept more than {MOST} items for this request."
            raise ApiError(413, "woocommerce_rest_request_entity_too_large", message)
        return answer({name: [self._one(name, row) for row in asked[name]] for name in self.acts if asked.get(name)})

    def _one(self, name: str, row: Any) -> Body:
        wanted = row if isinstance(row, dict) else {"id": row}
        number = int(wanted.get("id") or 0)
        places = {} if name == "create" else {"number": number}
        with current_app.test_request_context(method="POST", json=wanted, query_string={"force": "true"}):
            try:
                body: Body = self.acts[name](**places).get_json()
            except ApiError as error:
                return {"id": number, "error": error.body}
        return body
