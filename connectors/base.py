"""The contract that every connector keeps."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec
import requests

from app.reasons import Reason
from connectors.auditing import Auditor
from connectors.changes import Change, Written
from connectors.records import Record
from connectors.vault import Vault

Resource = Literal["products", "customers", "orders", "refunds", "checkouts", "coupons"]


class Failure(msgspec.Struct, frozen=True):
    """One item of a page, file or delivery that could not be read: it is listed, and stops nothing else."""

    kind: str
    external_id: str
    error: str  # what and where, in words
    body: bytes = b""


class Page(msgspec.Struct, frozen=True):
    """What one answer, or a slice of a file, held. cursor: where to go on after it (None: this was the last; so is one
    after which nothing comes)."""

    records: Sequence[Record]
    cursor: str | None
    failures: Sequence[Failure] = ()
    total: int | None = None  # of all pages, where the platform says
    doubts: Sequence[Failure] = ()  # records among these in which something does not add up


class Wait(msgspec.Struct, frozen=True):
    """The platform is not ready; ask again in `seconds`. cursor: where to go on, also after a restart."""

    seconds: float
    why: Reason
    cursor: str | None = None


class Refusal(msgspec.Struct, frozen=True):
    """A field that the platform keeps back from us: the rest of the answer came all the same."""

    field: str  # as the platform names it, from the record that has it: Customer.defaultEmailAddress
    reason: str  # in the platform's words
    example: str = ""  # a record of which it was kept back, where it is a record's


class ShopFacts(msgspec.Struct, frozen=True):
    """What a platform says of a shop as a whole, and all that a normaliser may know of it."""

    domain: str  # Shopify: name.myshopify.com; WooCommerce: host[:port]/path of the home URL
    name: str
    currency: str
    timezone: str  # IANA
    home_url: str
    email: str | None = None
    taxes_included: bool = False
    decimals: int = 2
    rates: Mapping[str, str] = {}  # currency -> units of shop currency for one of it, where known


class Webhook(msgspec.Struct, frozen=True):
    """is_new: it was not there when we looked. why_not: why the platform does not send it, in its own words. is_due: it
    is not there yet, and the next look makes it."""

    external_id: str
    topic: str
    address: str
    is_active: bool
    is_new: bool = False
    why_not: str = ""
    is_due: bool = False


class Subscription(msgspec.Struct, frozen=True):
    """What a merchant pays for the app through the platform. status: active, pending, frozen or ended."""

    plan: str
    status: str
    until: datetime | None = None


class Installation(msgspec.Struct, frozen=True):
    """What a shop lets us do. scopes: None where the platform knows none; subscription: None where nothing is paid."""

    scopes: Sequence[str] | None = None
    subscription: Subscription | None = None


# absent: the shop has no companion plugin; left: its merchant disconnected in the plugin
Companion = Literal["absent", "connected", "left"]

Topic = Callable[[bytes, ShopFacts], Sequence[Record]]


class Client(Protocol):
    """One shop's API. Raises AuthLost, RateLimited, PlatformDown, NotFound; never retries longer than some seconds."""

    def facts(self) -> ShopFacts:
        """The shop as a whole; also the way to check that the credentials work."""
        ...

    def begin(self, resources: Sequence[Resource]) -> Mapping[str, str]:
        """Lets the platform prepare all these backfills at once, where it does; the cursors to begin them at."""
        ...

    def backfill(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        """All of a resource, resumable at any page's cursor; pages may repeat records, never miss one."""
        ...

    def pull(self, resource: Resource, since: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        """What changed after `since`, the same way."""
        ...

    def sweep(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        """A resource of `sweeps`, resumable, at a pace that spares the shop: all of it and a Census with each page, or
        what of it may have changed in silence of late."""
        ...

    def fetch(self, kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
        """Fresh reads by id; a Deletion for each that is gone. kind "refund": all refunds of the orders named."""
        ...

    def release(self, cursor: str) -> None:
        """A backfill that ended at this cursor needs nothing any more of what was laid aside for it."""
        ...

    def refused(self) -> Sequence[Refusal]:
        """What the platform kept back since this was asked last."""
        ...

    def regained(self, examples: Mapping[str, str]) -> Mapping[str, Resource]:
        """Which of these fields that were refused are given by now, and what to read again for each. examples: field ->
        the record of which it was refused."""
        ...

    def oldest_order_at(self) -> datetime | None:
        """When the oldest order was placed that the platform lets us see."""
        ...

    def webhooks(self) -> Sequence[Webhook]: ...

    def subscribe(self, address: str, secret: str) -> Sequence[Webhook]:
        """See that every topic of ours is subscribed at `address`; safe to repeat, and to be repeated while some are
        due: a platform that takes seconds for each is not waited for."""
        ...

    def unsubscribe(self, address: str) -> None:
        """Take away what `subscribe` and `announce` left in the shop."""
        ...

    def announce(self, shop_id: str, public_url: str, secret: str, *, anew: bool = False) -> Companion:
        """See that a companion plugin knows where to send carts. anew: the merchant is connecting the shop just now."""
        ...

    def write(self, change: Change, so_far: Mapping[str, Any]) -> Written:
        """Make it so, safe to repeat: reads what stands, and writes only what is missing of it. so_far: the answer of
        the step before, where there was one. Raises Refused with the platform's own words for a no."""
        ...

    def installation(self) -> Installation:
        """What the shop lets us do, and what it pays for."""
        ...

    def auditor(self) -> Auditor:
        """The readers of the proof."""
        ...


class Connector(Protocol):
    """A platform. `secrets` are what `shops` keeps encrypted; `session` is the guarded one."""

    platform: str
    resources: Sequence[Resource]  # in the order of the backfill
    sweeps: Sequence[Resource]  # whose changes and deletions the platform may keep to itself
    topics: Mapping[str, Topic]
    ignored: Mapping[str, str]  # topic -> reason
    writes: Collection[type[Change]]  # the changes that its client can make

    def locate(self, address: str, session: requests.Session) -> tuple[str, str]:
        """(domain, home URL) of what a merchant typed. Raises BadInput, Refused or PlatformDown in words."""
        ...

    def client(
        self,
        domain: str,
        home_url: str,
        secrets: Mapping[str, str],
        session: requests.Session,
        known: ShopFacts | None = None,
        vault: Vault | None = None,
        files: Path | None = None,
    ) -> Client:
        """known: the shop's facts where the caller has them, which saves asking and brings the merchant's rates. vault:
        where `secrets` are kept, for a client whose tokens run out; None before there is such a place. files: a folder
        for what is too large for memory and must outlive the process; who reads no history needs none."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        """Is the delivery signed with one of the secrets?"""
        ...

    def topic_of(self, headers: Mapping[str, str]) -> str: ...

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """The same for every repetition of one delivery, and for nothing else."""
        ...

    def triggered_at(self, headers: Mapping[str, str]) -> datetime | None:
        """When it happened, where the delivery says so beside its body."""
        ...
