"""Connecting a shop: credentials tried, the webhooks subscribed, the shop's own facts kept, the backfill begun."""

import secrets as random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from app import jobs
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.errors import Refused
from app.lib.i18n import _
from app.lib.ids import new_id
from app.shops import credentials
from app.shops.clients import client_for, connector_of, session_for, webhook_address
from app.shops.models import Shop
from app.shops.register import first_account, known_shop, register
from connectors.base import Client, Webhook
from connectors.vault import Held

_PLUGIN = {
    "absent": (),
    "connected": ("companion plugin",),
    "left": ("companion plugin, disconnected in the shop",),
}
WAITING = "waiting"  # the state of a topic whose webhook is yet to be made
_OLD_SECRET = timedelta(days=1)  # what was signed before the change may still be on its way; Shopify says an hour


class Subscribed(NamedTuple):
    """What came of subscribing: in words, and topic by topic. has_gap: some were missing; is_whole: none is now."""

    words: str
    topics: dict[str, str]
    has_gap: bool = False
    is_whole: bool = True

    def keep(self, shop: Shop, now: datetime) -> None:
        """While some are being set up they were last good when they were whole."""
        shop.webhooks_state, shop.webhooks = self.words, self.topics
        if self.is_whole or shop.webhooks_checked_at is None:
            shop.webhooks_checked_at = now


def connect(
    context: Context,
    platform: str,
    address: str,
    secrets: Mapping[str, str],
    now: datetime,
    account_id: int | None = None,
) -> int:
    """Connect a shop, or the same one again with other credentials; its id. account_id: whose it is or becomes; None
    for an operator, who may connect anybody's. Raises BadInput, AuthLost, Refused or PlatformDown in words that say
    what is wrong and where; nothing is kept then."""
    session = session_for(context)
    connector = connector_of(platform)
    domain, home_url = connector.locate(address, session)
    held = Held(secrets)
    client = connector.client(domain, home_url, secrets, session, vault=held)
    facts = client.facts()
    new_shop_id, webhook_secret = _known_as(context, platform, facts.domain, account_id)
    # before anything is kept: it is here that a key which may only read is turned away
    webhooks = _subscribed(context, client, platform, new_shop_id, webhook_secret, anew=True)
    owner = account_id or first_account(context, facts.name, now)
    shop_id = register(context, platform, facts, now, new_id=new_shop_id, account_id=owner)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        _keep(context, scope, {**held.read(), "webhook_secret": webhook_secret}, now)
        webhooks.keep(scope.shop, now)
        jobs.defer(scope, "backfill", lane="ingest", dedupe="backfill", priority=5)
        jobs.defer(scope, "installation", lane="push", dedupe="installation")
        if not webhooks.is_whole:
            jobs.defer(scope, "webhooks", lane="push", dedupe="webhooks")
    return shop_id


def subscribe(context: Context, shop_id: int, now: datetime) -> Subscribed:
    """See that a connected shop's webhooks are still there and ours."""
    with shop_scope(context.engine, shop_id) as scope:
        was_whole = WAITING not in (scope.shop.webhooks or {}).values()
        platform, kept = scope.shop.platform, credentials.secrets(scope, context.keyring)
    client = client_for(context, shop_id)
    webhooks = _subscribed(context, client, platform, shop_id, kept.get("webhook_secret", ""))
    with shop_scope(context.engine, shop_id, write=True) as scope:
        webhooks.keep(scope.shop, now)
    return webhooks._replace(has_gap=webhooks.has_gap or not was_whole)


def _known_as(context: Context, platform: str, domain: str, account_id: int | None) -> tuple[int, str]:
    """The id and the webhook secret of a shop that is here already, or those that a new one gets."""
    shop = known_shop(context, platform, domain)
    if shop is not None and account_id not in (None, shop.account_id):
        raise Refused(_("%(shop)s is connected here already, in another account.", shop=domain))
    kept: Mapping[str, str] = {}
    if shop is not None:
        with shop_scope(context.engine, shop.id) as scope:
            kept = credentials.secrets(scope, context.keyring)
    # hexadecimal: WooCommerce decodes HTML entities in a secret before it signs
    return shop.id if shop else new_id(), kept.get("webhook_secret") or random.token_hex(32)


def _subscribed(
    context: Context, client: Client, platform: str, shop_id: int, secret: str, *, anew: bool = False
) -> Subscribed:
    """See that every topic is subscribed, and that the companion plugin knows us. anew: the merchant asks for it just
    now."""
    address = webhook_address(context, platform, shop_id)
    if address is None:
        return Subscribed("no public address: pull only", {})
    made = client.subscribe(address, secret)
    plugin = client.announce(str(shop_id), context.settings.public_url or "", secret, anew=anew)
    active = sum(webhook.is_active for webhook in made)
    refused = [f"{webhook.topic}: {webhook.why_not}" for webhook in made if webhook.why_not]
    words = [f"{active} of {len(made)} active", *_PLUGIN[plugin], *refused]
    topics = {webhook.topic: _state(webhook) for webhook in made}
    has_gap, is_whole = any(webhook.is_new for webhook in made), not any(webhook.is_due for webhook in made)
    return Subscribed(", ".join(words), topics, has_gap, is_whole)


def _state(webhook: Webhook) -> str:
    if webhook.is_active:
        return "made" if webhook.is_new else "active"
    return WAITING if webhook.is_due else webhook.why_not or "off"


def _keep(context: Context, scope: ShopScope, secrets: Mapping[str, str], now: datetime) -> None:
    """These secrets in place of all others: an old token would be used in place of the new key. Only the client secret
    before this one may still have signed what is on its way."""
    old = credentials.secrets(scope, context.keyring).get("client_secret")
    credentials.forget(scope)
    credentials.change(scope, context.keyring, secrets, now)
    if old and secrets.get("client_secret") not in (None, old):
        credentials.keep(scope, context.keyring, "client_secret_old", old, now, now + _OLD_SECRET)
