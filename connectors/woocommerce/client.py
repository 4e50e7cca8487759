"""One WooCommerce shop: what it is, all it holds, what changed, and single things by id."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import requests

from connectors.auditing import Auditor
from connectors.base import Companion, Installation, Page, Refusal, Resource, ShopFacts, Wait, Webhook
from connectors.changes import Change, Written
from connectors.records import Record
from connectors.woocommerce import audit, companion, facts, fetch, subscriptions, sweep, writes
from connectors.woocommerce.audit import WooAuditor
from connectors.woocommerce.backfill import Walker
from connectors.woocommerce.changes import Changes
from connectors.woocommerce.transport import Transport


class WooClient:
    """known: the shop's facts where the caller has them, which saves asking and brings the merchant's rates."""

    def __init__(
        self, home_url: str, secrets: Mapping[str, str], session: requests.Session, known: ShopFacts | None = None
    ) -> None:
        self._transport = Transport(home_url, secrets, session)
        self._known = known
        self._walker = Walker(self._transport, self._facts)
        self._changes = Changes(self._walker)

    def facts(self) -> ShopFacts:
        self._known = facts.read(self._transport, self._known.rates if self._known else {})
        return self._known

    def begin(self, resources: Sequence[Resource]) -> Mapping[str, str]:
        """Pages are made as they are asked for."""
        return {}

    def release(self, cursor: str) -> None:
        """Nothing is laid aside."""

    def refused(self) -> Sequence[Refusal]:
        found, self._walker.refusals = self._walker.refusals, []
        return found

    def regained(self, examples: Mapping[str, str]) -> Mapping[str, Resource]:
        """A list that the key may not read is asked for by each pull."""
        return {}

    def oldest_order_at(self) -> datetime | None:
        return audit.oldest(self._transport)

    def backfill(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        return self._walker.all_of(resource, cursor)

    def pull(self, resource: Resource, since: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        return self._changes.since(resource, since, cursor)

    def sweep(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        return sweep.sweep(self._walker, resource, cursor)

    def fetch(self, kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
        return fetch.by_ids(self._walker, kind, external_ids)

    def webhooks(self) -> Sequence[Webhook]:
        return subscriptions.ours(self._transport)

    def subscribe(self, address: str, secret: str) -> Sequence[Webhook]:
        return subscriptions.subscribe(self._transport, address, secret)

    def unsubscribe(self, address: str) -> None:
        companion.leave(self._transport, address)
        subscriptions.unsubscribe(self._transport, address)

    def announce(self, shop_id: str, public_url: str, secret: str, *, anew: bool = False) -> Companion:
        return companion.announce(self._transport, shop_id, public_url, secret, anew=anew)

    def gave(self, proof: str) -> bool:
        """Did the shop's companion plugin give what has this digest along with its button, a moment ago?"""
        return companion.gave(self._transport, proof)

    def write(self, change: Change, so_far: Mapping[str, Any]) -> Written:
        return writes.write(self._transport, change, so_far)

    def installation(self) -> Installation:
        """A key may do all or nothing, and nothing is paid through the platform."""
        return Installation()

    def auditor(self) -> Auditor:
        return WooAuditor(self._transport)

    def _facts(self) -> ShopFacts:
        return self._known or self.facts()
