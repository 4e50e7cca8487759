"""What templates say numbers, money and times with: the reader's language, the shop's currency and zone."""

from collections.abc import Callable
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, Protocol, cast
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import NumberPattern, format_compact_currency, format_currency, format_decimal
from flask import Flask, g
from markupsafe import Markup

from app.lib.clock import utc_now
from app.lib.i18n import _, country, locale
from app.lib.money import Money, exponent
from app.reasons import words
from app.shops.models import Shop

NOTHING = "–"


def install(app: Flask) -> None:
    amounts = (money, whole_money, round_money, number, pace, signed, percent)
    for each in (*amounts, shown, local, day, ago, month_name, month_short, full_name, initials, hue, platform, words):
        app.template_filter(each.__name__)(each)


def platform(name: str) -> str:
    """A platform as it writes itself."""
    return {"shopify": "Shopify", "woocommerce": "WooCommerce"}.get(name, name)


def money(minor: int | None, currency: str | None = None) -> str:
    """Minor units with their currency's sign; without a currency it is the shop's."""
    if minor is None:
        return NOTHING
    code = currency or cast(str, g.shop.currency)
    pattern = _pattern(locale(), "currency", exponent(code))
    return _minus(pattern.apply(Money(minor, code).decimal, locale(), currency=code, currency_digits=False))


def whole_money(units: int) -> str:
    """Whole units of the shop's currency: 1 is "€1"."""
    return format_currency(units, g.shop.currency, locale=locale(), format="¤#,##0", currency_digits=False)


def round_money(minor: int) -> str:
    """An amount where space is short: €12.5K."""
    amount = Money(minor, g.shop.currency).decimal
    return format_compact_currency(
        amount, g.shop.currency, locale=locale(), fraction_digits=1 if amount < 100_000 else 0
    )


def signed(value: int) -> str:
    """A number that is given or taken, with its sign."""
    return ("+" if value > 0 else "") + number(value)


def number(value: float | Decimal | None) -> str:
    return NOTHING if value is None else _minus(format_decimal(value, locale=locale()))


def pace(per_second: float) -> str:
    """Whole, but where that would say nothing."""
    return number(round(per_second) if per_second >= 10 else round(per_second, 1))


def percent(value: float | None) -> str:
    """A share between 0 and 1, to a tenth of a percent."""
    return NOTHING if value is None else _pattern(locale(), "percent", 1).apply(round(value, 3), locale())


def shown(value: Any, kind: str) -> str | Markup:
    """A value of a kind that is known when the page is made only: country, number, money, day."""
    says: dict[str, Callable[[Any], str | Markup]] = {"country": country, "number": number, "money": money, "day": day}
    return NOTHING if value is None else says[kind](value)


def local(moment: datetime | None) -> str | Markup:
    """A moment as the shop's clock shows it; the zone is told on hover and to machines."""
    if moment is None:
        return NOTHING
    here = moment.astimezone(zone())
    short = f"{format_date(here, 'medium', locale=locale())}, {format_time(here, 'short', locale=locale())}"
    return _time(moment, short)


def day(value: date | datetime | None) -> str | Markup:
    """A day; of a moment, the shop's local day."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        return _time(value, format_date(value.astimezone(zone()), "medium", locale=locale()))
    return format_date(value, "medium", locale=locale())


def month_name(first: date) -> str:
    return format_date(first, "MMMM y", locale=locale())


def month_short(first: date) -> str:
    """The month's name where space is short; January tells the year."""
    return format_date(first, "MMM yy" if first.month == 1 else "MMM", locale=locale())


def ago(moment: datetime | None) -> str | Markup:
    """How long ago, or in how long."""
    if moment is None:
        return NOTHING
    return _time(moment, format_timedelta(moment - utc_now(), add_direction=True, locale=locale()))


class Named(Protocol):
    first_name: str
    last_name: str
    email: str | None


def full_name(person: Named) -> str:
    """A person's name, else the address, else that nobody told us."""
    return f"{person.first_name} {person.last_name}".strip() or person.email or _("No name")


def initials(name: str) -> str:
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def hue(text: str) -> int:
    """One of six colours, always the same for the same text."""
    return sum(text.encode()) % 6


def today(shop: Shop) -> date:
    """The day that it is in the shop."""
    return utc_now().astimezone(ZoneInfo(shop.timezone)).date()


def zone() -> ZoneInfo:
    return ZoneInfo(g.shop.timezone if g.get("shop") else "UTC")


def _time(moment: datetime, text: str) -> Markup:
    whole = format_datetime(moment.astimezone(zone()), "full", locale=locale())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment.isoformat(), whole, text)


def _minus(text: str) -> str:
    """Most locales name the hyphen as their minus sign, which is too short beside a plus and lets lines break."""
    return text.replace("-", "−")


@lru_cache
def _pattern(language: Locale, kind: Literal["currency", "percent"], digits: int) -> NumberPattern:
    """How a language writes money or a share, with so many digits after the point."""
    known = language.currency_formats["standard"] if kind == "currency" else language.percent_formats[None]
    pattern: NumberPattern = copy(known)
    pattern.frac_prec = (digits, digits)
    return pattern
