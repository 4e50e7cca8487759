"""Checkouts: baskets on their way, and the orders that they became, whichever came first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from app.commerce import carts, identity, stats
from app.commerce.known import Incoming
from app.commerce.models import Checkout, CheckoutToken, OrderToken
from app.commerce.parts import Digests, Stored, Verdict, digests_of, judge, text
from app.commerce.work import Work
from app.lib.ids import new_ids
from app.lib.money import convert
from connectors.records import CheckoutRecord

_REMEMBERED = timedelta(days=100)  # platforms themselves drop a basket after three months
_COLUMNS = (
    "id", "external_id", "customer_id", "customer_external_id", "email", "email_key", "state", "created_at",
    "updated_at", "abandoned_at", "completed_at", "order_external_id", "currency", "present_total_minor",
    "total_minor", "items", "url", "locale", "tokens", "digests",
)  # fmt: skip
# What the one source of a platform knows of a basket the other may not (a list names no address of a guest): what was
# once named stays, and what comes too late to be the basket's state still names what nobody else did.
_KEPT = (
    "customer_id", "customer_external_id", "email", "email_key", "abandoned_at", "completed_at",
    "order_external_id", "items", "url", "locale",
)  # fmt: skip
_KNOWN = """
    SELECT external_id, id, updated_at, digests, state, customer_id FROM checkouts
    WHERE shop_id = :shop_id AND external_id = ANY(:keys)"""
_BY_TOKEN = """
    SELECT t.token, c.id, c.customer_id, c.state FROM checkout_tokens t
    JOIN checkouts c ON c.shop_id = t.shop_id AND c.id = t.checkout_id
    WHERE t.shop_id = :shop_id AND t.token = ANY(:tokens) AND c.state <> 'completed'"""
_ORDERS = """
    SELECT t.token, o.external_id, o.placed_at FROM order_tokens t
    JOIN orders o ON o.shop_id = t.shop_id AND o.id = t.order_id
    WHERE t.shop_id = :shop_id AND t.token = ANY(:tokens)
    UNION SELECT 'order:' || external_id, external_id, placed_at FROM orders
    WHERE shop_id = :shop_id AND external_id = ANY(:orders)"""
_FILL = """
    UPDATE checkouts SET customer_id = COALESCE(customer_id, ?),
        customer_external_id = COALESCE(customer_external_id, ?), email = COALESCE(email, ?),
        email_key = COALESCE(email_key, ?), items = COALESCE(items, ?), url = COALESCE(url, ?),
        locale = COALESCE(locale, ?)
    WHERE shop_id = ? AND id = ?"""
_COMPLETE = """
    UPDATE checkouts SET state = 'completed', completed_at = COALESCE(completed_at, ?),
        order_external_id = COALESCE(order_external_id, ?)
    WHERE shop_id = ? AND id = ?"""


class KnownCheckout(NamedTuple):
    row: Stored
    state: str
    customer_id: int | None


class Basket(NamedTuple):
    """A checkout on its way into its row."""

    id: int
    record: CheckoutRecord
    state: str
    digests: Digests | None  # None: overtaken by a later state
    known: KnownCheckout | None
    is_news: bool


def write(work: Work, records: Sequence[CheckoutRecord]) -> None:
    """Bring the checkouts up to date; each external id stands once among the records."""
    found = _baskets(work, carts.join(work, records))
    people = _people(work, found)
    _fill(work, [basket for basket in found if basket.digests is None], people)
    baskets = [basket for basket in found if basket.digests is not None]
    rows = [_row(work, basket, people.get(basket.record.customer_external_id or "")) for basket in baskets]
    work.batch.upsert(Checkout, _COLUMNS, rows, key=("external_id",), keep=_KEPT)
    _name(work, baskets)
    identity.tell(work, identity.told(work, set(people.values())))
    for basket in baskets:
        customer_id = people.get(basket.record.customer_external_id or "")
        before = basket.known.state if basket.known else None
        if basket.is_news:
            work.changes.note("checkout.changed", basket.id, customer_id, {"state": [before, basket.state]})
    _complete_by_orders(work, [basket for basket in baskets if basket.state != "completed"])


def complete(work: Work, orders: Sequence[Incoming]) -> None:
    """End the checkouts that these orders came of, now or when they are told of."""
    recent = [order for order in orders if order.record.head and order.record.head.placed_at > work.now - _REMEMBERED]
    rows = [(order.id, token) for order in recent for token in _tokens_of(order)[1:]]
    work.batch.upsert(OrderToken, ("order_id", "token"), rows, key=("order_id", "token"))
    named = {token: order for order in orders for token in _tokens_of(order)}
    found = work.batch.rows(_BY_TOKEN, {"tokens": list(named)}) if named else []
    for token, checkout_id, customer_id, state in found:
        record = named[token].record
        if record.head is not None:
            _end(work, checkout_id, customer_id, state, record.external_id, record.head.placed_at)


def drop(work: Work, external_ids: Sequence[str]) -> None:
    """The platform no longer has these baskets: nothing is left to recover."""
    sql = """UPDATE checkouts SET state = 'emptied'
             WHERE shop_id = :shop_id AND state <> 'completed' AND id IN
                 (SELECT checkout_id FROM checkout_tokens WHERE shop_id = :shop_id AND token = ANY(:keys))"""
    work.counts["deleted"] += work.batch.execute(sql, {"keys": external_ids})


def tokens_of(record: CheckoutRecord) -> list[str]:
    """Every name by which an order may mean this checkout."""
    order = [f"order:{record.order_external_id}"] if record.order_external_id else []
    return list(dict.fromkeys([record.external_id, *record.tokens, *order]))


def _tokens_of(order: Incoming) -> list[str]:
    head = order.record.head
    named = [head.checkout_token, head.cart_token] if head else []
    return [f"order:{order.record.external_id}", *(token for token in named if token)]


def _baskets(work: Work, records: Sequence[CheckoutRecord]) -> list[Basket]:
    rows = work.batch.rows(_KNOWN, {"keys": [record.external_id for record in records]}, times=(2,), jsons=(3,))
    known = {row[0]: KnownCheckout(Stored(row[1], row[2], row[3] or {}), row[4], row[5]) for row in rows}
    found = []
    for record, new_id in zip(records, new_ids(len(records)), strict=True):
        before = known.get(record.external_id)
        carried = _digests(record)
        verdict = _judge(work, before, record.updated_at, carried)
        if record.consent is not None:  # also where nothing else is new: a box is ticked within a second
            work.consents.append((before.customer_id if before else None, record.consent, record.updated_at))
        work.settle("checkout", record.external_id, record.updated_at, carried, verdict)
        if verdict.digests is not None or verdict.outcome == "superseded":
            state, is_news = _state(record, before, verdict), verdict.outcome != "unchanged"
            found.append(Basket(before.row.id if before else new_id, record, state, verdict.digests, before, is_news))
    return found


def _digests(record: CheckoutRecord) -> Digests:
    rest = msgspec.structs.replace(record, items=None, consent=None)
    return digests_of(("head", "items"), (rest, record.items))


def _judge(work: Work, known: KnownCheckout | None, updated_at: datetime, carried: Digests) -> Verdict:
    """Not every basket can be read afresh: of two states of one moment the one with the larger digest stays, so that
    every order of arrival ends the same."""
    if known is None:
        return judge(None, updated_at, carried, work.fresh, work.is_again)
    verdict = judge(known.row, updated_at, carried, work.fresh, work.is_again)
    if verdict.outcome != "conflict":
        return verdict
    is_larger = sorted(carried.items()) > sorted((name, known.row.digests.get(name, -1)) for name in carried)
    return judge(known.row, updated_at, carried, fresh=True) if is_larger else Verdict("superseded")


def _state(record: CheckoutRecord, known: KnownCheckout | None, verdict: Verdict) -> str:
    if record.completed_at is not None or (known and known.state == "completed"):
        return "completed"
    if record.is_emptied:
        return "emptied"
    return known.state if known and not verdict.changed else "open"


def _row(work: Work, basket: Basket, customer_id: int | None) -> tuple[Any, ...]:
    record = basket.record
    return (
        basket.id, record.external_id, customer_id, record.customer_external_id, record.email,
        identity.email_key(record.email), basket.state, record.created_at, record.updated_at,
        None, record.completed_at, record.order_external_id, record.currency,
        record.total, _shop_total(record, work.shop.currency), text(record.items), record.url, record.locale,
        text(tokens_of(record)), text(basket.digests),
    )  # fmt: skip


def _people(work: Work, baskets: Sequence[Basket]) -> dict[str, int]:
    named = [basket.record.customer_external_id for basket in baskets if basket.record.customer_external_id]
    known = identity.people(work, named).ids
    made = identity.make(work, {key: () for key in dict.fromkeys(named) if key not in known})
    stats.begin(work, dict.fromkeys(made.values(), ()))
    return {**known, **made}


def _fill(work: Work, overtaken: Sequence[Basket], people: Mapping[str, int]) -> None:
    rows = [
        (
            people.get(record.customer_external_id or ""), record.customer_external_id, record.email,
            identity.email_key(record.email), text(record.items), record.url, record.locale, work.shop.id, basket_id,
        )
        for basket_id, record, *_ in overtaken
    ]  # fmt: skip
    work.batch.executemany(_FILL, rows)


def _shop_total(record: CheckoutRecord, into: str) -> int | None:
    if record.currency == into:
        return record.total
    return convert(record.total, record.currency, Decimal(record.rate), into) if record.rate else None


def _name(work: Work, baskets: Sequence[Basket]) -> None:
    rows = [(basket.id, token) for basket in baskets for token in tokens_of(basket.record)]
    work.batch.upsert(CheckoutToken, ("checkout_id", "token"), rows, key=("checkout_id", "token"))


def _complete_by_orders(work: Work, baskets: Sequence[Basket]) -> None:
    tokens = [token for basket in baskets for token in tokens_of(basket.record)]
    if not tokens:
        return
    ids = [token.removeprefix("order:") for token in tokens if token.startswith("order:")]
    rows = work.batch.rows(_ORDERS, {"tokens": tokens, "orders": ids}, times=(2,))
    found = {token: (order_id, placed_at) for token, order_id, placed_at in sorted(rows, key=lambda row: row[2])[::-1]}
    for basket in baskets:
        order = next((found[token] for token in tokens_of(basket.record) if token in found), None)
        if order is not None:
            _end(work, basket.id, basket.known and basket.known.customer_id, basket.state, *order)


def _end(
    work: Work, checkout_id: int, customer_id: int | None, state: str, order_external_id: str, placed_at: datetime
) -> None:
    work.batch.execute(_COMPLETE, (placed_at, order_external_id, work.shop.id, checkout_id))
    work.changes.note("checkout.changed", checkout_id, customer_id, {"state": [state, "completed"]})
