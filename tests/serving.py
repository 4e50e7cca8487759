"""A WSGI application served on loopback for as long as a test needs it."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


@contextmanager
def serving(app: "WSGIApplication", port: int = 0, ssl_context: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port on which it answers; 0: any."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet, ssl_context=ssl_context)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
