"""A shop of each platform with its secret, and their deliveries as the platforms sign them."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlmodel import select

from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.journal.models import Delivery
from app.lib.encryption import Keyring, new_key
from app.settings import read
from app.shops import credentials
from app.shops.models import Shop
from tests.conftest import make_shop
from webhooks import views

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def shopify_headers(body: bytes, secret: str, number: str, domain: str = "ours.myshopify.com") -> dict[str, str]:
    return {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-Webhook-Id": number,
        "X-Shopify-Hmac-Sha256": signature(body, secret),
        "Content-Type": "application/json",
    }


def woo_headers(body: bytes, secret: str) -> dict[str, str]:
    return {
        "X-WC-Webhook-Topic": "order.updated",
        "X-WC-Webhook-Signature": signature(body, secret),
        "X-WC-Webhook-Delivery-ID": "d1",
        "Content-Type": "application/json",
    }


@dataclass
class Counter:
    """What a platform sees, and what we hold."""

    client: FlaskClient
    context: Context
    app: Flask

    def keep_secret(self, shop: Shop, name: str, value: str) -> None:
        with shop_scope(self.context.engine, shop.id, write=True) as scope:
            credentials.keep(scope, self.context.keyring, name, value, NOW)

    def deliver(self, body: bytes, secret: str, number: str = "w1", domain: str = "ours.myshopify.com") -> int:
        headers = shopify_headers(body, secret, number, domain)
        return self.client.post("/webhooks/shopify", data=body, headers=headers).status_code

    def kept(self) -> list[Delivery]:
        with every_shop(self.context.engine) as db:
            return list(db.all(select(Delivery).order_by(Delivery.id)))  # type: ignore[arg-type]


@pytest.fixture
def counter(engine: Engine, shop: Shop, tmp_path: Path) -> Iterator[Counter]:
    settings = replace(read({"REGULARS_HOME": str(tmp_path)}), database_url=str(engine.url))
    context = Context(settings, engine, Keyring([new_key()]))
    app = Flask("intake")
    views.install(app, context)
    found = Counter(app.test_client(), context, app)
    found.keep_secret(shop, "client_secret", "s1")
    yield found
    app.extensions["intake"].inbox.close()


@pytest.fixture
def woo(counter: Counter) -> Shop:
    shop = make_shop(counter.context.engine, "woocommerce", "ours.example")
    counter.keep_secret(shop, "webhook_secret", "w1")
    return shop
