"""A shop's API client, made from its row and its secrets."""

import requests

from app.context import Context
from app.db.scope import shop_scope
from app.errors import Refused
from app.lib.outgoing import guarded_session
from app.shops.models import Shop
from app.shops.vault import KeptSecrets
from connectors import CONNECTORS
from connectors.base import Client, Connector, ShopFacts


def connector_of(platform: str) -> Connector:
    """The connector of a platform. Raises Refused for one that we do not know."""
    if platform not in CONNECTORS:
        raise Refused(f"{platform!r} is none of {', '.join(CONNECTORS)}")
    return CONNECTORS[platform]


def client_for(context: Context, shop_id: int) -> Client:
    """The client of a connected shop; it keeps one connection, so keep it while there is work."""
    vault = KeptSecrets(context, shop_id)
    with shop_scope(context.engine, shop_id) as scope:
        shop = scope.shop
    connector = connector_of(shop.platform)
    return connector.client(
        shop.domain,
        shop.home_url,
        vault.read(),
        session_for(context),
        facts_of(shop),
        vault,
        context.settings.home / "bulk",
    )


def session_for(context: Context) -> requests.Session:
    """The guarded session that calls go out by."""
    return guarded_session(
        allow_private=context.settings.allow_private_shops, shopify_origin=context.settings.shopify_origin
    )


def facts_of(shop: Shop) -> ShopFacts:
    """What a normaliser may know of a shop."""
    return ShopFacts(
        domain=shop.domain,
        name=shop.name,
        currency=shop.currency,
        timezone=shop.timezone,
        home_url=shop.home_url,
        email=shop.email,
        taxes_included=shop.taxes_included,
        decimals=shop.decimals,
        rates=shop.rates or {},
    )


def webhook_address(context: Context, platform: str, shop_id: int) -> str | None:
    """Where a shop's webhooks go; None without a public address."""
    base = context.settings.public_url
    if base is None:
        return None
    return f"{base}/webhooks/shopify" if platform == "shopify" else f"{base}/webhooks/woocommerce/{shop_id}"
