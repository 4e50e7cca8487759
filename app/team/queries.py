"""Who is signed in, and which shops are theirs."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from app.db.scope import EveryShop
from app.shops.models import Shop
from app.team.actions import digest
from app.team.models import Person, Session


def person_of(db: EveryShop, cookie: str, now: datetime) -> tuple[Person, Session] | None:
    """The person of a session's cookie and the session itself, while it lasts. `now` is real time."""
    session = db.first(select(Session).where(Session.digest == digest(cookie), col(Session.expires_at) > now))
    person = db.first(select(Person).where(Person.id == session.person_id)) if session else None
    return (person, session) if person and session else None


def shops_of(db: EveryShop, account_id: int) -> Sequence[Shop]:
    """An account's shops, the first connected first; those that left come last."""
    order = (col(Shop.uninstalled_at).is_not(None), col(Shop.installed_at), col(Shop.id))
    return db.all(select(Shop).where(Shop.account_id == account_id).order_by(*order))
