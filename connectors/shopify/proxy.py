"""What a shop's own storefront asks through Shopify's app proxy: signed by Shopify, for one of its customers perhaps.

Shopify's library makes the signature and looks at the time. It takes one of several customers, and falls over a
signature that is not ASCII. What is signed runs together without a mark between names and values, so that with names of
a visitor's own choice one request reads like another: here each name is one of Shopify's, and there once.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from shopify_app import ShopifyApp

NAMES = frozenset({"shop", "path_prefix", "timestamp", "signature", "logged_in_customer_id"})
_DIGITS = re.compile(r"[0-9]{1,20}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


def customer_of(query: Mapping[str, Sequence[str]], secrets: Sequence[str]) -> str | None:
    """Who is signed in at the storefront; empty for nobody, None where Shopify did not send this, or not just now."""
    if set(query) != NAMES or any(len(values) != 1 for values in query.values()):
        return None
    given = {name: values[0] for name, values in query.items()}
    customer = given["logged_in_customer_id"]
    is_well_formed = _DIGITS.fullmatch(given["timestamp"]) and _SIGNATURE.fullmatch(given["signature"])
    if not is_well_formed or (customer and not _DIGITS.fullmatch(customer)):
        return None
    request: Any = {"method": "GET", "headers": {}, "url": f"https://app/?{urlencode(given)}", "body": ""}
    is_signed = any(ShopifyApp("app", secret).verify_app_proxy_req(request).ok for secret in secrets)
    return customer if is_signed else None
