"""The GraphQL documents that the connector sends, one a file, and how they are loaded."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# document -> (size of its page or list of ids, points): what to expect of it until the shop has said itself. One that
# is missing here is expected to cost the most that any may, and waits for that once.
POINTS: Mapping[str, tuple[int, float]] = {
    "orders": (50, 919), "orders_by_id": (5, 655), "order_lines": (0, 91), "order_agreement": (0, 40),
    "products": (100, 191), "products_by_id": (10, 210), "product_variants": (0, 25),
    "customers": (200, 62), "customers_by_id": (100, 600),
    "checkouts": (100, 236), "checkouts_by_id": (10, 260), "checkout_lines": (0, 36),
    "bulk_list": (0, 6), "bulk_poll": (0, 1), "bulk_run": (0, 10),
    "shop": (0, 1), "installation": (0, 3), "oldest_order": (0, 3), "audit_counts": (0, 30), "audit_count": (0, 10),
    "audit_orders_by_id": (100, 600),
    "webhook_list": (0, 13), "webhook_create": (0, 10), "webhook_delete": (0, 10),
    "tags_add": (0, 10), "tags_remove": (0, 10), "email_consent": (0, 13), "sms_consent": (0, 13),
    "customer_to_write": (0, 4), "discount_create": (0, 10), "discount_by_code": (0, 2), "discount_codes": (0, 15),
    "codes_add": (0, 10), "codes_creation": (0, 25), "segments": (0, 11),
}  # fmt: skip

_SPREAD = re.compile(r"\.\.\.([A-Z]\w+)")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@cache
def document(name: str) -> str:
    """A document by its file's name. Fragments are written out in place, since a bulk operation is one selection."""
    text = files(__name__).joinpath(f"{name}.graphql").read_text()
    return _SPREAD.sub(lambda spread: _fields(spread[1]), text)


def _fields(fragment: str) -> str:
    """What stands between the outer braces of `fragment OrderFields on Order {…}` in order_fields.graphql."""
    text = document(_CAPITAL.sub("_", fragment).lower())
    return text[text.index("{") + 1 : text.rindex("}")].strip()
