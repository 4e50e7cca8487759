"""What pages read of segments: the list, the members, what a text means in words."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from sqlmodel import col, select

from app.commerce.models import Customer, CustomerStats
from app.db.scope import ShopScope
from app.lib.i18n import _, country, locale, noted
from app.segments.audience import registry
from app.segments.language import All, Any, Condition, Node, Not, parse
from app.segments.models import Membership, Segment

_WORDS = {
    "=": noted("is %(value)s"),
    "!=": noted("is not %(value)s"),
    ">": noted("is more than %(value)s"),
    ">=": noted("is %(value)s or more"),
    "<": noted("is less than %(value)s"),
    "<=": noted("is %(value)s or less"),
}


def all_segments(scope: ShopScope) -> Sequence[Segment]:
    return scope.all(select(Segment).order_by(col(Segment.name)))


def segments_of(scope: ShopScope, customer_id: int) -> Sequence[tuple[Segment, Membership]]:
    """The segments that a customer is in, and since when."""
    joined = select(Segment, Membership).join(Membership, col(Membership.segment_id) == col(Segment.id))
    wanted = joined.where(Membership.customer_id == customer_id).order_by(col(Segment.name))
    return [(row[0], row[1]) for row in scope.rows(wanted)]


def entries_of(
    scope: ShopScope, customer_id: int, before: datetime, limit: int
) -> Sequence[tuple[Segment, Membership]]:
    joined = select(Segment, Membership).join(Membership, col(Membership.segment_id) == col(Segment.id))
    wanted = joined.where(Membership.customer_id == customer_id, col(Membership.entered_at) < before)
    return [(row[0], row[1]) for row in scope.rows(wanted.order_by(col(Membership.entered_at).desc()).limit(limit))]


Member = tuple[Customer, CustomerStats | None, Membership]


def members(scope: ShopScope, segment_id: int, after: int | None, limit: int) -> Sequence[Member]:
    """A page of members by id."""
    stats = col(CustomerStats.customer_id) == col(Customer.id)
    joined = select(Customer, CustomerStats, Membership).join(
        Membership, col(Membership.customer_id) == col(Customer.id)
    )
    wanted = joined.join(CustomerStats, stats).where(Membership.segment_id == segment_id)
    if after is not None:
        wanted = wanted.where(col(Membership.customer_id) > after)
    return [(row[0], row[1], row[2]) for row in scope.rows(wanted.order_by(col(Membership.customer_id)).limit(limit))]


def in_words(text: str, currency: str) -> str:
    """What a text asks for, as a sentence in the reader's words. Raises BadInput for one that cannot be read."""
    said = _said(parse(text), currency)
    return said[:1].upper() + said[1:] + "."


def _said(node: Node, currency: str) -> str:
    match node:
        case Condition():
            module = registry().get(node.name)
            label = _(module.label) if module else node.name
            value = _value(node.value, module.kind, currency) if module else node.value
            return f"{label} {_(_WORDS[node.operator], value=value)}"
        case Not(part):
            return _("not (%(part)s)", part=_said(part, currency))
        case All(parts):
            return _(" and ").join(_grouped(part, currency) for part in parts)
        case Any(parts):
            return _(", or ").join(_said(part, currency) for part in parts)


def _grouped(node: Node, currency: str) -> str:
    return f"({_said(node, currency)})" if isinstance(node, Any) else _said(node, currency)


def _value(text: str, kind: str, currency: str) -> str:
    match kind:
        case "money":
            return format_currency(Decimal(text), currency, locale=locale())
        case "number":
            return format_decimal(int(text), locale=locale())
        case "day":
            return format_date(date.fromisoformat(text), "medium", locale=locale())
        case "country":
            return country(text.upper())
    return text
