"""Starting and ending the mailbox: one SMTP server, one web server."""

import argparse
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from werkzeug.serving import make_server

from sandbox.mailbox.pages import create_app
from sandbox.mailbox.smtp import CatchingServer
from sandbox.mailbox.store import Mailbox


@dataclass(frozen=True)
class Running:
    box: Mailbox
    smtp_url: str
    url: str


@contextmanager
def running(smtp_port: int = 0, port: int = 0) -> Iterator[Running]:
    """Both servers on loopback for as long as the block lasts; port 0 takes a free one."""
    box = Mailbox()
    smtp = CatchingServer(box, smtp_port)
    web = make_server("127.0.0.1", port, create_app(box), threaded=True)
    thread = threading.Thread(target=web.serve_forever, name="mailbox")
    try:
        smtp.start()
        thread.start()
        yield Running(box, f"smtp://127.0.0.1:{smtp.port}", f"http://127.0.0.1:{web.server_port}")
    finally:
        if thread.is_alive():
            web.shutdown()
            thread.join()
        web.server_close()
        smtp.stop(no_assert=True)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.mailbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args(argv)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with running(asked.smtp_port, asked.port) as mailbox:
        print(f"ready {mailbox.smtp_url} {mailbox.url}", flush=True)
        ended.wait()
    return 0
