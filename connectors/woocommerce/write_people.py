"""Notes on orders and consent, written. WooCommerce itself keeps no consent: the companion plugin does."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import unescape
from typing import Any

from app.errors import NotFound, Refused
from app.lib.i18n import _
from connectors.changes import AddOrderNote, EmailConsent, Written
from connectors.woocommerce.changes import gmt
from connectors.woocommerce.errors import NoRoute
from connectors.woocommerce.rows import bodies, one
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.types import Body

CONSENT = "wc-regulars/v1/consent"
_LONGEST = 60_000  # bytes; of a longer one WooCommerce says that it is broken itself


class Note(Body):
    id: int
    note: str


class Kept(Body):
    """What the plugin keeps of an address; state: None where it knows nothing."""

    state: str | None = None
    at: datetime | None = None


def note(transport: Transport, change: AddOrderNote, _so_far: Mapping[str, Any]) -> Written:
    """The same words stand on an order once."""
    if len(change.note.encode()) > _LONGEST:
        raise Refused(_("The note is too long for WooCommerce."))
    path = f"wc/v3/orders/{change.order}/notes"
    try:
        standing, _failures = bodies(transport.get(path, {"type": "internal"}).content, Note)
    except NotFound as error:
        raise Refused(_("WooCommerce has no order %(order)s any more.", order=change.order)) from error
    if known := _same(standing, change.note):
        return Written({"note": known}, was_so=True)
    made = one(transport.send("POST", path, body={"note": change.note}).content, Note)
    return Written({"note": made.id})


def consent(transport: Transport, change: EmailConsent, _so_far: Mapping[str, Any]) -> Written:
    """The later word counts, and of two at one moment the no: the plugin sees to it, and says what stands then. Without
    the plugin there is nobody in the shop to be told."""
    word = {"email": change.address, "state": change.state, "at": f"{gmt(change.at)}Z"}
    try:
        before = _kept(transport.get(CONSENT, {"email": change.address}).content)
        if before == (change.state, change.at):
            return Written(_said(before), was_so=True)
        after = _kept(transport.send("POST", CONSENT, body=word).content)
    except (NoRoute, NotFound):
        return Written({"plugin": None}, was_so=True)
    if after[0] != change.state:
        if change.state == "refused":
            return Written(_said(after), was_so=True)  # they agreed again later
        later = f"{after[1]:%Y-%m-%d %H:%M} UTC" if after[1] else ""
        raise Refused(_("The shop's plugin knows a later word of this address, of %(later)s.", later=later))
    return Written(_said(after))


def _same(standing: Sequence[Note], words: str) -> int | None:
    return next((each.id for each in standing if _plain(each.note) == _plain(words)), None)


def _plain(words: str) -> str:
    return " ".join(unescape(words).split())


def _kept(raw: bytes) -> tuple[str | None, datetime | None]:
    found = one(raw, Kept)
    return found.state, found.at


def _said(kept: tuple[str | None, datetime | None]) -> dict[str, Any]:
    return {"state": kept[0], "at": kept[1] and kept[1].isoformat()}
