"""Changes: what we ask a platform to make so. Frozen and typed like records, with our own words for everything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from connectors.records import Part


class AddTags(Part, frozen=True, tag="tags_added"):
    """customer: the platform's id, as in all that follows."""

    customer: str
    tags: tuple[str, ...]


class RemoveTags(Part, frozen=True, tag="tags_removed"):
    customer: str
    tags: tuple[str, ...]


class EmailConsent(Part, frozen=True, tag="email_consent"):
    """What the owner of an address said, and when; at is a whole second. level: single_opt_in, confirmed_opt_in."""

    address: str
    state: Literal["granted", "refused", "pending"]
    at: datetime
    level: str | None = None


class SmsConsent(Part, frozen=True, tag="sms_consent"):
    address: str
    state: Literal["granted", "refused", "pending"]
    at: datetime
    level: str | None = None


class MakeDiscount(Part, frozen=True, tag="discount"):
    """A native discount, known by its first code. percentage is of a hundred, as text ("12.5"); amount is in minor
    units of currency, which is the shop's: one of the two. usage_limit counts for each code by itself. combines: where
    a platform knows no kinds, any of them means all. emails: who alone may redeem it; empty for everybody."""

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime | None = None
    percentage: str | None = None
    amount: int | None = None
    currency: str | None = None
    combines: tuple[Literal["order", "product", "shipping"], ...] = ()
    once_per_customer: bool = True
    usage_limit: int | None = 1
    emails: tuple[str, ...] = ()


class AddCodes(Part, frozen=True, tag="discount_codes"):
    """More codes for the discount whose first code is `discount`; 250 at most. like: its terms, for platforms where
    each code has terms of its own."""

    discount: str
    codes: tuple[str, ...]
    like: MakeDiscount


class AddOrderNote(Part, frozen=True, tag="order_note"):
    """A note on an order for the shop's own people; the same words stand there once."""

    order: str
    note: str


Change = AddTags | RemoveTags | EmailConsent | SmsConsent | MakeDiscount | AddCodes | AddOrderNote


class Written(msgspec.Struct, frozen=True):
    """What a write has come to. answer: what the platform says, fit to keep; where wait is set it works on, and wants
    to be asked again in so many seconds with the answer so far. was_so: there was nothing to change. Of codes the
    answer names `live` and `refused` ({code: why})."""

    answer: Mapping[str, Any]
    wait: float | None = None
    was_so: bool = False
