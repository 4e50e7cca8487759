"""Account, Shop, Credential and Handover: whose data it is, and how we reach the platform."""

from datetime import date, datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.db.columns import Table, big, json, moment, of_shop
from app.lib.ids import new_id
from app.reasons import Kept


class Account(Table, table=True):
    """A merchant with one or more shops and the people of the team. billing: none (nothing is sold here), active,
    pending, frozen or ended, as the shop that is billed was last told by its platform."""

    __tablename__ = "accounts"
    id: int = Field(default_factory=new_id, primary_key=True, sa_type=big().sa_type)
    name: str
    created_at: datetime = moment()
    billing: str = "none"
    plan: str | None = None
    billed_until: datetime | None = moment(None)
    billed_shop_id: int | None = big(default=None)
    billing_checked_at: datetime | None = moment(None)


class Shop(Table, table=True):
    """The tenant. state: connecting, active, paused (the merchant must act: `state_reason` says why, `remedy` how),
    uninstalled. authorised_at: when the platform last showed that we are installed. scopes: what we were granted, None
    where the platform knows none. renewing_until: whoever renews the tokens holds all others off until then. wipe_at:
    when the data of a shop go that its merchant disconnected here."""

    __tablename__ = "shops"
    __table_args__ = (UniqueConstraint("platform", "domain"),)
    id: int = Field(default_factory=new_id, primary_key=True, sa_type=big().sa_type)
    account_id: int = Field(foreign_key="accounts.id", sa_type=big().sa_type)
    platform: str
    domain: str
    name: str
    home_url: str
    email: str | None = None
    currency: str
    timezone: str
    taxes_included: bool = False
    decimals: int = 2
    rates: dict[str, str] | None = json()
    state: str = "connecting"
    state_reason: Kept | None = json()
    remedy: str | None = None
    installed_at: datetime = moment()
    authorised_at: datetime | None = moment(None)
    uninstalled_at: datetime | None = moment(None)
    wipe_at: datetime | None = moment(None)
    backfilled_at: datetime | None = moment(None)
    oldest_order_on: date | None = None  # here
    oldest_there_on: date | None = None  # of those that the platform lets us see
    webhooks_checked_at: datetime | None = moment(None)
    webhooks_state: str | None = None
    webhooks: dict[str, str] | None = json()  # topic -> active, made (at the latest look), waiting, off, or why not
    scopes: list[str] | None = json()
    renewing_until: datetime | None = moment(None)


class Credential(Table, table=True):
    """One secret of a shop, encrypted. name: client_id, client_secret, grant, consumer_key, webhook_secret …
    expires_at: when it is to be thrown away."""

    __tablename__ = "credentials"
    __table_args__ = (of_shop(),)
    shop_id: int = big(primary_key=True)
    name: str = Field(primary_key=True)
    value: bytes = Field(sa_type=LargeBinary)
    expires_at: datetime | None = moment(None)
    changed_at: datetime = moment()


class Handover(Table, table=True):
    """WooCommerce's hand-over of keys that was begun and not yet ended. digest: of the name it goes by, which works
    once; session: of the cookie of the browser that began it; home_url: the shop that its merchant was sent to; keys:
    what the shop posted, encrypted, of no use until the merchant is back; tries: at the proof that it is their shop;
    proof: what the companion plugin gave along with its button, as the plugin knows it too."""

    __tablename__ = "handovers"
    digest: bytes = Field(primary_key=True, sa_type=LargeBinary)
    session: bytes = Field(sa_type=LargeBinary)
    account_id: int = Field(foreign_key="accounts.id", ondelete="CASCADE", sa_type=big().sa_type)
    home_url: str
    back: str | None = None
    proof: str | None = None
    keys: bytes | None = Field(default=None, sa_type=LargeBinary)
    tries: int = 0
    expires_at: datetime = moment()
