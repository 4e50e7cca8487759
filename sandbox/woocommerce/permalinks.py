"""`/?rest_route=/wc/v3/orders` means `/wp-json/wc/v3/orders`, with pretty permalinks and without; the page where keys
are approved has such an address too."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Permalinks:
    def __init__(self, app: "WSGIApplication", is_plain: bool = False) -> None:
        self.app, self.is_plain = app, is_plain

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        if self.is_plain and environ.get("PATH_INFO", "").startswith(("/wp-json", "/wc-auth")):
            start("200 OK", [("Content-Type", "text/html; charset=UTF-8")])
            return [b"<!DOCTYPE html><title>Shop</title>"]
        if environ.get("PATH_INFO") == "/" and "rest_route=" in query:
            environ["sandbox.uri"] = f"/?{query}"  # as it was called: the key check reads it
            environ["sandbox.path"] = ""  # what is signed is the home without a slash
            environ["PATH_INFO"] = "/wp-json" + parse_qs(query)["rest_route"][0]
        elif environ.get("PATH_INFO") == "/" and "wc-auth-route=" in query:
            environ["PATH_INFO"] = "/wc-auth/v1/" + parse_qs(query)["wc-auth-route"][0]
        return self.app(environ, start)
