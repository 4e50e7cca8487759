"""Bulk operations: started, waited for, and how they end."""

from collections.abc import Generator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from app.errors import RegularsError
from app.lib.clock import utc_now
from app.reasons import Reason
from connectors.base import Wait
from connectors.shopify.files import BulkFailed, Files
from connectors.shopify.queries import document
from connectors.shopify.transport import Transport
from connectors.shopify.types import Gid

__all__ = ["Bulk", "BulkFailed", "BulkFile"]

_BUSY = frozenset({"LIMIT_REACHED", "OPERATION_IN_PROGRESS"})  # five of them run at once
_UNDER_WAY = frozenset({"CREATED", "RUNNING", "CANCELING"})
_LONGEST_WAIT = 10.0
_FRESH = timedelta(minutes=9)  # a pull looks ten minutes further back than the moment when its backfill began


class UserError(msgspec.Struct):
    message: str
    code: str | None = None


class Started(msgspec.Struct, rename="camel"):
    bulk_operation: Gid | None
    user_errors: list[UserError] = []


class Run(msgspec.Struct, rename="camel"):
    bulk_operation_run_query: Started


class Operation(msgspec.Struct, rename="camel"):
    """Numbers come as strings. partial_data_url: what a failed one had written; the last rows may lack children."""

    id: str
    status: str
    error_code: str | None = None
    object_count: str = "0"
    root_object_count: str = "0"
    file_size: str | None = None
    url: str | None = None
    partial_data_url: str | None = None


class Poll(msgspec.Struct, rename="camel"):
    bulk_operation: Operation | None


class Listed(msgspec.Struct, rename="camel"):
    id: str
    status: str
    created_at: datetime
    query: str = ""


class Nodes(msgspec.Struct):
    nodes: list[Listed]


class BulkFile(msgspec.Struct):
    """path: None where nothing was found. roots: how many of them the platform says that it wrote; None of a part."""

    id: str
    path: Path | None
    roots: int | None


class Bulk:
    def __init__(self, transport: Transport, folder: Path) -> None:
        self._transport = transport
        self._files = Files(folder, transport.domain, transport.session)

    def start(self, name: str, search: str = "") -> str | Wait:
        """Runs a document; a Wait where the shop has as many runs under way as it may. search: goes in for SEARCH."""
        text = document(name).replace("SEARCH", search)
        answer = self._transport.run("bulk_run", {"query": text}, Run).bulk_operation_run_query
        if answer.bulk_operation is not None:
            return answer.bulk_operation.id
        words = "; ".join(error.message for error in answer.user_errors)
        if any(error.code in _BUSY for error in answer.user_errors):
            return Wait(_LONGEST_WAIT, Reason("file_queued", details=words))
        raise RegularsError(f"Shopify does not run {name}: {words}")

    def begin(self, name: str) -> str | Wait:
        """The same, but one that was begun just now goes on: a worker died before it could keep its id."""
        found = self._transport.run("bulk_list", None, dict[str, Nodes])["bulkOperations"].nodes
        text, since = document(name).strip(), utc_now() - _FRESH
        ours = [one.id for one in found if one.query.strip() == text and one.status in _UNDER_WAY]
        fresh = [one.id for one in found if one.created_at >= since and one.id in ours]
        return fresh[0] if fresh else self.start(name)

    def file(self, bulk_id: str, cursor: str) -> Generator[Wait, None, BulkFile]:
        """Waits for a run and brings its file home; `cursor` goes with the waits. Raises BulkFailed."""
        pause = 0.3
        while (operation := self._poll(bulk_id)).status in _UNDER_WAY:
            yield Wait(pause, Reason("file_grows", {"records": int(operation.object_count)}), cursor)
            pause = min(_LONGEST_WAIT, pause * 1.7)
        if operation.error_code == "ACCESS_DENIED":
            raise BulkFailed("Shopify refuses something of what was asked for in bulk", is_final=True)
        if operation.status != "COMPLETED":
            left = bulk_id if operation.partial_data_url else None
            raise BulkFailed(f"the bulk operation ended as {operation.status} ({operation.error_code})", left)
        size = int(operation.file_size) if operation.file_size else None
        path = (yield from self._files.bring(bulk_id, operation.url, size, cursor)) if operation.url else None
        return BulkFile(bulk_id, path, int(operation.root_object_count))

    def part(self, bulk_id: str, cursor: str) -> Generator[Wait, None, BulkFile]:
        """What a run that failed had written by then. Raises BulkFailed."""
        address = self._poll(bulk_id).partial_data_url
        path = (yield from self._files.bring(bulk_id, address, None, cursor)) if address else None
        return BulkFile(bulk_id, path, None)

    def drop(self, bulk_id: str) -> None:
        self._files.drop(bulk_id)

    def _poll(self, bulk_id: str) -> Operation:
        operation = self._transport.run("bulk_poll", {"id": bulk_id}, Poll).bulk_operation
        if operation is None:
            raise BulkFailed("Shopify no longer knows the bulk operation")
        return operation
