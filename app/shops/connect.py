"""Connecting a shop: credentials tried, the shop's own facts kept, webhooks subscribed, the backfill begun."""

import secrets as random
from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select

from app import jobs
from app.context import Context
from app.db.scope import EveryShop, every_shop, shop_scope
from app.lib.outgoing import guarded_session
from app.shops import credentials
from app.shops.clients import client_for, connector_of, webhook_address
from app.shops.models import Account, Shop
from connectors.base import ShopFacts


def connect(context: Context, platform: str, address: str, secrets: Mapping[str, str], now: datetime) -> int:
    """Connect a shop, or the same one again with other credentials; its id. Raises BadInput, AuthLost, Refused or
    PlatformDown in words that say what is wrong and where; nothing is kept then."""
    session = guarded_session(
        allow_private=context.settings.allow_private_shops, shopify_origin=context.settings.shopify_origin
    )
    connector = connector_of(platform)
    domain, home_url = connector.locate(address, session)
    facts = connector.client(domain, home_url, secrets, session).facts()
    shop_id = _keep_shop(context, platform, facts, now)
    _keep_secrets(context, shop_id, secrets, now)
    subscribe(context, shop_id, now)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
    return shop_id


def subscribe(context: Context, shop_id: int, now: datetime) -> None:
    """See that the shop's webhooks are there and ours: before the backfill reads its first page, and every so often."""
    with shop_scope(context.engine, shop_id) as scope:
        shop, kept = scope.shop, credentials.secrets(scope, context.keyring)
    address = webhook_address(context, shop)
    state = "no public address: pull only"
    if address is not None:
        client = client_for(context, shop_id)
        made = client.subscribe(address, kept["webhook_secret"])
        has_plugin = client.announce(str(shop_id), context.settings.public_url or "", kept["webhook_secret"])
        active = sum(webhook.is_active for webhook in made)
        state = f"{active} of {len(made)} active" + (", companion plugin" if has_plugin else "")
    with shop_scope(context.engine, shop_id, write=True) as scope:
        scope.shop.webhooks_checked_at, scope.shop.webhooks_state = now, state


def refresh_facts(shop: Shop, facts: ShopFacts) -> None:
    """Bring a shop's row in line with what its platform says of it."""
    shop.name, shop.home_url, shop.email = facts.name, facts.home_url, facts.email
    shop.taxes_included, shop.decimals = facts.taxes_included, facts.decimals
    shop.currency, shop.timezone = facts.currency, facts.timezone
    shop.rates = dict(facts.rates) or None


def _keep_shop(context: Context, platform: str, facts: ShopFacts, now: datetime) -> int:
    with every_shop(context.engine, write=True) as db:
        shop = db.first(select(Shop).where(Shop.platform == platform, Shop.domain == facts.domain))
        if shop is None:
            shop = db.add(_new_shop(db, platform, facts, now))
        shop.state, shop.state_reason, shop.installed_at, shop.uninstalled_at = "connecting", None, now, None
        refresh_facts(shop, facts)
        return shop.id


def _new_shop(db: EveryShop, platform: str, facts: ShopFacts, now: datetime) -> Shop:
    account = db.first(select(Account).order_by(col(Account.id)).limit(1))
    if account is None:
        account = db.add(Account(name=facts.name, created_at=now))
        db.flush()
    return Shop(
        account_id=account.id,
        platform=platform,
        domain=facts.domain,
        name=facts.name,
        home_url=facts.home_url,
        currency=facts.currency,
        timezone=facts.timezone,
        installed_at=now,
    )


def _keep_secrets(context: Context, shop_id: int, secrets: Mapping[str, str], now: datetime) -> None:
    with shop_scope(context.engine, shop_id, write=True) as scope:
        known = credentials.secrets(scope, context.keyring)
        if "webhook_secret" not in known:
            # hexadecimal: WooCommerce decodes HTML entities in a secret before it signs
            credentials.keep(scope, context.keyring, "webhook_secret", random.token_hex(32), now)
        for name, value in secrets.items():
            credentials.keep(scope, context.keyring, name, value, now)
