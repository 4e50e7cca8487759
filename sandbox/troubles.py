"""Requests that go wrong on purpose: 429, 500, 503, a page of HTML, an answer that takes its time or breaks off."""

import socket
import time
from collections.abc import Iterator

from flask import Blueprint, Response, request

from sandbox.faults import Faults

# a cache's or a firewall's page, which hosts and security plugins put before a shop, whatever status it comes with
PAGES = {"page_200": 200, "page_403": 403, "page_503": 503}
PAGE = (
    "<!DOCTYPE html>\n<html><head><title>One moment, please...</title></head><body>Checking your browser.</body></html>"
)


class Troubles:
    """Meets the requests whose path begins with one of `met`."""

    def __init__(self, faults: Faults, met: tuple[str, ...], limited: str) -> None:
        self.faults, self.met, self.limited = faults, met, limited

    def stand_before(self, face: Blueprint) -> None:
        face.before_request(self.trouble)
        face.after_request(self.broken_off)

    def trouble(self) -> Response | None:
        """The answer of a platform that has no time; None where it has."""
        strikes = self.faults.strikes
        if not request.path.startswith(self.met):
            return None
        if strikes("slow"):
            time.sleep(self.faults.seconds)
        if strikes("limited"):
            return Response(self.limited, 429, {"Retry-After": f"{self.faults.seconds:.1f}"})
        if strikes("error"):
            return Response("Internal Server Error", 500)
        if strikes("unavailable"):
            return Response("Service Unavailable", 503)
        page = next((status for switch, status in PAGES.items() if strikes(switch)), None)
        return None if page is None else Response(PAGE, page)

    def broken_off(self, response: Response) -> Response:
        """The same answer, or half of it, and the connection cut."""
        if not request.path.startswith(self.met) or response.status_code >= 300 or not self.faults.strikes("cut"):
            return response
        response.direct_passthrough = False
        whole = response.get_data()
        cut = Response(_half(whole, request.environ.get("werkzeug.socket")), response.status_code, response.headers)
        cut.headers["Content-Length"] = str(len(whole))
        return cut


def _half(whole: bytes, connection: socket.socket | None) -> Iterator[bytes]:
    yield whole[: len(whole) // 2]
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
