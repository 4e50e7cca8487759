"""What a journey waits for: backfills at their end, nothing left to do, a mail sent in every shop."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.context import Context
from app.db.scope import shop_scope
from app.errors import RegularsError
from app.jobs.models import JobRow
from app.journal.models import Delivery, Event, PendingFetch
from app.lib.clock import utc_now
from app.mail.models import Message
from app.reasons import told


def is_backfilled(context: Context, shop_ids: Iterable[int]) -> bool:
    """Raises RegularsError where a shop is paused or its backfill was given up: nobody should wait for that."""
    for shop_id in shop_ids:
        with shop_scope(context.engine, shop_id) as scope:
            if scope.shop.state == "paused":
                raise RegularsError(f"{scope.shop.domain} is paused: {told(scope.shop.state_reason)}")
            backfill = select(JobRow).where(JobRow.shop_id == shop_id, JobRow.name == "backfill")
            if (given_up := scope.first(backfill.where(JobRow.state == "dead"))) is not None:
                raise RegularsError(f"{scope.shop.domain}: the backfill was given up: {given_up.error}")
            if scope.shop.backfilled_at is None:
                return False
    return True


def is_idle(context: Context, shop_ids: Iterable[int]) -> bool:
    """Nothing waits that could be done now."""
    now = utc_now()
    for shop_id in shop_ids:
        with shop_scope(context.engine, shop_id) as scope:
            waiting: tuple[SelectOfScalar[Any], ...] = (
                select(Delivery.id).where(Delivery.state == "pending"),
                select(Event.id).where(Event.state == "pending"),
                select(PendingFetch.external_id).where(col(PendingFetch.due_at) <= now),
                select(Message.id).where(col(Message.state).in_(("queued", "sending")), col(Message.not_before) <= now),
                select(JobRow.id).where(
                    JobRow.shop_id == shop_id, col(JobRow.state).in_(("ready", "running")), col(JobRow.due_at) <= now
                ),
            )
            if any(scope.first(statement.limit(1)) is not None for statement in waiting):
                return False
    return True


def mails_are_sent(context: Context, shop_ids: Iterable[int]) -> bool:
    for shop_id in shop_ids:
        with shop_scope(context.engine, shop_id) as scope:
            if scope.first(select(Message.id).where(Message.state == "sent").limit(1)) is None:
                return False
    return True
