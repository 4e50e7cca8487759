"""An order's body read as the connector reads it."""

import json
from typing import Any

from connectors.base import ShopFacts
from connectors.records import OrderRecord
from connectors.woocommerce import normalise, types
from connectors.woocommerce.rows import one


def order_of(body: Any, facts: ShopFacts) -> OrderRecord:
    record = normalise.order(one(json.dumps(body).encode(), types.Order), facts)
    assert isinstance(record, OrderRecord)
    return record
