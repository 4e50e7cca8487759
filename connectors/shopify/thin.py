"""Deliveries about orders and customers that say a part of it at once; the rest is read afresh."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from connectors.base import ShopFacts, Topic
from connectors.records import Consent, ConsentRecord, CustomerRecord, Hint, Merge, Record, RefundRecord
from connectors.shopify.amounts import Minor
from connectors.shopify.bodies import decode, fields, identity, part
from connectors.shopify.people import STATES
from connectors.shopify.reading import number, utc
from connectors.shopify.types import Moment


class Currency(msgspec.Struct):
    currency_code: str


class Currencies(msgspec.Struct):
    shop_money: Currency
    presentment_money: Currency


class Payment(msgspec.Struct):
    kind: str
    status: str
    amount: str


class Refunded(msgspec.Struct):
    order_id: int
    created_at: Moment
    total_duties_set: Currencies
    transactions: list[Payment]
    note: str | None = None


def refund(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """Payments are in the buyer's currency: where that is another than the shop's all is read afresh. So is which lines
    were touched in any case: the body does not say whether their amounts have tax in, the order's ledger does."""
    said = decode(body, Refunded)
    order = str(said.order_id)
    money = said.total_duties_set
    if money.shop_money != money.presentment_money:
        return [Hint("order", order)]
    minor = Minor(money.shop_money.currency_code)
    paid = [one for one in said.transactions if (one.kind, one.status) == ("refund", "success")]
    external_id = identity(fields(body), "id")
    total = sum(minor[one.amount] for one in paid)
    return [
        RefundRecord(external_id, order, total, utc(said.created_at), said.note or None),
        Hint("order", order),
    ]


def stock(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """How many there are in one place; a variant's stock is that of all. Its item stands in the level's own id."""
    said = fields(body)
    item = str(said.get("admin_graphql_api_id", "")).partition("inventory_item_id=")[2]
    return [Hint("inventory_item", item or identity(said, "inventory_item_id"))]


class Said(msgspec.Struct):
    """What was said of consent: email and SMS spell its time and origin in one way, WhatsApp in another."""

    state: str | None = None
    opt_in_level: str | None = None
    consent_updated_at: Moment | None = None
    updated_at: Moment | None = None
    consent_collected_from: str | None = None
    collected_from: str | None = None


def consent(channel: Literal["email", "sms", "whatsapp"], customer: str, address: str, field: str) -> Topic:
    """Kept at first sight, with its own time, so that a refusal never waits for a read."""

    def read(body: bytes, _: ShopFacts) -> Sequence[Record]:
        told = fields(body)
        customer_id, where = identity(told, customer), told.get(address)
        hint = Hint("customer", customer_id)
        said = part(told, field, Said)
        if not where or not said.state:
            return [hint]
        return [CustomerRecord(customer_id, None, consents=(_consent(channel, where, said),)), hint]

    return read


def _consent(channel: Literal["email", "sms", "whatsapp"], address: str, said: Said) -> ConsentRecord:
    at = said.consent_updated_at or said.updated_at
    state: Consent = STATES.get((said.state or "").upper(), "unknown")
    return ConsentRecord(
        channel,
        address,
        state,
        at=utc(at) if at else None,
        level=said.opt_in_level.lower() if said.opt_in_level else None,
        source=(said.consent_collected_from or said.collected_from or "").lower(),
    )


class Merged(msgspec.Struct):
    admin_graphql_api_customer_kept_id: str
    admin_graphql_api_customer_deleted_id: str
    status: str | None = None


def merge(body: bytes, _: ShopFacts) -> Sequence[Record]:
    """One that failed changed nothing: both are read afresh all the same, since the body may come before its end."""
    said = decode(body, Merged)
    kept = number(said.admin_graphql_api_customer_kept_id)
    gone = number(said.admin_graphql_api_customer_deleted_id)
    if said.status == "failed":
        return [Hint("customer", kept), Hint("customer", gone)]
    return [Merge(kept, gone)]
