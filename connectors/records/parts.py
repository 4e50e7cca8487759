"""What records are made of, and how a part is hashed."""

from typing import Literal

import msgspec
from xxhash import xxh3_64_intdigest

Consent = Literal["granted", "refused", "pending", "unknown"]


class Part(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The base of all records and their parts."""


class Sums(Part, frozen=True):
    """The money of an order in one currency. placed: charged when placed, tax and shipping in; refunded: positive;
    net = placed + adjusted - refunded, where adjusted is what neither placing nor refunding explains."""

    currency: str
    placed: int
    refunded: int
    net: int
    tax: int = 0
    shipping: int = 0
    discount: int = 0
    tip: int = 0
    duties: int = 0
    fees: int = 0


class Address(Part, frozen=True):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province: str = ""
    zip: str = ""
    country_code: str = ""
    phone: str = ""


class Attribute(Part, frozen=True):
    key: str
    value: str


_encode = msgspec.json.Encoder().encode


def digest(part: msgspec.Struct | tuple[msgspec.Struct, ...] | tuple[str, ...]) -> int:
    """A 63-bit hash of a part's content: equal parts have equal digests, in any process."""
    return digest_of(_encode(part))


def digest_of(encoded: bytes) -> int:
    """The same of a part as JSON. It tells changes, it proves nothing: a fast hash is enough."""
    return xxh3_64_intdigest(encoded) >> 1
