"""One shop's API: history by bulk operations, changes by pages, single things by id."""

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import requests

from app.errors import BadInput, NotFound
from app.lib.money import exponent
from connectors.auditing import Auditor
from connectors.base import Companion, Installation, Page, Refusal, Resource, ShopFacts, Wait, Webhook
from connectors.changes import Change, Written
from connectors.records import Deletion, Record
from connectors.shopify import history, installation, lookups, pages, regained, subscriptions, types, withheld, writes
from connectors.shopify.audit import ShopifyAuditor
from connectors.shopify.bulk import Bulk
from connectors.shopify.history import Ask, Cursor
from connectors.shopify.transport import Transport
from connectors.vault import Secrets, vault_of

log = logging.getLogger(__name__)


class Shop(types.Part):
    name: str
    myshopify_domain: str
    url: str
    currency_code: str
    iana_timezone: str
    taxes_included: bool
    contact_email: str | None = None


class Placed(types.Part):
    processed_at: types.Moment


class ShopifyClient:
    """Keeps `connectors.base.Client`. work: the folder for bulk files."""

    def __init__(self, domain: str, secrets: Secrets, session: requests.Session, work: Path) -> None:
        self._transport = Transport(domain, secrets, session)
        self._vault = vault_of(secrets)
        self._bulk = Bulk(self._transport, work)

    def facts(self) -> ShopFacts:
        shop = self._transport.run("shop", None, dict[str, Shop])["shop"]
        return ShopFacts(
            domain=shop.myshopify_domain,
            name=shop.name,
            currency=shop.currency_code,
            timezone=shop.iana_timezone,
            home_url=shop.url,
            email=shop.contact_email or None,
            taxes_included=shop.taxes_included,
            decimals=exponent(shop.currency_code),
        )

    def begin(self, resources: Sequence[Resource]) -> Mapping[str, str]:
        return history.begin(self._bulk, resources)

    def release(self, cursor: str) -> None:
        if (bulk_id := Cursor.read(cursor).bulk) is not None:
            self._bulk.drop(bulk_id)

    def refused(self) -> Sequence[Refusal]:
        found = list(self._transport.refusals.values())
        self._transport.refusals.clear()
        return found

    def regained(self, examples: Mapping[str, str]) -> Mapping[str, Resource]:
        return regained.of(self._transport, examples)

    def oldest_order_at(self) -> datetime | None:
        orders = self._transport.run("oldest_order", None, dict[str, types.Nodes[Placed]])["orders"].nodes
        return orders[0].processed_at if orders else None

    def backfill(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        place = Cursor.read(cursor)
        if resource in history.KINDS and not place.by_pages:
            if (yield from history.read(self._bulk, Ask(self.fetch, self._kept_back), resource, place)):
                return
            place = Cursor(by_pages=True)  # slower, and nothing is missed
        yield from self._by_pages(resource, None, place)

    def pull(self, resource: Resource, since: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self._by_pages(resource, f"updated_at:>='{moment}'", Cursor.read(cursor))

    def sweep(self, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
        """Everything tells when it changed."""
        return iter(())

    def fetch(self, kind: str, external_ids: Sequence[str]) -> Sequence[Record]:
        """A checkout can be asked for by its number only; one that is named by its token is left out. So is what
        cannot be read: the log says why, and the others come all the same."""
        if kind == "segment":
            return lookups.segments(self._transport, external_ids)
        if kind == "inventory_item":
            return self.fetch("product", lookups.products_of(self._transport, external_ids))
        kind = "order" if kind == "refund" else kind  # an order's refunds come with it
        wanted = next((one for one in pages.KINDS.values() if one.name == kind), None)
        if wanted is None:
            raise NotFound(f"Shopify has no {kind} to read by id.")
        ids = [one for one in external_ids if one.isascii() and one.isdigit()]
        found = [self._fetched(wanted, *each) for each in pages.by_id(self._transport, wanted, ids)]
        return [record for record in found if record is not None]

    def webhooks(self) -> Sequence[Webhook]:
        return subscriptions.listed(self._transport)

    def subscribe(self, address: str, secret: str) -> Sequence[Webhook]:
        """The app that this house runs has a configuration, which names the fixed topics; a shop's own app has none."""
        is_configured = bool(self._vault.read().get("house"))
        return subscriptions.subscribe(self._transport, address, is_configured=is_configured)

    def unsubscribe(self, address: str) -> None:
        subscriptions.unsubscribe(self._transport, address)

    def announce(self, shop_id: str, public_url: str, secret: str, *, anew: bool = False) -> Companion:
        """Shopify's checkouts come as webhooks: there is no plugin to tell."""
        return "absent"

    def write(self, change: Change, so_far: Mapping[str, Any]) -> Written:
        return writes.write(self._transport, change, so_far)

    def installation(self) -> Installation:
        return installation.read(self._transport)

    def auditor(self) -> Auditor:
        return ShopifyAuditor(self._transport, self._bulk)

    def _by_pages(self, resource: Resource, search: str | None, place: Cursor) -> Iterator[Page]:
        if resource not in pages.KINDS:
            raise NotFound(f"Shopify lists no {resource} of their own.")
        for page in pages.walk(self._transport, pages.KINDS[resource], search, place.after):
            cursor = str(Cursor(by_pages=True, after=page.cursor)) if page.cursor else None
            yield Page(page.records, cursor, page.failures, doubts=page.doubts)

    def _kept_back(self, resource: str) -> Collection[str]:
        return pages.kept_back(self._transport, pages.KINDS[resource])

    def _fetched(
        self, kind: pages.Kind, external_id: str, node: msgspec.Raw | None, refused: Collection[str]
    ) -> Record | None:
        if node is None:
            return Deletion(kind.name, external_id)
        try:
            return withheld.mark(kind.read(bytes(node), self._transport), refused)
        except (msgspec.ValidationError, BadInput) as error:
            log.error("%s %s cannot be read: %s", kind.name, external_id, error)
            return None
