"""WooCommerce: read `webhooks` for what arrives, `client` for what we ask, `normalise` for what it means."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import requests

from connectors.base import Resource, ShopFacts, Topic
from connectors.changes import Change
from connectors.vault import Vault
from connectors.woocommerce import webhooks, writes
from connectors.woocommerce.client import WooClient
from connectors.woocommerce.discover import discover


class WooCommerceConnector:
    """Keeps `connectors.base.Connector`."""

    platform = "woocommerce"
    resources: Sequence[Resource] = ("products", "customers", "orders", "refunds", "coupons")
    sweeps: Sequence[Resource] = ("orders", "customers", "products")
    topics: Mapping[str, Topic] = webhooks.TOPICS
    ignored: Mapping[str, str] = webhooks.IGNORED
    writes: Collection[type[Change]] = tuple(writes.WRITERS)
    verify = staticmethod(webhooks.verify)
    topic_of = staticmethod(webhooks.topic_of)
    delivery_key = staticmethod(webhooks.delivery_key)
    triggered_at = staticmethod(webhooks.triggered_at)

    def locate(self, address: str, session: requests.Session) -> tuple[str, str]:
        """Domain and home URL of the shop at an address as a merchant types it; the shop itself is asked."""
        site = discover(address, session)
        return site.domain, site.home_url

    def client(
        self,
        domain: str,
        home_url: str,
        secrets: Mapping[str, str],
        session: requests.Session,
        known: ShopFacts | None = None,
        vault: Vault | None = None,
        files: Path | None = None,
    ) -> WooClient:
        """secrets: consumer_key, consumer_secret. known: saves asking for the facts and brings the merchant's rates."""
        return WooClient(home_url, secrets, session, known)
