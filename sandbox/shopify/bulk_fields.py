"""Bulk operations as the schema shows them."""

from typing import Any

from sandbox.shopify.bulk import Operation, Operations
from sandbox.shopify.compiler import Field, Fields
from sandbox.shopify.listing import Listing
from sandbox.shopify.mutations import mutation, payload, user_errors
from sandbox.shopify.search import Choice, Number, Time
from sandbox.shopify.values import iso

STATUSES = frozenset({"created", "running", "completed", "canceling", "canceled", "failed"})


def mutations(operations: Operations) -> dict[str, Field]:
    return {
        "bulkOperationRunQuery": mutation(lambda args: operations.run(args["query"])),
        "bulkOperationCancel": mutation(lambda args: operations.cancel(args["id"])),
    }


def listing(operations: Operations) -> Listing:
    return Listing(
        lambda: list(operations.all.values()),
        lambda: _version(operations),
        {
            "CREATED_AT": lambda each: each.created_at,
            "COMPLETED_AT": lambda each: each.completed_at or each.created_at,
        },
        "CREATED_AT",
        {
            "id": Number(lambda each: each.id),
            "status": Choice(STATUSES, lambda each, wanted: each.status.lower() == wanted),
            "operation_type": Choice(frozenset({"query", "mutation"}), lambda each, wanted: wanted == "query"),
            "created_at": Time(lambda each: each.created_at),
        },
    )


def _version(operations: Operations) -> int:
    """One more with every beginning and every end."""
    return sum(1 if each.completed_at is None else 2 for each in operations.all.values())


def fields(operations: Operations) -> Fields:
    return {
        "BulkOperation": _operation(operations),
        "BulkOperationRunQueryPayload": payload("bulkOperation"),
        "BulkOperationCancelPayload": payload("bulkOperation"),
        **user_errors("BulkOperationUserError"),
    }


def _operation(operations: Operations) -> dict[str, Any]:
    def size(operation: Operation) -> str | None:
        return str(operation.size) if operation.size and operation.status == "COMPLETED" else None

    return {
        "id": lambda each: each.gid,
        "type": lambda _: "QUERY",
        "status": lambda each: each.status,
        "errorCode": lambda each: each.error_code,
        "createdAt": lambda each: iso(each.created_at),
        "completedAt": lambda each: iso(each.completed_at),
        "objectCount": lambda each: str(each.objects),
        "rootObjectCount": lambda each: str(each.roots),
        "fileSize": size,
        "url": operations.url,
        "partialDataUrl": lambda each: operations.url(each, is_partial=True),
        "query": lambda each: each.query,
    }
