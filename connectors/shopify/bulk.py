"""Bulk operations: started, waited for, and their file brought home in a stream."""

import hashlib
import os
from collections.abc import Generator
from pathlib import Path

import msgspec
import requests

from app.errors import AuthLost, PlatformDown, RegularsError
from connectors.base import Wait
from connectors.shopify.queries import document
from connectors.shopify.transport import TIMEOUT, Transport
from connectors.shopify.types import Gid

_BUSY = frozenset({"LIMIT_REACHED", "OPERATION_IN_PROGRESS"})
_UNDER_WAY = frozenset({"CREATED", "RUNNING", "CANCELING"})
_LONGEST_WAIT = 10.0


class BulkFailed(RegularsError):
    """The platform gave a run up, or its file is no longer to be had: it has to be run again."""


class UserError(msgspec.Struct):
    message: str
    code: str | None = None


class Started(msgspec.Struct, rename="camel"):
    bulk_operation: Gid | None
    user_errors: list[UserError] = []


class Run(msgspec.Struct, rename="camel"):
    bulk_operation_run_query: Started


class Operation(msgspec.Struct, rename="camel"):
    """Numbers come as strings. What a failed run left in part is not read: the last of its rows may lack children."""

    id: str
    status: str
    error_code: str | None = None
    object_count: str = "0"
    root_object_count: str = "0"
    file_size: str | None = None
    url: str | None = None


class Poll(msgspec.Struct, rename="camel"):
    bulk_operation: Operation | None


class BulkFile(msgspec.Struct):
    """path: None where nothing was found. roots: how many of them the platform says that it wrote."""

    id: str
    path: Path | None
    roots: int

    def drop(self) -> None:
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class Bulk:
    def __init__(self, transport: Transport, work: Path) -> None:
        self._transport, self._work = transport, work

    def start(self, name: str) -> str | Wait:
        """Runs a document; a Wait where the shop has as many runs under way as it may."""
        answer = self._transport.run("bulk_run", {"query": document(name)}, Run).bulk_operation_run_query
        if answer.bulk_operation is not None:
            return answer.bulk_operation.id
        words = "; ".join(error.message for error in answer.user_errors)
        if any(error.code in _BUSY for error in answer.user_errors):
            return Wait(_LONGEST_WAIT, f"Shopify is busy with other bulk operations: {words}")
        raise RegularsError(f"Shopify does not run {name}: {words}")

    def file(self, bulk_id: str, cursor: str) -> Generator[Wait, None, BulkFile]:
        """Waits for a run and returns its file; `cursor` goes with the waits. Raises BulkFailed."""
        pause = 0.3
        while (operation := self._poll(bulk_id)).status in _UNDER_WAY:
            yield Wait(pause, f"Shopify writes the file: {operation.object_count} objects so far", cursor)
            pause = min(_LONGEST_WAIT, pause * 1.7)
        if operation.error_code == "ACCESS_DENIED":
            raise AuthLost(f"Shopify refuses what {self._transport.domain} was asked for in bulk: access is missing.")
        if operation.status != "COMPLETED":
            raise BulkFailed(f"the bulk operation ended as {operation.status} ({operation.error_code})")
        path = self._download(operation) if operation.url else None
        return BulkFile(bulk_id, path, int(operation.root_object_count))

    def _poll(self, bulk_id: str) -> Operation:
        operation = self._transport.run("bulk_poll", {"id": bulk_id}, Poll).bulk_operation
        if operation is None:
            raise BulkFailed("Shopify no longer knows the bulk operation")
        return operation

    def _download(self, operation: Operation) -> Path:
        """Into the work folder, under its own name only when whole; what is there already is not brought again."""
        name = hashlib.sha256(f"{self._transport.domain} {operation.id}".encode()).hexdigest()[:24]
        path = self._work / f"{name}.jsonl"
        if path.exists():
            return path
        partial = path.with_suffix(".part")
        try:
            with self._transport.session.get(operation.url or "", stream=True, timeout=TIMEOUT) as response:
                _see(response)
                with partial.open("wb") as file:
                    for chunk in response.iter_content(1 << 18):
                        file.write(chunk)
        except requests.RequestException as error:
            raise PlatformDown(f"the bulk file was cut off: {error}") from error
        size = partial.stat().st_size
        if operation.file_size is not None and size != int(operation.file_size):
            raise PlatformDown(f"the bulk file has {size} bytes, Shopify wrote {operation.file_size}")
        os.replace(partial, path)
        return path


def _see(response: requests.Response) -> None:
    if response.status_code in {400, 403, 404, 410}:  # the signed address lives seven days
        raise BulkFailed(f"the bulk file's address has run out (HTTP {response.status_code})")
    if response.status_code != 200:
        raise PlatformDown(f"the bulk file's server answered HTTP {response.status_code}")
