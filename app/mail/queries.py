"""What pages read of mail."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.mail.models import Message, Sender


def messages_of(scope: ShopScope, customer_id: int, before: datetime, limit: int) -> Sequence[Message]:
    wanted = select(Message).where(Message.customer_id == customer_id, col(Message.created_at) < before)
    return scope.all(wanted.order_by(col(Message.created_at).desc()).limit(limit))


def counts(scope: ShopScope) -> dict[str, int]:
    """How many messages are in each state."""
    counted = select(Message.state, func.count()).group_by(Message.state)
    return {row[0]: int(row[1]) for row in scope.rows(counted)}


def unsettled(scope: ShopScope, limit: int) -> Sequence[Message]:
    """Messages that a person should know of: refused for good, or perhaps sent and perhaps not."""
    wanted = select(Message).where(col(Message.state).in_(("uncertain", "failed")))
    return scope.all(wanted.order_by(col(Message.created_at).desc()).limit(limit))


def sender(scope: ShopScope) -> Sender | None:
    return scope.first(select(Sender).order_by(col(Sender.id)).limit(1))
