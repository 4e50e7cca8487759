"""Discount codes, written: in WooCommerce each code is a coupon by itself, and no two have one code."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.errors import PlatformDown, Refused
from app.lib.clock import utc_now
from app.lib.i18n import _
from app.lib.money import Money
from connectors.changes import AddCodes, MakeDiscount, Written
from connectors.woocommerce.changes import gmt
from connectors.woocommerce.rows import bodies, one
from connectors.woocommerce.transport import Transport
from connectors.woocommerce.types import Amount, Body, Meta

PATH = "wc/v3/coupons"
AT_ONCE = 100  # WooCommerce takes no more
_PATIENCE = 120.0  # seconds: a cheap host takes a tenth of one for each
_MARK = "_regulars_discount"  # with the first code of the set, on every coupon of ours
_TAKEN = "woocommerce_rest_coupon_code_already_exists"


class Problem(Body):
    code: str
    message: str = ""


class Coupon(Body):
    """error: in a batch, in the place of one that was not made."""

    id: int
    discount_type: str = ""
    amount: Amount = ""
    date_expires_gmt: str | None = None
    individual_use: bool = False
    usage_limit: int | None = None
    usage_limit_per_user: int | None = None
    email_restrictions: Sequence[str] = ()
    meta_data: Sequence[Meta] = ()
    error: Problem | None = None


class Batch(Body):
    create: Sequence[Coupon]


def discount(transport: Transport, change: MakeDiscount, _so_far: Mapping[str, Any]) -> Written:
    """The first coupon of a set."""
    live, refused, is_new = _make(transport, change, change.code, [change.code])
    return Written({"live": live, "refused": refused}, was_so=bool(live) and not is_new)


def codes(transport: Transport, change: AddCodes, so_far: Mapping[str, Any]) -> Written:
    """The others, a hundred at a time."""
    live, refused = list(so_far.get("live", ())), dict(so_far.get("refused", {}))
    left = [code for code in change.codes if code not in refused and code not in live]
    more, taken, _is_new = _make(transport, change.like, change.discount, left[:AT_ONCE])
    return Written({"live": live + more, "refused": refused | taken}, wait=0.0 if left[AT_ONCE:] else None)


def _make(
    transport: Transport, like: MakeDiscount, first: str, wanted: Sequence[str]
) -> tuple[list[str], dict[str, str], bool]:
    """The codes that can be redeemed by now, those that are somebody else's, and whether any was made just now."""
    terms = _terms(like)
    marked = {**terms, "meta_data": [{"key": _MARK, "value": first}]}
    asked = {"create": [{**marked, "code": code} for code in wanted]}
    answers = one(transport.send("POST", f"{PATH}/batch", body=asked, timeout=_PATIENCE).content, Batch).create
    if len(answers) != len(wanted):
        raise PlatformDown(f"{transport.host} was asked for {len(wanted)} coupons and answered of {len(answers)}.")
    made = [coupon for coupon in answers if coupon.error is None]
    _check(transport, made, terms)
    live, refused = [], {}
    for code, coupon in zip(wanted, answers, strict=True):
        if coupon.error is None or _is_ours(transport, code, coupon.error, first):
            live.append(code)
        else:
            refused[code] = "taken"
    return live, refused, bool(made)


def _is_ours(transport: Transport, code: str, problem: Problem, first: str) -> bool:
    """A code that stands already is ours from a try that was cut, or somebody else's. Raises Refused for all else."""
    if problem.code != _TAKEN:
        raise Refused(f"{transport.host} says: {problem.message or problem.code} ({problem.code})")
    found, _failures = bodies(transport.get(PATH, {"code": code, "_fields": "id,meta_data"}).content, Coupon)
    return any(meta.key == _MARK and meta.value == first for coupon in found for meta in coupon.meta_data)


def _terms(like: MakeDiscount) -> dict[str, Any]:
    if like.starts_at > utc_now():
        raise Refused(_("A coupon of WooCommerce can be redeemed as soon as it is made: it cannot begin later."))
    kind, amount = _value(like)
    return {
        "discount_type": kind,
        "amount": str(amount),
        "description": like.title,
        # an offset is understood here, and date_expires_gmt is not read at all
        "date_expires": f"{gmt(like.ends_at)}Z" if like.ends_at else None,
        "individual_use": not like.combines,
        "usage_limit": like.usage_limit,
        "usage_limit_per_user": 1 if like.once_per_customer else None,
        "email_restrictions": list(like.emails),
    }


def _value(like: MakeDiscount) -> tuple[str, Decimal]:
    if like.percentage is not None:
        return "percent", Decimal(like.percentage)
    if like.amount is None or like.currency is None:
        raise Refused(_("A discount takes off a percentage, or an amount in the shop's currency."))
    return "fixed_cart", Money(like.amount, like.currency).decimal


def _check(transport: Transport, made: Sequence[Coupon], terms: Mapping[str, Any]) -> None:
    """WooCommerce says nothing of what it does not understand: 150 percent become 0, an address that is none is left
    out, and the coupon is anybody's. Such coupons are taken away again."""
    wrong = {name for coupon in made for name in _differing(coupon, terms)}
    if wrong:
        transport.send("POST", f"{PATH}/batch", body={"delete": [coupon.id for coupon in made]}, timeout=_PATIENCE)
        named = ", ".join(sorted(wrong))
        raise Refused(_("WooCommerce did not keep the coupons as they were asked for (%(named)s).", named=named))


def _differing(coupon: Coupon, terms: Mapping[str, Any]) -> list[str]:
    kept = {
        "discount_type": coupon.discount_type,
        "amount": _shown(str(coupon.amount)),
        "date_expires": coupon.date_expires_gmt and f"{coupon.date_expires_gmt}Z",
        "individual_use": coupon.individual_use,
        "usage_limit": coupon.usage_limit or None,
        "usage_limit_per_user": coupon.usage_limit_per_user or None,
        "email_restrictions": sorted(email.lower() for email in coupon.email_restrictions),
    }
    emails = sorted(email.lower() for email in terms["email_restrictions"])
    asked = {**terms, "amount": _shown(terms["amount"]), "email_restrictions": emails}
    return [name for name, value in kept.items() if value != asked[name]]


def _shown(amount: str) -> Decimal:
    """Kept as it is given, but shown with two decimals in any currency."""
    return Decimal(amount or 0).quantize(Decimal("0.01"), ROUND_HALF_UP)
