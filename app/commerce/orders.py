"""Orders: rows from records, in batches, with all that hangs on them."""

from collections.abc import Sequence
from typing import Any

from app.commerce import checkouts, currency, lines, refunds, stats
from app.commerce.changes import difference
from app.commerce.known import Incoming, KnownOrder, known_orders
from app.commerce.models import Order
from app.commerce.owners import Owners
from app.commerce.parts import Digests, Texts, Verdict, judge, order_digests, order_texts, text
from app.commerce.work import Work
from app.lib.ids import new_ids
from connectors.records import OrderRecord

PARTS = OrderRecord.__struct_fields__[5:-1]  # those that are a column of JSON each
_CORE = ("head", "lines", "refunds")  # without these an order is not whole, and is read afresh
_COLUMNS = (
    "id", "external_id", "customer_id", "number", "status", "fulfilment", "is_counted", "is_test", "is_rounded",
    "placed_at", "placed_on", "created_at", "updated_at", "cancelled_at", "cancel_reason", "deleted_at", "currency",
    *currency.COLUMNS, "present_placed_minor", "present_refunded_minor", "present_net_minor", "rate", "rate_source",
    "rate_on", "email", "phone", "made_by", "source", "gateways", "locale", "company", "location", "note",
    "taxes_included", "checkout_token", "cart_token", "customer_external_id", "digests", *PARTS,
)  # fmt: skip
_UPDATE_PARTS = f"""
    UPDATE orders SET updated_at = ?, digests = ?, {", ".join(f"{name} = COALESCE(?, {name})" for name in PARTS)}
    WHERE shop_id = ? AND id = ?"""


def write(work: Work, records: Sequence[OrderRecord]) -> None:
    """Bring the orders up to date; each external id stands once among the records."""
    orders = _incoming(work, records)
    with_head = [order for order in orders if "head" in order.write]
    owners = Owners(work, with_head)
    rows = [_row(work, order, owners.of(order)) for order in with_head if order.known is None]
    work.batch.insert(Order, _COLUMNS, rows)
    rows = [_row(work, order, owners.of(order)) for order in with_head if order.known]
    work.batch.upsert(Order, _COLUMNS, rows, key=("external_id",), keep=PARTS)
    work.batch.executemany(_UPDATE_PARTS, [_parts(work, order) for order in orders if "head" not in order.write])
    lines.replace(work, orders)
    refunds.replace(work, orders)
    checkouts.complete(work, with_head)
    owners.tend(orders)
    if work.live:
        for order in orders:
            _note(work, order, owners)


def delete(work: Work, external_ids: Sequence[str]) -> None:
    """The platform no longer has these, and that was checked: they stay, out of every figure."""
    gone = [known for known in known_orders(work, external_ids).values() if not known.row.is_deleted]
    sql = "UPDATE orders SET deleted_at = ?, is_counted = FALSE WHERE shop_id = ? AND id = ?"
    work.batch.executemany(sql, [(work.now, work.shop.id, known.row.id) for known in gone])
    stats.refresh(work, {known.customer_id for known in gone if known.customer_id is not None})
    for known in gone:
        work.counts["deleted"] += 1
        work.changes.note("order.changed", known.row.id, known.customer_id, {"parts": ["deleted"]})


def _incoming(work: Work, records: Sequence[OrderRecord]) -> list[Incoming]:
    known = known_orders(work, [record.external_id for record in records])
    ids = new_ids(len(records))
    found = []
    for record, new_id in zip(records, ids, strict=True):
        before = known.get(record.external_id)
        texts = order_texts(record)
        carried = order_digests(record, texts)
        verdict = _judge(work, record, before, carried)
        work.settle("order", record.external_id, record.updated_at, carried, verdict)
        if verdict.digests is not None:
            found.append(_order(work, record, texts, verdict, verdict.digests, before, new_id))
    return found


def _judge(work: Work, record: OrderRecord, known: KnownOrder | None, carried: Digests) -> Verdict:
    if known is None and record.head is None:
        work.ask("order", record.external_id)
        return Verdict("deferred")
    return judge(known.row if known else None, record.updated_at, carried, work.fresh, work.is_again)


def _order(
    work: Work, record: OrderRecord, texts: Texts, verdict: Verdict, digests: Digests,
    known: KnownOrder | None, new_id: int,
) -> Incoming:  # fmt: skip
    if not work.fresh and any(digests.get(name, -1) < 0 for name in _CORE):
        work.ask("order", record.external_id)
    write = verdict.write
    rate = currency.rate_of(record.head, work.shop.currency) if record.head else known.rate if known else None
    if known is not None and "head" in write and rate != known.rate:
        write = tuple(digests)  # other shop money: for the lines and refunds too
        if record.lines is None or record.refunds is None:
            work.ask("order", record.external_id)
    money = currency.shop_money(record.head, rate) if record.head else None
    return Incoming(known.row.id if known else new_id, record, texts, verdict, digests, write, known, rate, money)


def _row(work: Work, order: Incoming, customer_id: int | None) -> tuple[Any, ...]:
    """The values of `_COLUMNS`, in straight code: this runs for every order of a backfill."""
    record, head, texts, rate = order.record, order.record.head, order.texts, order.rate
    assert head is not None
    assert order.money is not None
    sums, placed_on = head.sums, work.local_day(head.placed_at)
    return (
        order.id, record.external_id, customer_id, head.number, head.status, head.fulfilment, head.is_counted,
        head.is_test, head.is_rounded, head.placed_at, placed_on, head.created_at, record.updated_at,
        head.cancelled_at, head.cancel_reason, None, sums.currency, *order.money,
        sums.placed, sums.refunded, sums.net, head.rate if rate else None, head.rate_source if rate else None,
        placed_on if rate and rate.rate else None, head.email, head.phone, head.made_by, head.source,
        text(head.gateways), head.locale, head.company, head.location, head.note, head.taxes_included,
        head.checkout_token, head.cart_token, head.customer_external_id, text(order.digests),
        *[texts[name].decode() if name in texts else None for name in PARTS],
    )  # fmt: skip


def _parts(work: Work, order: Incoming) -> tuple[Any, ...]:
    texts = [order.texts[name].decode() if name in order.write and name in order.texts else None for name in PARTS]
    return (order.record.updated_at, text(order.digests), *texts, work.shop.id, order.id)


def _note(work: Work, order: Incoming, owners: Owners) -> None:
    if order.verdict.outcome not in ("created", "updated"):
        return
    known, head = order.known, order.record.head
    before = known.figures if known else {}
    customer_id = owners.of(order) if "head" in order.write else known and known.customer_id
    changes: dict[str, Any] = {"parts": list(order.verdict.changed)}
    kind = "order.changed"
    if head is not None and "head" in order.write:
        money = order.money or currency.UNKNOWN
        after = {
            "status": head.status, "fulfilment": head.fulfilment, "is_counted": head.is_counted,
            "placed_minor": money.placed, "refunded_minor": money.refunded, "net_minor": money.net,
            "customer_id": customer_id,
        }  # fmt: skip
        changes |= difference(before, after)
        kind = "order.placed" if head.is_counted and not before.get("is_counted") else kind
    work.changes.note(kind, order.id, customer_id, changes)
    loser = known.customer_id if known else None
    if loser is not None and loser != customer_id:
        work.changes.note("customer.changed", loser, loser, {"parts": ["orders"]})
