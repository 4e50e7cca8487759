"""Requests that go wrong on purpose: 429, 500, an answer that takes its time, one that breaks off in the middle."""

import socket
import time
from collections.abc import Iterator

from flask import Response, request

from sandbox.faults import Faults

MET = ("/admin/api/", "/_bulk/")


def trouble(faults: Faults) -> Response | None:
    """The answer of a platform that has no time; None where it has."""
    if not request.path.startswith(MET):
        return None
    if faults.strikes("limited"):
        return Response('{"errors": "Exceeded 2 calls per second."}', 429, {"Retry-After": f"{faults.seconds:.1f}"})
    if faults.strikes("error"):
        return Response("Internal Server Error", 500)
    if faults.strikes("slow"):
        time.sleep(faults.seconds)
    return None


def broken_off(faults: Faults, response: Response) -> Response:
    """The same answer, or half of it, and the connection cut."""
    if not request.path.startswith(MET) or response.status_code >= 300 or not faults.strikes("cut"):
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
