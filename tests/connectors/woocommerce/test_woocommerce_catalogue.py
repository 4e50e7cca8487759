"""Recorded customers and products become records."""

import json
from collections.abc import Callable
from typing import Any

from connectors.base import ShopFacts
from connectors.records import ProductRecord
from connectors.woocommerce import catalogue, types
from connectors.woocommerce.rows import one, read


def test_names_of_customers_are_decoded(recorded: Callable[[str], Any]) -> None:
    body = recorded("customer_single") | {"first_name": "Tom &amp; Ann"}
    record = catalogue.customer(one(json.dumps(body).encode(), types.Customer))
    assert record.head is not None
    assert (record.head.first_name, record.head.last_name, record.head.state) == ("Tom & Ann", "O’Brien", "customer")
    assert record.consents is None  # WooCommerce has none to tell
    never_saved = catalogue.customer(one(json.dumps(body | {"date_modified_gmt": None}).encode(), types.Customer))
    assert never_saved.updated_at is None


def test_a_product_carries_its_variations_and_options(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    body = one(json.dumps(recorded("product_variable")).encode(), types.Product)
    variations, failures = read(json.dumps(recorded("product_variations")).encode(), types.Variation, lambda body: None)
    assert (variations, failures) == ([], [])
    rows = [one(json.dumps(row).encode(), types.Variation) for row in recorded("product_variations")]
    record = catalogue.product(body, facts, rows)
    assert isinstance(record, ProductRecord)
    assert record.variants is not None
    first = record.variants[0]
    assert (first.external_id, first.title, first.sku, first.price, first.stock) == (
        "47",
        "L, Black",
        "TS-L-Black",
        2400,
        47,
    )
    assert [(option.key, option.value) for option in first.options] == [("Size", "L"), ("Colour", "Black")]


def test_a_simple_product_is_its_own_variant(recorded: Callable[[str], Any], facts: ShopFacts) -> None:
    record = catalogue.product(one(json.dumps(recorded("product_simple")).encode(), types.Product), facts)
    assert isinstance(record, ProductRecord)
    assert record.variants is not None
    assert [variant.external_id for variant in record.variants] == [record.external_id]
