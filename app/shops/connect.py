"""Connecting a shop: credentials tried, the webhooks subscribed, the shop's own facts kept, the backfill begun."""

import secrets as random
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select

from app import jobs
from app.context import Context
from app.db.scope import EveryShop, every_shop, shop_scope
from app.lib.ids import new_id
from app.lib.outgoing import guarded_session
from app.shops import credentials
from app.shops.clients import client_for, connector_of, webhook_address
from app.shops.models import Account, Shop
from connectors.base import Client, ShopFacts


def connect(context: Context, platform: str, address: str, secrets: Mapping[str, str], now: datetime) -> int:
    """Connect a shop, or the same one again with other credentials; its id. Raises BadInput, AuthLost, Refused or
    PlatformDown in words that say what is wrong and where; nothing is kept then."""
    session = guarded_session(
        allow_private=context.settings.allow_private_shops, shopify_origin=context.settings.shopify_origin
    )
    connector = connector_of(platform)
    domain, home_url = connector.locate(address, session)
    client = connector.client(domain, home_url, secrets, session)
    facts = client.facts()
    shop_id, webhook_secret = _known_as(context, platform, facts.domain)
    # before anything is kept: it is here that a key which may only read is turned away
    webhooks = _subscribed(context, client, platform, shop_id, webhook_secret)
    shop_id = _keep_shop(context, platform, facts, shop_id, now)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        credentials.forget(scope)  # an old token would be used in place of the new key
        for name, value in {**secrets, "webhook_secret": webhook_secret}.items():
            credentials.keep(scope, context.keyring, name, value, now)
        scope.shop.webhooks_checked_at, scope.shop.webhooks_state = now, webhooks
        jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
    return shop_id


def subscribe(context: Context, shop_id: int, now: datetime) -> None:
    """See that a connected shop's webhooks are still there and ours."""
    with shop_scope(context.engine, shop_id) as scope:
        platform, kept = scope.shop.platform, credentials.secrets(scope, context.keyring)
    webhooks = _subscribed(context, client_for(context, shop_id), platform, shop_id, kept["webhook_secret"])
    with shop_scope(context.engine, shop_id, write=True) as scope:
        scope.shop.webhooks_checked_at, scope.shop.webhooks_state = now, webhooks


def refresh_facts(shop: Shop, facts: ShopFacts) -> None:
    """Bring a shop's row in line with what its platform says of it."""
    shop.name, shop.home_url, shop.email = facts.name, facts.home_url, facts.email
    shop.taxes_included, shop.decimals = facts.taxes_included, facts.decimals
    shop.currency, shop.timezone = facts.currency, facts.timezone
    shop.rates = dict(facts.rates) or None


def _known_as(context: Context, platform: str, domain: str) -> tuple[int, str]:
    """The id and the webhook secret of a shop that is here already, or those that a new one gets."""
    with every_shop(context.engine) as db:
        shop_id = db.first(select(Shop.id).where(Shop.platform == platform, Shop.domain == domain))
    kept: Mapping[str, str] = {}
    if shop_id is not None:
        with shop_scope(context.engine, shop_id) as scope:
            kept = credentials.secrets(scope, context.keyring)
    # hexadecimal: WooCommerce decodes HTML entities in a secret before it signs
    return shop_id or new_id(), kept.get("webhook_secret") or random.token_hex(32)


def _subscribed(context: Context, client: Client, platform: str, shop_id: int, secret: str) -> str:
    """See that every topic is subscribed, and tell the companion plugin; what came of it, in words."""
    address = webhook_address(context, platform, shop_id)
    if address is None:
        return "no public address: pull only"
    made = client.subscribe(address, secret)
    has_plugin = client.announce(str(shop_id), context.settings.public_url or "", secret)
    active = sum(webhook.is_active for webhook in made)
    return f"{active} of {len(made)} active" + (", companion plugin" if has_plugin else "")


def _keep_shop(context: Context, platform: str, facts: ShopFacts, new_shop_id: int, now: datetime) -> int:
    with every_shop(context.engine, write=True) as db:
        shop = db.first(select(Shop).where(Shop.platform == platform, Shop.domain == facts.domain))
        if shop is None:
            shop = db.add(_new_shop(db, platform, facts, new_shop_id, now))
        shop.state, shop.state_reason, shop.installed_at, shop.uninstalled_at = "connecting", None, now, None
        refresh_facts(shop, facts)
        return shop.id


def _new_shop(db: EveryShop, platform: str, facts: ShopFacts, shop_id: int, now: datetime) -> Shop:
    account = db.first(select(Account).order_by(col(Account.id)).limit(1))
    if account is None:
        account = db.add(Account(name=facts.name, created_at=now))
        db.flush()
    return Shop(
        id=shop_id,
        account_id=account.id,
        platform=platform,
        domain=facts.domain,
        name=facts.name,
        home_url=facts.home_url,
        currency=facts.currency,
        timezone=facts.timezone,
        installed_at=now,
    )
