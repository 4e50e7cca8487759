"""Shopify: the Admin API of one version, its webhooks, its bulk files."""

import re
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import requests

from app.errors import BadInput
from connectors.base import Client, Resource, ShopFacts, Topic
from connectors.changes import Change
from connectors.shopify import webhooks, writes
from connectors.shopify.client import ShopifyClient
from connectors.shopify.topics import IGNORED, TOPICS
from connectors.vault import Vault

_HANDLE = r"[a-z0-9][a-z0-9-]*"
_ADDRESS = re.compile(
    rf"(?:https?://)?(?:admin\.shopify\.com/store/(?P<admin>{_HANDLE})|(?P<name>{_HANDLE})(?:\.myshopify\.com)?)(?:/.*)?\Z"
)


class ShopifyConnector:
    """Keeps `connectors.base.Connector`."""

    platform = "shopify"
    resources: Sequence[Resource] = ("products", "customers", "orders", "checkouts")
    sweeps: Sequence[Resource] = ()
    topics: Mapping[str, Topic] = TOPICS
    ignored: Mapping[str, str] = IGNORED
    writes: Collection[type[Change]] = tuple(writes.WRITERS)
    verify = staticmethod(webhooks.verify)
    topic_of = staticmethod(webhooks.topic_of)
    delivery_key = staticmethod(webhooks.delivery_key)
    triggered_at = staticmethod(webhooks.triggered_at)

    def locate(self, address: str, session: requests.Session) -> tuple[str, str]:
        """From `name`, `name.myshopify.com` or an address in Shopify's admin; nothing is asked over the net."""
        found = _ADDRESS.match(address.strip().lower())
        if found is None:
            raise BadInput(
                "name the shop as in name.myshopify.com; Shopify's settings show it under Domains", "address"
            )
        domain = f"{found['admin'] or found['name']}.myshopify.com"
        return domain, f"https://{domain}"

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
        return ShopifyClient(domain, vault or secrets, session, files or Path(tempfile.gettempdir()))
