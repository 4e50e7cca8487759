"""The figures of a shop as the store has them: what the demo prints and the proof compares."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from app.commerce.models import Customer, LineItem, Order, Product, Refund
from app.db.scope import ShopScope
from app.flows.models import Enrollment
from app.loyalty.models import LedgerEntry
from app.mail.models import Message
from app.segments.models import Segment

_COUNTED = (col(Order.is_counted).is_(True), col(Order.deleted_at).is_(None))


def figures(scope: ShopScope) -> dict[str, Any]:
    """Counts and sums over counted orders; money in minor units of the shop's currency."""
    orders, placed, refunded, net, converted = scope.rows(
        select(
            func.count(),
            func.sum(Order.placed_minor),
            func.sum(Order.refunded_minor),
            func.sum(Order.net_minor),
            func.count(col(Order.placed_minor)),
        ).where(*_COUNTED)
    )[0]
    listed = (col(Customer.is_guest).is_(False), col(Customer.is_known).is_(True), col(Customer.deleted_at).is_(None))
    return {
        "platform": scope.shop.platform,
        "domain": scope.shop.domain,
        "customers": scope.scalar(select(func.count()).select_from(Customer).where(*listed)),
        "orders": orders,
        "line_items": scope.scalar(_of_orders(LineItem)),
        "products": scope.scalar(select(func.count()).select_from(Product).where(col(Product.deleted_at).is_(None))),
        "currency": scope.shop.currency,
        "placed_minor": int(placed or 0),
        "refunds": scope.scalar(_of_orders(Refund)),
        "refunded_minor": int(refunded or 0),
        "net_minor": int(net or 0),
        "segment_regulars": scope.scalar(select(col(Segment.size)).where(col(Segment.name) == "Regulars")),
        "not_converted": orders - converted,
    }


def after_shoppers(scope: ShopScope) -> dict[str, Any]:
    """What the shoppers' day came to."""
    sent = select(func.count()).select_from(Message).where(col(Message.state) == "sent")
    recovered = select(func.count()).select_from(Enrollment).where(col(Enrollment.state) == "recovered")
    return {
        "domain": scope.shop.domain,
        "mails_sent": scope.scalar(sent),
        "recovered_orders": scope.scalar(recovered),
        "points": int(scope.scalar(select(func.sum(LedgerEntry.points))) or 0),
    }


def _of_orders(model: Any) -> Any:
    return select(func.count()).select_from(model).join(Order, col(Order.id) == model.order_id).where(*_COUNTED)
