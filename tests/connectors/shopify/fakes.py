"""A session that answers from a script, and answers as Shopify writes them."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import requests

from connectors.shopify.pages import KINDS
from connectors.shopify.queries import document

Scripted = requests.Response | Exception | Callable[[dict[str, Any]], requests.Response]
STATUS = {"maximumAvailable": 2000.0, "currentlyAvailable": 1990, "restoreRate": 100.0}


def response(status: int, body: bytes | dict[str, Any] = b"", **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made.raw = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return made


def answer(data: object, *, errors: list[Any] | None = None, cost: float = 10, **status: float) -> requests.Response:
    extensions = {"cost": {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": STATUS | status}}
    body = {"data": data, "extensions": extensions}
    return response(200, body | ({"errors": errors} if errors else {}))


def throttled(cost: float, available: float, rate: float) -> requests.Response:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": rate}
    error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
    return response(
        200, {"errors": [error], "extensions": {"cost": {"requestedQueryCost": cost, "throttleStatus": status}}}
    )


class FakeSession(requests.Session):
    """Hands out what was scripted, in turn; remembers what was asked. files: what GET finds, by address; listed: the
    bulk operations that the shop knows; kept_back: its errors beside them."""

    def __init__(self, *script: Scripted) -> None:
        super().__init__()
        self._script: Iterator[Scripted] = iter(script)
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str] = []
        self.token_requests = 0
        self.files: dict[str, requests.Response | Callable[[str], requests.Response | Exception]] = {}
        self.listed: list[dict[str, Any]] = []
        self.kept_back: list[dict[str, Any]] = []

    def post(self, url: str, data: Any = None, **options: Any) -> requests.Response:  # type: ignore[override]
        if url.endswith("/oauth/access_token"):
            self.token_requests += 1
            return response(200, {"access_token": f"token-{self.token_requests}", "expires_in": 86_399})
        self.tokens.append(options["headers"]["X-Shopify-Access-Token"])
        asked = json.loads(data)
        if asked["query"].startswith("query BulkList"):
            return answer({"bulkOperations": {"nodes": self.listed}})
        for kind in KINDS.values():  # which fields are refused, asked beside a file
            if asked["query"] == document(kind.document) and asked["variables"]["first"] == kind.at_once:
                nothing = {"nodes": [], "pageInfo": {"hasNextPage": False}}
                return answer({kind.field: nothing}, errors=self.kept_back)
        self.asked.append(asked)
        scripted = next(self._script)
        if isinstance(scripted, Exception):
            raise scripted
        return scripted if isinstance(scripted, requests.Response) else scripted(asked)

    def get(self, url: str, **options: Any) -> requests.Response:  # type: ignore[override]
        found = self.files[url]
        answered = found if isinstance(found, requests.Response) else found(options["headers"].get("Range", ""))
        if isinstance(answered, Exception):
            raise answered
        return answered
