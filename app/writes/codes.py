"""Unique discount codes in bulk: made by us, added to one native discount of the shop, replaced where taken."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlmodel import col, select

from app.db.scope import ShopScope
from app.errors import Refused
from app.lib.i18n import _
from app.reasons import Reason
from app.writes.actions import change_of, enqueue, send_soon
from app.writes.models import DiscountCode, PlatformWrite
from connectors.changes import AddCodes, MakeDiscount

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is read for another
_LENGTH = 10
_AT_ONCE = 250
_ROUNDS = 3  # of replacing what was refused


def make_codes(scope: ShopScope, name: str, offer: MakeDiscount, count: int, now: datetime, prefix: str = "") -> None:
    """Have `count` codes made under one discount like `offer`, whose own code is the first. name: the same twice is
    one set. Raises Refused where the shop's platform has no such discounts."""
    first, *rest = new_codes(count, prefix)
    if offer.currency not in (None, scope.shop.currency):
        raise Refused(_("A discount is in the shop's currency: %(currency)s.", currency=scope.shop.currency))
    made = enqueue(scope, msgspec.structs.replace(offer, code=first), name, f"discount:{name}", now)
    if made is None:
        raise Refused(_("This shop's platform takes no discount codes from us yet."))
    first = change_of(made).code  # type: ignore[union-attr]  # of the first time, where this is the second
    for place in range(0, len(rest), _AT_ONCE):
        batch = AddCodes(first, tuple(rest[place : place + _AT_ONCE]), offer)
        enqueue(scope, batch, name, f"codes:{name}:{place // _AT_ONCE}", now)


def codes_of(scope: ShopScope, name: str) -> Sequence[str]:
    """The codes of a set that can be redeemed by now."""
    return scope.all(select(DiscountCode.code).where(DiscountCode.name == name).order_by(col(DiscountCode.code)))


def new_codes(count: int, prefix: str = "") -> list[str]:
    """Different codes that nobody guesses."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[prefix + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))] = None
    return list(found)


def on_written(scope: ShopScope, write: PlatformWrite, now: datetime) -> None:
    """Keep the codes that the shop took, and ask for others in place of those it refused."""
    answer = write.answer or {}
    live = answer.get("live", ())
    known = set(scope.all(select(DiscountCode.code).where(col(DiscountCode.code).in_(live))))
    for code in live:
        if code not in known:
            scope.add(DiscountCode(shop_id=scope.shop_id, code=code, name=write.subject, made_at=now))
    refused = answer.get("refused")
    if not refused:
        return
    change = change_of(write)
    if write.key.count("+") >= _ROUNDS or write.attempts >= _ROUNDS:
        said = "; ".join(f"{code}: {why}" for code, why in refused.items())
        write.state, write.error = "failed", Reason("codes_refused", details=said).kept()
    elif isinstance(change, MakeDiscount):
        _rename(scope, write, change, now)
    elif isinstance(change, AddCodes):
        prefix = change.codes[0][:-_LENGTH]
        enqueue(
            scope,
            AddCodes(change.discount, tuple(new_codes(len(refused), prefix)), change.like),
            write.subject,
            write.key + "+",
            now,
        )


def _rename(scope: ShopScope, write: PlatformWrite, change: MakeDiscount, now: datetime) -> None:
    """The first code is somebody else's: another one, for the discount and for those that wait for it."""
    (code,) = new_codes(1, change.code[:-_LENGTH])
    write.payload = msgspec.to_builtins(msgspec.structs.replace(change, code=code))
    write.state, write.done_at, write.due_at, write.attempts = "waiting", None, now, write.attempts + 1
    waiting = select(PlatformWrite).where(
        PlatformWrite.subject == write.subject, PlatformWrite.kind == "discount_codes", PlatformWrite.state == "waiting"
    )
    for later in scope.all(waiting):
        later.payload = {**(later.payload or {}), "discount": code}
    send_soon(scope)
