"""What a platform says of things of its own, and of customers that it made one: kept, or read afresh."""

from collections.abc import Sequence

from app.commerce.models import PlatformFact
from app.commerce.parts import text
from app.commerce.work import Work
from connectors.records import Fact, Merge

_COLUMNS = ("kind", "external_id", "at", "said", "is_gone")
_ORDERS_OF = """
    SELECT o.external_id FROM orders o JOIN customers c ON c.shop_id = o.shop_id AND c.id = o.customer_id
    WHERE o.shop_id = :shop_id AND c.external_id = ANY(:keys)"""


def write(work: Work, facts: Sequence[Fact]) -> None:
    """The latest of each stays (R18)."""
    rows = [(fact.kind, fact.external_id, fact.at or work.now, text(fact.said), fact.is_gone) for fact in facts]
    work.batch.upsert(
        PlatformFact, _COLUMNS, rows, key=("kind", "external_id"), guard="excluded.at >= platform_facts.at"
    )
    work.counts["noted"] += len(facts)


def merge(work: Work, merges: Sequence[Merge]) -> None:
    """Whose orders they are now, and whether the other one is gone, is for the platform to say."""
    for one in merges:
        work.counts["deferred"] += 1
        work.ask("customer", one.kept_external_id)
        work.ask("deleted:customer", one.gone_external_id)
    for row in work.batch.rows(_ORDERS_OF, {"keys": [one.gone_external_id for one in merges]}):
        work.ask("order", row[0])
