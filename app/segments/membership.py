"""Who is in which segment, kept live: membership always equals the definition."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import select

from app.commerce.models import CustomerStats
from app.db.scope import ShopScope
from app.errors import BadInput
from app.journal.models import Event
from app.segments.audience import audience
from app.segments.conditions._compare import column
from app.segments.language import parse
from app.segments.models import Membership, Segment

_CHUNK = 500


def evaluate(scope: ShopScope, segment: Segment, now: datetime) -> None:
    """Bring the whole membership of a segment in line with its text."""
    scope.lock(segment)  # its size is kept by whoever changes its members
    described = audience(parse(segment.text), scope.shop.currency)
    members = select(Membership.customer_id).where(Membership.segment_id == segment.id)
    entered = [row[0] for row in scope.rows(described.except_(members))]
    left = [row[0] for row in scope.rows(members.except_(described))]
    _change(scope, segment, entered, left, now)
    segment.size = scope.scalar(select(func.count()).select_from(members.subquery())) or 0
    segment.evaluated_at = now


def refresh(scope: ShopScope, customer_ids: Sequence[int], now: datetime) -> None:
    """Bring the membership of some customers in line, in every segment."""
    for segment in scope.all(select(Segment).order_by(column(Segment.id))):
        scope.lock(segment)
        described = audience(parse(segment.text), scope.shop.currency)
        should = {row[0] for row in scope.rows(described.where(column(CustomerStats.customer_id).in_(customer_ids)))}
        held = select(Membership.customer_id).where(
            Membership.segment_id == segment.id, column(Membership.customer_id).in_(customer_ids)
        )
        has = {row[0] for row in scope.rows(held)}
        _change(scope, segment, sorted(should - has), sorted(has - should), now)
        if should != has:
            segment.size += len(should) - len(has)
            segment.evaluated_at = now


def on_customer(scope: ShopScope, event: Event, now: datetime) -> None:
    """A reaction: something about a customer changed."""
    if event.customer_id is not None:
        refresh(scope, [event.customer_id], now)


def save(scope: ShopScope, name: str, text: str, now: datetime, segment: Segment | None = None) -> Segment:
    """Make a segment, or change one, and evaluate it. Raises BadInput for a text that cannot be read."""
    audience(parse(text), scope.shop.currency)  # a text that cannot be read is refused before anything is kept
    if not name.strip():
        raise BadInput("give the segment a name", "name")
    if segment is None:
        segment = scope.add(Segment(shop_id=scope.shop_id, name=name, text=text, created_at=now, changed_at=now))
    segment.name, segment.text, segment.changed_at = name.strip(), text, now
    evaluate(scope, segment, now)
    return segment


def _change(scope: ShopScope, segment: Segment, entered: list[int], left: list[int], now: datetime) -> None:
    scope.batch().upsert(
        Membership,
        ("segment_id", "customer_id", "entered_at"),
        [(segment.id, customer_id, now) for customer_id in entered],
        key=("segment_id", "customer_id"),
        keep=("entered_at",),
    )
    for start in range(0, len(left), _CHUNK):
        gone = column(Membership.customer_id).in_(left[start : start + _CHUNK])
        scope.execute(delete(Membership).where(column(Membership.segment_id) == segment.id, gone))
