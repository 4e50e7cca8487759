"""Kept bodies: whom a webhook or a record names, told by the places where platforms put ids, and by any address."""

import re
import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from app.consent.addresses import address_key
from app.consent.tombstones import ADDRESS, CUSTOMER, ORDER, Name
from app.lib.encryption import Keyring

_MAIL = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_GID = re.compile(r"gid://shopify/(Customer|Order)/(\d+)")
_ID_FIELDS = {
    "customer_id": CUSTOMER, "customerId": CUSTOMER, "order_id": ORDER, "orderId": ORDER, "orders_requested": ORDER,
    "orders_to_redact": ORDER,
}  # fmt: skip
_WORD = {"customer": CUSTOMER, "customers": CUSTOMER, "order": ORDER, "orders": ORDER}


def names(body: bytes, about: str) -> set[Name]:
    """All customers, orders and addresses that a body names. about: its topic or kind, which says whose its id is."""
    try:
        said: Any = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        said = body.decode(errors="replace")  # a record of ours that could not be written
    return set(_walk(said, "", _WORD.get(re.split(r"[/._]", about)[0], "")))


def opened(keyring: Keyring, body: bytes) -> bytes:
    return zlib.decompress(keyring.open(body))


def _walk(value: Any, field: str, of: str) -> Iterator[Name]:
    """of: what an `id` would be the id of here."""
    if isinstance(value, dict):
        inside = _WORD.get(field, of if not field else "")
        for key, each in value.items():
            yield from _walk(each, key, inside)
    elif isinstance(value, list):
        for each in value:
            yield from _walk(each, field, of)
    elif isinstance(value, int | str):
        yield from _leaf(value, field, of)


def _leaf(value: int | str, field: str, of: str) -> Iterator[Name]:
    kind = of if field == "id" else _ID_FIELDS.get(field)
    if kind and value:
        yield kind, str(value)
    if isinstance(value, str):
        yield from ((ADDRESS, address_key(found)) for found in _MAIL.findall(value))
        yield from ((_WORD[found[0].lower()], found[1]) for found in _GID.findall(value))
        if field == "phone" and value.strip():
            yield ADDRESS, address_key(value)
