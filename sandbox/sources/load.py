"""Loads a shop by its source's name."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sandbox.shop import Shop
from sandbox.sources import cdnow, generated, online_retail

SOURCES = ("generated", "cdnow", "online-retail")


def load(
    source: str, domain: str, *, file: Path | None = None, seed: int = 1, orders: int = 6000, until: datetime | None
) -> Shop:
    """`until`: where its last week is moved to, None for as it is. ValueError and MissingData say what to do."""
    with _without_collecting():
        if source == "cdnow":
            return cdnow.load(domain, until)
        if source == "online-retail":
            if file is None:
                raise ValueError("online-retail needs the file: --data online-retail FILE")
            return online_retail.load(file, domain, until)
        return generated.generate(domain, seed, orders, until)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """The collector would look through half a million new objects again and again, and find nothing to collect."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
