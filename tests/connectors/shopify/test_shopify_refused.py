"""What Shopify refuses to tell is said, is no deletion, and keeps nothing else back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import AuthLost
from connectors.base import Refusal
from connectors.records import CustomerRecord
from connectors.shopify.history import Cursor
from tests.connectors.shopify import rows
from tests.connectors.shopify.bulk import client
from tests.connectors.shopify.fakes import answer


def test_a_kind_that_is_refused_as_a_whole_stops_no_other(tmp_path: Path) -> None:
    denied = {"message": "Access denied", "path": ["customers"], "extensions": {"code": "ACCESS_DENIED"}}
    found, _ = client(tmp_path, answer({"customers": None}, errors=[denied]))
    (page,) = found.pull("customers", datetime(2026, 1, 1, tzinfo=UTC), None)
    assert (page.records, page.cursor) == ((), None)  # type: ignore[union-attr]
    assert found.refused() == [Refusal("customers", "Access denied")]


def test_a_refused_node_is_not_a_deletion(tmp_path: Path) -> None:
    denied = {"message": "Access denied", "path": ["nodes", 0], "extensions": {"code": "ACCESS_DENIED"}}
    found, _ = client(tmp_path, answer({"nodes": [None]}, errors=[denied]))
    with pytest.raises(AuthLost, match="Access denied"):
        found.fetch("order", ["1"])


def test_one_that_cannot_be_read_by_id_is_logged_and_the_others_come(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = rows.node(rows.order(processedAt="yesterday"))
    found, _ = client(tmp_path, answer({"nodes": [odd, rows.node(rows.order())]}))
    assert len(found.fetch("order", ["1", "6012345678901"])) == 1
    assert "order 1 cannot be read" in caplog.text
    assert "$.processedAt" in caplog.text


def test_a_page_with_a_refused_field_keeps_the_rest_and_says_once_what_is_missing(tmp_path: Path) -> None:
    person = {
        "id": "gid://shopify/Customer/5",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
    }
    denied = [{"message": "Access denied", "path": ["customers", "nodes", at, "defaultEmailAddress"]} for at in (0, 1)]
    found, _ = client(tmp_path, answer({"customers": rows.nodes([person] * 2)}, errors=denied))
    (page,) = found._by_pages("customers", None, Cursor())
    assert [type(record) for record in page.records] == [CustomerRecord] * 2
    assert found.refused() == [Refusal("customers.nodes.defaultEmailAddress", "Access denied")]
