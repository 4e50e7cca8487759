"""Senders that post at once over connections of their own, and how long each answer took.

One thread, sockets and requests that need only a number filled in: what is measured is the server beside it.
"""

import selectors
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class Sent:
    """took: of each answer, in seconds, the quickest first."""

    took: list[float]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds

    @property
    def p99_ms(self) -> float:
        return 1000 * self.took[int(len(self.took) * 0.99)]


@dataclass(frozen=True)
class Post:
    """What is posted where. `{number}` in a header's value is another one each time."""

    address: str
    headers: Mapping[str, str]
    body: bytes

    def parts(self) -> list[bytes]:
        """The request as sent, cut where a number goes."""
        to = urlsplit(self.address)
        said = {"Host": to.netloc, "Content-Length": str(len(self.body)), **self.headers}
        lines = [f"POST {to.path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
        *before, last = "\r\n".join(lines).split("{number}")
        return [*(part.encode() for part in before), last.encode() + self.body]


def for_seconds(post: Post, senders: int, seconds: float) -> Sent:
    """Each sender posts as soon as it was answered, until the time is over."""
    until = time.monotonic() + seconds
    return _send(post, [_while(until, sender) for sender in range(senders)])


def so_many(post: Post, senders: int, posts: int) -> Sent:
    """All posts in one burst. Raises RuntimeError where one is not answered 200."""
    return _send(post, [iter(range(sender, posts, senders)) for sender in range(senders)])


@dataclass
class _Sender:
    line: socket.socket
    parts: list[bytes]
    numbers: Iterator[int]
    began: float = 0.0
    answer: bytes = field(default=b"", repr=False)

    def post(self) -> bool:
        """False: it has posted all."""
        number = next(self.numbers, None)
        if number is None:
            return False
        self.answer, self.began = b"", time.monotonic()
        self.line.sendall(str(number).encode().join(self.parts))
        return True

    def is_answered(self) -> bool:
        received = self.line.recv(65536)
        self.answer += received
        head, is_whole, _ = self.answer.partition(b"\r\n\r\n")
        if not received or (is_whole and (not head.startswith(b"HTTP/1.1 200") or b"content-length: 0" not in head)):
            raise RuntimeError(f"it answered {self.answer[:300]!r}")
        return bool(is_whole)


def _send(post: Post, turns: list[Iterator[int]]) -> Sent:
    to, parts = urlsplit(post.address), post.parts()
    took: list[float] = []
    with selectors.DefaultSelector() as selector:
        began = time.monotonic()
        for numbers in turns:
            line = socket.create_connection((to.hostname or "", to.port or 80), timeout=_PATIENCE)
            sender = _Sender(line, parts, numbers)
            selector.register(line, selectors.EVENT_READ, sender)
            _go_on(selector, sender)
        while selector.get_map():
            took += _answers(selector)
    return Sent(sorted(took), time.monotonic() - began)


def _answers(selector: selectors.BaseSelector) -> Iterator[float]:
    """How long those took that are there now."""
    ready = selector.select(_PATIENCE)
    if not ready:
        raise RuntimeError(f"nothing was answered for {_PATIENCE:.0f} seconds")
    for key, _ in ready:
        sender: _Sender = key.data
        if sender.is_answered():
            yield time.monotonic() - sender.began
            _go_on(selector, sender)


def _go_on(selector: selectors.BaseSelector, sender: _Sender) -> None:
    if not sender.post():
        selector.unregister(sender.line)
        sender.line.close()


def _while(until: float, sender: int) -> Iterator[int]:
    """Numbers that no other sender has."""
    number = sender << 32
    while time.monotonic() < until:
        yield number
        number += 1
