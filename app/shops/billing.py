"""What an account pays for the hosted app, as its shop's platform says; where nothing is sold, nothing is kept."""

from datetime import datetime

from sqlmodel import select

from app.context import Context
from app.db.scope import every_shop
from app.shops.models import Account, Shop
from connectors.base import Subscription


def keep_billing(context: Context, shop_id: int, paid: Subscription | None, now: datetime) -> None:
    """Keep a shop's subscription as its account's. A shop that pays nothing says nothing of what another one pays."""
    with every_shop(context.engine, write=True) as db:
        account = db.first(select(Account).join(Shop).where(Shop.id == shop_id))
        if account is None or (paid is None and account.billed_shop_id not in (None, shop_id)):
            return
        account.billing = paid.status if paid else "none"
        account.plan = paid.plan if paid else None
        account.billed_until = paid.until if paid else None
        account.billed_shop_id = shop_id if paid else None
        account.billing_checked_at = now
