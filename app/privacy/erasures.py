"""Who was erased, as it goes to an older copy of the database: keyed hashes, which shops there are, open requests.

A copy that was made before still holds those people and shops: what is told here is done there once more.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine
from sqlmodel import SQLModel, col, select

from app.commerce.models import Checkout, Customer, Order
from app.consent.addresses import address_key
from app.consent.models import ConsentEntry, Suppression, Tombstone
from app.consent.tombstones import ADDRESS, CUSTOMER, ORDER, Name, is_pseudonym, lay_keys, own_key, tombstone
from app.db.scope import ShopScope, every_shop, shop_scope
from app.flows.models import Enrollment
from app.lib.encryption import KeyLost, Keyring
from app.mail.models import Message
from app.privacy.erasure import erase
from app.privacy.models import PrivacyRequest
from app.privacy.person import Subject, find
from app.privacy.requests import WITHIN, defer
from app.shops.models import Shop

_AT_ONCE = 20_000
_NAMED: tuple[tuple[type[SQLModel], str, str], ...] = (
    (Customer, "external_id", CUSTOMER), (Customer, "email", ADDRESS), (Customer, "phone", ADDRESS),
    (Order, "external_id", ORDER), (Order, "customer_external_id", CUSTOMER), (Order, "email", ADDRESS),
    (Checkout, "customer_external_id", CUSTOMER), (Checkout, "email", ADDRESS), (ConsentEntry, "address", ADDRESS),
    (Suppression, "address_key", ADDRESS), (Enrollment, "email", ADDRESS), (Message, "to", ADDRESS),
)  # fmt: skip


class Laid(msgspec.Struct, frozen=True):
    shop_id: int
    key: str
    kind: str
    at: datetime


class Asked(msgspec.Struct, frozen=True):
    """A request that is not done: the columns of its row. Whom it names is sealed in it."""

    shop_id: int
    kind: str
    source: str
    request_key: str
    state: str
    outcome: str | None
    subject: bytes | None
    export: bytes | None
    counts: dict[str, Any] | None
    requested_at: datetime
    due_at: datetime


class Erasures(msgspec.Struct, frozen=True, tag=True):
    """shops: all that there were."""

    written_at: datetime
    shops: frozenset[int]
    laid: tuple[Laid, ...]
    asked: tuple[Asked, ...]


class Done(NamedTuple):
    people: int
    shops: int
    requests: int


def collect(engine: Engine, now: datetime) -> Erasures:
    """All that a database knows of erasures."""
    with every_shop(engine) as db:
        undone = select(PrivacyRequest).where(PrivacyRequest.state != "done")
        return Erasures(
            now,
            frozenset(db.all(select(Shop.id))),
            tuple(Laid(row.shop_id, row.key, row.kind, row.at) for row in db.all(select(Tombstone))),
            tuple(_asked(row) for row in db.all(undone)),
        )


def repeat(engine: Engine, keyring: Keyring, said: Erasures, now: datetime) -> Done:
    """Do in this database what was done in the other; safe to repeat. Raises KeyLost where the hashes were made with
    a key that is not here."""
    with every_shop(engine) as db:
        here = {shop.id: shop.installed_at for shop in db.all(select(Shop))}
    people = shops = requests = 0
    for shop_id, installed_at in here.items():
        if shop_id not in said.shops:
            shops += installed_at <= said.written_at and _wipe(engine, shop_id, now)
            continue
        laid = [one for one in said.laid if one.shop_id == shop_id]
        people += _erase(engine, keyring, shop_id, laid, now) if laid else 0
        requests += _ask(engine, [one for one in said.asked if one.shop_id == shop_id])
    return Done(people, shops, requests)


def _asked(row: PrivacyRequest) -> Asked:
    return Asked(*(getattr(row, name) for name in Asked.__struct_fields__))


def _erase(engine: Engine, keyring: Keyring, shop_id: int, laid: Sequence[Laid], now: datetime) -> int:
    """Whoever is named by what is not laid here yet; the bodies of their webhooks are looked through by the worker."""
    if own_key(keyring, shop_id) not in {one.key for one in laid}:
        raise KeyLost("The erasures were made with another oldest key than is here: nobody can tell whom they name.")
    with shop_scope(engine, shop_id) as scope:
        known = set(scope.all(select(Tombstone.key)))
        new = {one.key: one for one in laid if one.key not in known}
        named = sorted({name for name in _names(scope) if tombstone(keyring, shop_id, name) in new}) if new else ()
    people = sum(_erase_one(engine, keyring, shop_id, name, now) for name in named)
    if new:
        with shop_scope(engine, shop_id, write=True) as scope:
            lay_keys(scope.batch(), [(one.key, one.kind, one.at) for one in new.values()])
            _add(scope, _again(shop_id, "customer_redact", f"again:{min(new)}", now))
    return people


def _erase_one(engine: Engine, keyring: Keyring, shop_id: int, name: Name, now: datetime) -> bool:
    """Unless it was one more name of somebody before."""
    with shop_scope(engine, shop_id, write=True) as scope:
        if scope.find(Tombstone, tombstone(keyring, shop_id, name)) is not None:
            return False
        return bool(erase(scope, keyring, find(scope, keyring, _subject(name)), now))


def _names(scope: ShopScope) -> Iterator[Name]:
    """All by which anybody is named here."""
    for model, column, kind in _NAMED:
        wanted, after = select(model.id, getattr(model, column)).order_by(col(model.id)), 0  # type: ignore[attr-defined]
        while rows := scope.rows(wanted.where(col(model.id) > after).limit(_AT_ONCE)):  # type: ignore[attr-defined]
            after = rows[-1][0]
            for _, said in rows:
                if said and not is_pseudonym(said):
                    yield kind, address_key(said) if kind == ADDRESS else said


def _subject(name: Name) -> Subject:
    kind, one = name
    if kind == CUSTOMER:
        return Subject(external_id=one)
    if kind == ORDER:
        return Subject(orders=(one,))
    return Subject(email=one) if "@" in one else Subject(phone=one)


def _ask(engine: Engine, asked: list[Asked]) -> int:
    if not asked:
        return 0
    with shop_scope(engine, asked[0].shop_id, write=True) as scope:
        return sum(_add(scope, one) for one in asked)


def _wipe(engine: Engine, shop_id: int, now: datetime) -> bool:
    """A shop that was wiped since is wiped again, and not called before."""
    with shop_scope(engine, shop_id, write=True) as scope:
        scope.shop.state, scope.shop.uninstalled_at = "uninstalled", scope.shop.uninstalled_at or now
        return _add(scope, _again(shop_id, "shop_redact", "again", now))


def _again(shop_id: int, kind: str, key: str, now: datetime) -> Asked:
    return Asked(shop_id, kind, "panel", key, "working", None, None, None, None, now, now + WITHIN)


def _add(scope: ShopScope, asked: Asked) -> bool:
    """Is it not here yet?"""
    if scope.first(select(PrivacyRequest.id).where(PrivacyRequest.request_key == asked.request_key)) is not None:
        return False
    scope.add(PrivacyRequest(**{name: getattr(asked, name) for name in Asked.__struct_fields__}))
    defer(scope)
    return True
