"""A shop kept on disk between two starts: written soon after a change, so that what was sold stays sold."""

import os
import pickle
import threading
from pathlib import Path

from sandbox.changes import Box, Event
from sandbox.shop import Shop

_SOON = 1.0  # seconds; a burst of changes is written once


def kept(path: Path | None) -> Shop | None:
    """The shop as it was kept, None where there is none. The file is our own: nobody else's is ever read."""
    if path is None or not path.exists():
        return None
    with path.open("rb") as file:
        shop: Shop = pickle.load(file)
    return shop


class Keeper:
    """Writes the box's shop to a file whenever it has changed, and at the end."""

    def __init__(self, box: Box, path: Path) -> None:
        self._box, self._path = box, path
        self._changed, self._ended = threading.Event(), threading.Event()
        box.listen(self._note)
        threading.Thread(target=self._keep, name="keeper", daemon=True).start()
        self._write()

    def end(self) -> None:
        self._ended.set()
        if self._changed.is_set():
            self._write()

    def _note(self, event: Event) -> None:
        self._changed.set()

    def _keep(self) -> None:
        while not self._ended.is_set():
            self._changed.wait()
            self._ended.wait(_SOON)
            self._write()

    def _write(self) -> None:
        with self._box.lock:
            self._changed.clear()
            raw = pickle.dumps(self._box.shop, protocol=pickle.HIGHEST_PROTOCOL)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(raw)
        os.replace(fresh, self._path)
