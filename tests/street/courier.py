"""A patient platform: it takes what the shops deliver, and brings it to a house until the house says 200."""

import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from connectors import CONNECTORS

_CARRIERS = 4


@dataclass(frozen=True)
class Parcel:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        """What the house keeps it under."""
        return CONNECTORS[self.path.split("/")[2]].delivery_key(self.headers, self.body)


class Courier:
    """What came since the last house waits; what belongs to another house is dropped."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[Parcel] = queue.Queue()
        self.answered: list[str] = []  # keys of what was answered 200
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @contextmanager
    def delivering(self, port: int, shop_id: int) -> Iterator[None]:
        """Carry to the house at a port; shop_id: which of WooCommerce's webhooks are its own."""
        self.answered, self.waiting = [], queue.Queue()
        ours = ("/webhooks/shopify", f"/webhooks/woocommerce/{shop_id}")
        stop = threading.Event()
        carriers = [threading.Thread(target=self._carry, args=[stop, port, ours]) for _ in range(_CARRIERS)]
        for carrier in carriers:
            carrier.start()
        try:
            yield
        finally:
            stop.set()
            for carrier in carriers:
                carrier.join()

    @property
    def is_done(self) -> bool:
        return self.waiting.unfinished_tasks == 0

    def _carry(self, stop: threading.Event, port: int, ours: tuple[str, ...]) -> None:
        while not stop.is_set():
            try:
                parcel = self.waiting.get(timeout=0.1)
            except queue.Empty:
                continue
            if parcel.path in ours and not self._deliver(parcel, port):
                self.waiting.put(parcel)
                time.sleep(0.05)
            self.waiting.task_done()

    def _deliver(self, parcel: Parcel, port: int) -> bool:
        try:
            answer = requests.post(
                f"http://127.0.0.1:{port}{parcel.path}", data=parcel.body, headers=dict(parcel.headers), timeout=5
            )
        except requests.RequestException:
            return False
        if answer.status_code == 200:
            self.answered.append(parcel.key)
        return answer.status_code == 200


def _handler(courier: Courier) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get_content_type() == "application/json":  # else a ping
                kept = {name: value for name, value in self.headers.items() if name.startswith(("X-", "Content-Type"))}
                courier.waiting.put(Parcel(self.path, kept, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    return Door
