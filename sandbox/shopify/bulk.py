"""Bulk operations: five at once, run one after the other in a thread, written as JSONL, kept for seven days."""

import logging
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from sandbox.shopify.bulk_rows import Child, Place, plan, spread
from sandbox.shopify.bulk_rules import check, refusal
from sandbox.shopify.compiler import Compiler
from sandbox.shopify.mutations import UserError, refused
from sandbox.shopify.signing import signed
from sandbox.shopify.values import ApiError, gid, number_of
from sandbox.shopify.world import World

AT_ONCE = 5
KEPT = timedelta(days=7)
WINDOW = 25  # parents whose children are mixed; the box is locked for so many at a time
ENDED = frozenset({"COMPLETED", "CANCELED", "FAILED", "EXPIRED"})

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Operation:
    id: int
    query: str
    created_at: datetime
    path: Path
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    objects: int = 0
    roots: int = 0
    size: int | None = None
    is_doomed: bool = False  # by a fault switch: it breaks after its first rows

    @property
    def gid(self) -> str:
        return gid("BulkOperation", self.id)


class Operations:
    """All of one app in one shop. `finished` is told of every one that ended."""

    def __init__(self, world: World, finished: Callable[[Operation], None]) -> None:
        self.world = world
        self.finished = finished
        self.compiler: Compiler | None = None  # given once the fields are known, which name the operations
        self.all: dict[int, Operation] = {}
        self._ids = count(time.time_ns() // 1000)  # never those of a box before this one
        self.turn = threading.Lock()  # while somebody else holds it, those that were begun wait
        self.folder = Path(tempfile.mkdtemp(prefix="sandbox-bulk-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def find(self, number: int) -> Operation | None:
        return self.all.get(number)

    def current(self, kind: str | None) -> Operation | None:
        """The newest; nothing but queries can be run here."""
        return next(reversed(self.all.values()), None) if kind in (None, "QUERY") else None

    def run(self, text: str) -> dict[str, Any]:
        """Starts a run, or says why not."""
        assert self.compiler is not None
        found = check(self.compiler.schema, text)
        if isinstance(found, list):
            return {"bulkOperation": None, "userErrors": found}
        running = [each.gid for each in self.all.values() if each.status not in ENDED]
        if len(running) >= AT_ONCE:
            message = f"A bulk query operation for this app and shop is already in progress: {', '.join(running)}."
            return refused(UserError(None, message, "OPERATION_IN_PROGRESS"), "bulkOperation")
        try:
            root = plan(self.compiler, found)
        except ApiError as error:
            return refused(refusal(f"Invalid bulk query: {error.message}"), "bulkOperation")
        return {"bulkOperation": self._start(text, root), "userErrors": []}

    def cancel(self, text: str) -> dict[str, Any]:
        found = self.find(number_of(text, "BulkOperation") or 0)
        if found is None:
            return refused(UserError(["id"], "Bulk operation does not exist"), "bulkOperation")
        if found.status in ENDED:
            message = f"A bulk operation cannot be canceled when it is {found.status.lower()}"
            return refused(UserError(None, message), "bulkOperation")
        found.status = "CANCELING"
        return {"bulkOperation": found, "userErrors": []}

    def url(self, operation: Operation, is_partial: bool = False) -> str | None:
        """Where the rows can be had; nothing for an empty file."""
        wanted = "FAILED" if is_partial else "COMPLETED"
        if operation.status != wanted or not operation.size or operation.completed_at is None:
            return None
        expires = int((operation.completed_at + KEPT).timestamp())
        signature = signed(self.world.options.client_secret, f"{operation.id}:{expires}")
        return f"{self.world.origin}/_bulk/bulk-{operation.id}.jsonl?Expires={expires}&signature={signature}"

    def _start(self, text: str, root: Child) -> Operation:
        number = next(self._ids)
        made = Operation(number, text, self.world.box.now(), self.folder / f"{number}.jsonl")
        made.is_doomed = self.world.options.faults.strikes("bulk_failed")
        if self.world.options.faults.strikes("bulk_canceled"):
            made.status = "CANCELING"
        self.all[number] = made
        threading.Thread(target=self._run, args=(made, root), daemon=True, name=f"bulk-{number}").start()
        return made

    def _run(self, operation: Operation, root: Child) -> None:
        with self.turn:
            if operation.status == "CREATED":
                operation.status = "RUNNING"
            try:
                with operation.path.open("wb") as file:
                    self._write(operation, root, file)
                self._end(operation, "CANCELED" if operation.status == "CANCELING" else "COMPLETED")
            except Exception:
                log.log(logging.INFO if operation.is_doomed else logging.ERROR, "bulk %s", operation.id, exc_info=True)
                operation.error_code = "INTERNAL_SERVER_ERROR"
                self._end(operation, "FAILED")
        self.finished(operation)

    def _write(self, operation: Operation, root: Child, file: BinaryIO) -> None:
        for lines in self._chunks(operation, root):
            file.write(b"".join(lines))
            if operation.is_doomed:
                raise RuntimeError("made to fail")
            if operation.status == "CANCELING":
                return

    def _chunks(self, operation: Operation, root: Child) -> Iterator[list[bytes]]:
        with self.world.box.lock:
            sources = iter(root.read(None))
        while window := list(islice(sources, WINDOW)):
            with self.world.box.lock:
                rows = list(spread([Place(each, root.level(each), None) for each in window]))
            operation.objects += len(rows)
            operation.roots += len(window)
            yield [encode(row) for row in rows]

    def _end(self, operation: Operation, status: str) -> None:
        operation.size = operation.path.stat().st_size
        operation.completed_at = self.world.box.now()
        operation.status = status


def encode(row: dict[str, Any]) -> bytes:
    """One line; slashes are escaped, as the platform's own writer does."""
    return msgspec.json.encode(row).replace(b"/", b"\\/") + b"\n"
