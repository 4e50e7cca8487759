"""Signing in and out, stand-alone: a link that works once, a session that lasts two weeks. `now` is real time here."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select

from app.db.scope import EveryShop
from app.errors import BadInput
from app.lib.i18n import _
from app.shops.models import Account, Shop
from app.team.models import Person, Session, SignInLink

LINK_LASTS = timedelta(minutes=15)
SESSION_LASTS = timedelta(days=14)


def sign_in_link(db: EveryShop, email: str, now: datetime, public_url: str) -> str:
    """A one-time address that signs `email` in; makes the person where there is none yet."""
    person = _person(db, email.strip().lower(), now)
    token = secrets.token_urlsafe(32)
    db.execute(delete(SignInLink).where(col(SignInLink.expires_at) < now))
    db.add(SignInLink(digest=digest(token), person_id=person.id, expires_at=now + LINK_LASTS))
    return f"{public_url}/panel/sign-in/{token}"


def sign_in(db: EveryShop, token: str, now: datetime) -> str | None:
    """Use a link up: the cookie of a new session, or None where the link is used, old or unknown."""
    is_good = (
        col(SignInLink.digest) == digest(token),
        col(SignInLink.used_at).is_(None),
        col(SignInLink.expires_at) > now,
    )
    if db.execute(update(SignInLink).where(*is_good).values(used_at=now)) != 1:
        return None
    link = _found(db.first(select(SignInLink).where(SignInLink.digest == digest(token))))
    return _session_of(db, link.person_id, now)


def sign_in_installer(db: EveryShop, shop: Shop, now: datetime) -> str | None:
    """The cookie for whoever installed a shop in its admin; None where the account is also somebody else's, or another
    shop's: to install in this one proves nothing of those."""
    email = (shop.email or f"owner@{shop.domain}").strip().lower()
    shops = db.all(select(Shop.id).where(Shop.account_id == shop.account_id))
    people = db.all(select(Person).where(Person.account_id == shop.account_id))
    if list(shops) != [shop.id] or any(person.email != email for person in people):
        return None
    person = people[0] if people else db.add(Person(account_id=shop.account_id, email=email, created_at=now))
    db.flush()
    return _session_of(db, person.id, now)


def sign_out(db: EveryShop, cookie: str) -> None:
    db.execute(delete(Session).where(col(Session.digest) == digest(cookie)))


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def csrf_token(cookie: str) -> str:
    """What a page of this session must send back with anything that changes something."""
    return hmac.new(cookie.encode(), b"csrf", hashlib.sha256).hexdigest()


def _session_of(db: EveryShop, person_id: int, now: datetime) -> str:
    cookie = secrets.token_urlsafe(32)
    db.execute(delete(Session).where(col(Session.expires_at) < now))
    db.add(Session(digest=digest(cookie), person_id=person_id, created_at=now, expires_at=now + SESSION_LASTS))
    return cookie


def _person(db: EveryShop, email: str, now: datetime) -> Person:
    name, _at, domain = email.partition("@")
    if not name or "." not in domain.strip(".") or " " in email:
        raise BadInput(_("%(email)s is not an email address", email=repr(email)), _("email"))
    found = db.first(select(Person).where(Person.email == email).order_by(col(Person.created_at)))
    if found:
        return found
    account = db.first(select(Account).order_by(col(Account.created_at), col(Account.id)))
    if account is None:
        account = db.add(Account(name=domain, created_at=now))
        db.flush()
    return db.add(Person(account_id=account.id, email=email, created_at=now))


def _found(link: Any) -> SignInLink:
    assert isinstance(link, SignInLink)  # the update has just found it
    return link
