"""Senders that post at once over connections of their own, and how long each answer took."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Headers = Callable[[int, int], Mapping[str, str]]  # of a sender's post


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


def for_seconds(address: str, body: bytes, headers: Headers, senders: int, seconds: float) -> Sent:
    """Each sender posts as soon as it was answered, until the time is over."""
    until = time.monotonic() + seconds
    return _send(address, body, headers, [_while(until) for _ in range(senders)])


def so_many(address: str, body: bytes, headers: Headers, senders: int, posts: int) -> Sent:
    """All posts in one burst. Raises RuntimeError where one is not answered 200."""
    return _send(address, body, headers, [iter(range(posts // senders)) for _ in range(senders)])


def _send(address: str, body: bytes, headers: Headers, turns: list[Iterator[int]]) -> Sent:
    took: list[float] = []
    faults: list[Exception] = []

    def post(sender: int, numbers: Iterator[int]) -> None:
        try:
            line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
            for number in numbers:
                took.append(_post(line, urlsplit(address).path, body, headers(sender, number)))
        except Exception as error:  # told by whoever waits for the senders
            faults.append(error)

    began = time.monotonic()
    threads = [threading.Thread(target=post, args=[sender, numbers]) for sender, numbers in enumerate(turns)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise RuntimeError(f"{len(faults)} senders failed, the first with {faults[0]}") from faults[0]
    return Sent(sorted(took), time.monotonic() - began)


def _post(line: http.client.HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> float:
    began = time.monotonic()
    line.request("POST", path, body, dict(headers))
    answer = line.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"it answered {answer.status}")
    return time.monotonic() - began


def _while(until: float) -> Iterator[int]:
    number = 0
    while time.monotonic() < until:
        yield number
        number += 1
