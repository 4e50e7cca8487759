"""What goes wrong with somebody's data is logged with its delivery, and without the somebody."""

import json
import logging
from collections.abc import Iterator

import pytest

from app.lib.log import Json
from connectors import CONNECTORS
from tests.privacy.conftest import Place, place  # noqa: F401  the fixture itself
from tests.sync.told import job
from webhooks.process import process

WHO = "zelda.quirk@example.com"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    written: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler, root = Handler(), logging.getLogger()
    handler.setFormatter(Json())
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


def test_a_delivery_that_breaks_our_code_is_logged_without_whom_it_names(
    place: Place,  # noqa: F811
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(body: bytes, facts: object) -> None:
        raise ValueError(f"cannot read {body.decode()}")

    monkeypatch.setitem(CONNECTORS["shopify"].topics, "customers/update", broken)  # type: ignore[arg-type]
    assert (
        place.post("customers/update", {"id": 7, "email": WHO, "first_name": "Zelda", "phone": "+491700009999"}) == 200
    )
    process(place.context, job(place.shop, "deliveries", "ingest"))
    told = [json.loads(line) for line in lines if json.loads(line)["said"] == "delivery"]
    assert [(line["shop"], line["topic"]) for line in told] == [(place.shop.id, "customers/update")]
    assert told[0]["error"][0] == "ValueError"
    said = "".join(lines).lower()
    assert [needle for needle in ("zelda", "quirk", "1700009999") if needle in said] == []
