"""How far a source's times are moved, so that an old shop looks like one of this week."""

from datetime import datetime, timedelta

WEEK = timedelta(days=7)


def weeks_to(last_order_at: datetime, until: datetime | None) -> timedelta:
    """Whole weeks that bring the last order into the seven days before `until`; none without it."""
    return WEEK * ((until - last_order_at) // WEEK) if until else timedelta()
