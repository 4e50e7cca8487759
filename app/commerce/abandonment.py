"""When a checkout counts as abandoned: an hour without a change, somebody to write to, and no order."""

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import col, select

from app.commerce.changes import Changes
from app.commerce.models import Checkout
from app.db.scope import ShopScope

AFTER = timedelta(hours=1)
NEWS_FOR = timedelta(days=7)  # one that a first import found, older than this, is abandoned and nobody's news


def mark_abandoned(scope: ShopScope, now: datetime) -> list[int]:
    """Mark the checkouts that are abandoned by now; their ids. The recent ones become events."""
    has_somebody = or_(col(Checkout.email).is_not(None), col(Checkout.customer_id).is_not(None))
    due = (col(Checkout.state) == "open", col(Checkout.updated_at) <= now - AFTER, has_somebody)
    found = scope.all(select(Checkout).where(*due))
    if not found:
        return []
    scope.execute(update(Checkout).where(*due).values(state="abandoned", abandoned_at=now))
    changes = Changes()
    for checkout in found:
        if checkout.updated_at > now - NEWS_FOR:
            changes.note("checkout.abandoned", checkout.id, checkout.customer_id, {"state": ["open", "abandoned"]})
    changes.write(scope, now)
    return [checkout.id for checkout in found]
