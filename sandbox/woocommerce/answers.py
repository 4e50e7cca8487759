"""How answers leave: WordPress's JSON, the headers of lists, and only the fields that were asked for."""

import codecs
import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Response, request

from sandbox.woocommerce.params import Paging, unsigned

Body = dict[str, Any]
NO_CACHE = {
    "Expires": "Wed, 11 Jan 1984 05:00:00 GMT",
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
}


def encode(thing: Any) -> bytes:
    """As PHP does it: slashes and everything beyond ASCII escaped."""
    return msgspec.json.encode(thing).replace(b"/", b"\\/").decode().encode("ascii", "json")


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("json", _escaped)


def answer(thing: Any, status: int = 200, headers: dict[str, str] | None = None, allow: str = "GET") -> Response:
    response = Response(encode(thing), status, content_type="application/json; charset=UTF-8")
    response.headers.update({"X-Robots-Tag": "noindex", "Allow": allow, **NO_CACHE})
    response.headers.update(headers or {})
    return response


def paging_headers(home_url: str, paging: Paging, total: int, is_empty_past_end: bool) -> dict[str, str]:
    """Totals and links; orders and refunds forget their totals past the end."""
    pages = -(-total // paging.per_page)
    if is_empty_past_end and paging.start >= total:
        total = pages = 0
    headers = {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
    links = []
    if paging.page > 1:
        links.append(_link(home_url, min(paging.page - 1, pages), "prev"))
    if paging.page < pages:
        links.append(_link(home_url, paging.page + 1, "next"))
    return headers | ({"Link": ", ".join(links)} if links else {})


def _link(home_url: str, page: int, rel: str) -> str:
    asked = [*unsigned(request.args, "page"), ("page", str(page))]
    return f'<{home_url}{request.path}?{urlencode(asked)}>; rel="{rel}"'


def only_fields(bodies: list[Body], wanted: Sequence[str]) -> list[Body]:
    """`_fields`: names, and with a dot the names inside."""
    if not wanted:
        return bodies
    tree: dict[str, list[str]] = {}
    for name in wanted:
        top, _, rest = name.partition(".")
        tree.setdefault(top, []).extend([rest] if rest else [])
    return [_prune(body, tree) for body in bodies]


def _prune(body: Body, tree: dict[str, list[str]]) -> Body:
    pruned: Body = {}
    for name, value in body.items():
        if name in tree:
            inner = tree[name]
            pruned[name] = only_fields([value], inner)[0] if inner and isinstance(value, dict) else value
    return pruned


def links(home_url: str, path: str, up: str | None = None, methods: str = "GET, POST, PUT, PATCH, DELETE") -> Body:
    base = f"{home_url}/wp-json/wc/v3"
    self_link = {"href": f"{base}/{path}", "targetHints": {"allow": methods.split(", ")}}
    collection = {"href": f"{base}/{path.rpartition('/')[0]}"}
    body: Body = {"self": [self_link], "collection": [collection]}
    return body | ({"up": [{"href": f"{base}/{up}"}]} if up else {})
