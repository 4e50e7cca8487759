"""Bulk operations as a shop answers them: begun, polled, and their files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import requests

from connectors.base import Page, Wait
from connectors.records import OrderRecord
from connectors.shopify.client import ShopifyClient
from tests.connectors.shopify import rows
from tests.connectors.shopify.fakes import FakeSession, Scripted, answer, response

URL = "https://storage.example/bulk.jsonl?signature=x"


def started(number: int) -> requests.Response:
    run = {"bulkOperation": {"id": f"gid://shopify/BulkOperation/{number}"}, "userErrors": []}
    return answer({"bulkOperationRunQuery": run})


RUN = started(1)


def poll(status: str = "COMPLETED", url: str | None = URL, **changes: Any) -> Any:
    operation = {"id": "gid://shopify/BulkOperation/1", "status": status, "objectCount": "9", "rootObjectCount": "1"}
    return answer({"bulkOperation": operation | {"url": url} | changes})


def file(lines: Iterable[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


WHOLE = file(rows.jsonl(rows.order()))


def client(
    tmp_path: Path, *script: Scripted, body: bytes = WHOLE, status: int = 200
) -> tuple[ShopifyClient, FakeSession]:
    session = FakeSession(*script)
    session.files[URL] = response(status, body)
    return ShopifyClient("bulk.myshopify.com", {"access_token": "t"}, session, tmp_path), session


def steps(found: ShopifyClient, cursor: str | None = None) -> tuple[list[Page], list[Wait]]:
    taken = list(found.backfill("orders", cursor))
    return [step for step in taken if isinstance(step, Page)], [step for step in taken if isinstance(step, Wait)]


def orders(pages: Iterable[Page]) -> list[str]:
    return [record.external_id for page in pages for record in page.records if isinstance(record, OrderRecord)]
