"""The row of a shop that was connected or installed: made, or found again as it was left."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.context import Context
from app.db.scope import EveryShop, every_shop
from app.shops.models import Account, Shop
from connectors.base import ShopFacts


def register(
    context: Context, platform: str, facts: ShopFacts, now: datetime, *, new_id: int, account_id: int | None = None
) -> int:
    """The shop's id. It begins where it was left: what was copied stays, and the gap is pulled. account_id: whose a new
    shop becomes; without one it gets an account of its own."""
    try:
        return _register(context, platform, facts, now, new_id, account_id)
    except IntegrityError:  # two windows opened the same new shop: the other was first
        return _register(context, platform, facts, now, new_id, account_id)


def known_shop(context: Context, platform: str, domain: str) -> Shop | None:
    with every_shop(context.engine) as db:
        found: Shop | None = db.first(select(Shop).where(Shop.platform == platform, Shop.domain == domain))
    return found


def first_account(context: Context, name: str, now: datetime) -> int:
    """Whose shops are that an operator connects."""
    with every_shop(context.engine, write=True) as db:
        found = db.first(select(Account.id).order_by(col(Account.id)).limit(1))
        return found or _new_account(db, name, now)


def refresh_facts(shop: Shop, facts: ShopFacts) -> None:
    """Bring a shop's row in line with what its platform says of it."""
    shop.name, shop.home_url, shop.email = facts.name, facts.home_url, facts.email
    shop.taxes_included, shop.decimals = facts.taxes_included, facts.decimals
    shop.currency, shop.timezone = facts.currency, facts.timezone
    shop.rates = dict(facts.rates) or None


def _register(
    context: Context, platform: str, facts: ShopFacts, now: datetime, new_id: int, account_id: int | None
) -> int:
    with every_shop(context.engine, write=True) as db:
        shop = db.first(select(Shop).where(Shop.platform == platform, Shop.domain == facts.domain))
        if shop is None:
            owner = account_id or _new_account(db, facts.name, now)
            shop = db.add(_new_shop(owner, platform, facts, new_id, now))
        elif shop.state == "uninstalled":
            shop.installed_at = now
        shop.state, shop.state_reason, shop.remedy = "connecting", None, None
        shop.authorised_at, shop.uninstalled_at, shop.wipe_at = now, None, None
        refresh_facts(shop, facts)
        return shop.id


def _new_account(db: EveryShop, name: str, now: datetime) -> int:
    account = db.add(Account(name=name, created_at=now))
    db.flush()
    return account.id


def _new_shop(account_id: int, platform: str, facts: ShopFacts, shop_id: int, now: datetime) -> Shop:
    return Shop(
        id=shop_id,
        account_id=account_id,
        platform=platform,
        domain=facts.domain,
        name=facts.name,
        home_url=facts.home_url,
        currency=facts.currency,
        timezone=facts.timezone,
        installed_at=now,
    )
