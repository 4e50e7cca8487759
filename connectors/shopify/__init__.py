"""Shopify: the Admin API of one version, its webhooks, its bulk files."""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from app.errors import BadInput
from connectors.base import Client, Resource, ShopFacts, Topic
from connectors.shopify import webhooks
from connectors.shopify.client import ShopifyClient
from connectors.shopify.topics import IGNORED, TOPICS

_HANDLE = r"[a-z0-9][a-z0-9-]*"
_ADDRESS = re.compile(
    rf"(?:https?://)?(?:admin\.shopify\.com/store/(?P<admin>{_HANDLE})|(?P<name>{_HANDLE})(?:\.myshopify\.com)?)(?:/.*)?\Z"
)


class ShopifyConnector:
    """Keeps `connectors.base.Connector`. work: the folder where bulk files wait to be read; it should outlive the
    process, so that a restarted worker need not fetch them again."""

    platform = "shopify"
    resources: Sequence[Resource] = ("products", "customers", "orders", "checkouts")
    topics: Mapping[str, Topic] = TOPICS
    ignored: Mapping[str, str] = IGNORED

    def __init__(self, work: Path | None = None) -> None:
        self._work = work
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

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
    ) -> Client:
        return ShopifyClient(domain, secrets, session, self._folder())

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> bool:
        return webhooks.verify(headers, body, secrets)

    def topic_of(self, headers: Mapping[str, str]) -> str:
        return webhooks.topic_of(headers)

    def delivery_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return webhooks.delivery_key(headers, body)

    def _folder(self) -> Path:
        if self._work is not None:
            self._work.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._work
        if self._temporary is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="regulars-shopify-")
        return Path(self._temporary.name)
