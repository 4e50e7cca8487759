"""The proof as one page of text. It ends with the hash of what stands above and a signature by this house's key."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.db.scope import ShopScope
from app.journal.queries import head
from app.lib.encryption import Keyring
from app.lib.i18n import _
from app.lib.money import Money
from app.proof import queries, wording
from app.proof.models import Finding, ProvedDay
from app.proof.sides import Side, side, sum_of
from app.reasons import Reason, words

_SHOWN = 12  # of what differed, the latest
_SEALED = re.compile(rb"\A(.*\n)SHA-256 ([0-9a-f]{64})\nHMAC ([0-9a-f]{64})\s*\Z", re.DOTALL)


class Verdict(NamedTuple):
    """is_whole: the hash is that of the text above it. is_ours: this house signed just that, for this shop."""

    is_whole: bool
    is_ours: bool


def write(scope: ShopScope, keyring: Keyring, now: datetime) -> str:
    """The report as of now, in the language that is spoken."""
    text = "".join(f"{line}\n" for line in _lines(scope, now))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text}SHA-256 {digest}\nHMAC {_mac(scope, keyring, digest)}\n"


def check(scope: ShopScope, keyring: Keyring, given: bytes) -> Verdict:
    """Is this a report as it was written here? Line ends that were changed on its way are put right."""
    sealed = _SEALED.match(given.replace(b"\r\n", b"\n"))
    if sealed is None:
        return Verdict(False, False)
    text, digest, mac = sealed[1], sealed[2].decode(), sealed[3].decode()
    is_whole = hmac.compare_digest(hashlib.sha256(text).hexdigest(), digest)
    return Verdict(is_whole, is_whole and hmac.compare_digest(_mac(scope, keyring, digest), mac))


def _mac(scope: ShopScope, keyring: Keyring, digest: str) -> str:
    return keyring.mac(f"report:{scope.shop_id}:{digest}".encode()).hex()


def _lines(scope: ShopScope, now: datetime) -> Iterator[str]:
    shop, local = scope.shop, now.astimezone(ZoneInfo(scope.shop.timezone))
    days = queries.days(scope, local.date())
    first = local.date() - timedelta(days=queries.SHOWN - 1)
    yield _("Regulars: proof of the sync")
    yield ""
    yield f"{shop.name}, {shop.domain}"
    yield _("Written %(at)s, %(zone)s", at=f"{local:%Y-%m-%d %H:%M}", zone=shop.timezone)
    yield _("Days from %(first)s to %(last)s", first=first, last=local.date())
    yield ""
    yield from _verdict(days)
    yield ""
    yield from _table(scope, days)
    yield ""
    yield from _differences(scope, now)
    yield ""
    yield from _told_first(scope, first)
    yield ""
    yield from _ending(scope)


def _verdict(days: Sequence[ProvedDay]) -> Iterator[str]:
    green = [day for day in days if day.state == "green"]
    counted = {"green": len(green), "days": len(days)}
    yield _("%(green)s of %(days)s days that were compared are equal in the shop and in Regulars.", **counted)
    proved = [day.proved_at for day in green if day.proved_at]
    if proved:
        yield _("The latest proof of a day is of %(at)s UTC.", at=f"{max(proved):%Y-%m-%d %H:%M}")
    for day in days:
        if day.state != "green":
            states = {"red": _("differs"), "open": _("is not settled yet")}
            yield f"  {day.day} {states[day.state]}"
    asked = [day for day in days if day.question]
    if asked:
        yield _("The shop's own report says otherwise of these days; the orders themselves decide:")
        yield from (f"  {day.day} {words(day.question)}" for day in asked[-_SHOWN:])
        yield words(Reason("analytics").kept())


def _table(scope: ShopScope, days: Sequence[ProvedDay]) -> Iterator[str]:
    """What both sides have."""
    there, here = sum_of(day.there for day in days), sum_of(day.here for day in days)
    yield _row("", _("in the shop"), _("in Regulars"))
    yield _row(_("Orders"), there.count, here.count)
    sums = {"placed": _("Placed"), "refunded": _("Refunded"), "net": _("Net")}
    for currency in sorted(there.money.keys() | here.money.keys()):
        for name, word in sums.items():
            yield _row(f"{word} {currency}", _sum(there, currency, name), _sum(here, currency, name))
    kinds = {"customers": _("Customers"), "products": _("Products"), "refunds": _("Refunds of all time")}
    for row in queries.things(scope):
        yield _row(kinds.get(row.kind, row.kind), side(row.there).count, side(row.here).count)
    yield _row(_("Oldest order"), scope.shop.oldest_there_on, scope.shop.oldest_order_on)


def _row(name: str, there: object, here: object) -> str:
    return f"{name:<24}{_or_dash(there):>20}{_or_dash(here):>20}"


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def _sum(of: Side, currency: str, name: str) -> str:
    return str(Money(of.sum(currency, name), currency).decimal)


def _differences(scope: ShopScope, now: datetime) -> Iterator[str]:
    found = queries.found_since(scope, now - timedelta(days=queries.SHOWN))
    if not found:
        yield _("No record differed in these days.")
    for what, (records, repaired) in sorted(found.items()):
        said = _(wording.WHATS[what])
        yield _("%(what)s: %(records)s, repaired: %(repaired)s", what=said, records=records, repaired=repaired)
    for one in queries.findings(scope, _SHOWN):
        yield f"  {one.found_at:%Y-%m-%d} {wording.record(one)}: {_told(one)}"


def _told(one: Finding) -> str:
    theirs, ours = (wording.value(one, said, _amount) for said in (one.theirs, one.ours))
    values = _("%(theirs)s in the shop, %(ours)s in Regulars", theirs=theirs, ours=ours)
    became = _("repaired %(day)s", day=one.repaired_at.date()) if one.repaired_at else words(one.why_not)
    return f"{wording.what(one)} ({values}); {became or _('not repaired yet')}"


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def _told_first(scope: ShopScope, since: date) -> Iterator[str]:
    told = queries.first_told(scope, since)
    yield _(
        "Webhooks told first of %(webhook)s changes; the regular look alone found %(pull)s, the proof alone %(proof)s.",
        webhook=told.get("webhook", 0), pull=told.get("pull", 0), proof=told.get("reconcile", 0),
    )  # fmt: skip


def _ending(scope: ShopScope) -> Iterator[str]:
    last = head(scope)
    if last is not None:
        yield _("Head of the journal of %(day)s, place %(place)s:", day=last.day, place=last.place)
        yield last.link.hex()
        yield _("regulars journal verify --head shows that nothing before it was changed.")
        yield ""
    yield _("The first line below is the hash of all above it, as sha256sum counts it. The second one can be made and")
    yield _("checked by this installation alone, on its page of the proof or by: regulars report check.")
