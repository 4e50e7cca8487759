"""The generated shop's people, each with a story: what they buy, when, at what price."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sandbox.shop import Consent, Person, Shop
from sandbox.sources import people

ZONE = ZoneInfo("Europe/Berlin")
WEEKS = 104
CONSENT_TEXT = "Yes, write to me about news and offers. I can unsubscribe at any time."

# Faker's locale, country, ISO code, currency, weight
COUNTRIES = (
    ("de_DE", "Germany", "DE", "EUR", 42),
    ("de_AT", "Austria", "AT", "EUR", 9),
    ("fr_FR", "France", "FR", "EUR", 10),
    ("nl_NL", "Netherlands", "NL", "EUR", 7),
    ("it_IT", "Italy", "IT", "EUR", 5),
    ("es_ES", "Spain", "ES", "EUR", 5),
    ("pl_PL", "Poland", "PL", "EUR", 3),
    ("en_GB", "United Kingdom", "GB", "GBP", 7),
    ("en_US", "United States", "US", "USD", 6),
    ("ja_JP", "Japan", "JP", "JPY", 3),
    ("ar_AA", "Kuwait", "KW", "KWD", 2),
    ("de_CH", "Switzerland", "CH", "EUR", 1),
)

# story -> share of the crowd in a thousand
STORIES = {
    "plain": 740,
    "discount": 80,  # buys with a code or not at all
    "night": 50,  # buys between 22:00 and 04:00
    "shoes": 50,  # buys shoes of one size
    "churned": 40,  # came in the same month, bought often, left together
    "late": 40,  # a guest who registers later
}
CHURNED_FROM, CHURNED_UNTIL, CHURNED_GONE = 70, 66, 52  # weeks before the end
ODD_NAMES = (("Zoë", "O’Brien-Łukasiewicz"), ("Søren", "Ærøskøbing"), ("Nguyễn", "Thị Hương"), ("李", "小龍"),
             ("Renée & Co", "<b>Noël</b>"), ("José María", "de la Cruz y Ortega"))  # fmt: skip


@dataclass(slots=True)
class Shopper:
    person: Person
    story: str
    currency: str
    times: list[datetime] = field(default_factory=list)
    shoe_size: str = ""


def crowd(shop: Shop, random: Random, orders: int, end: datetime, moved: timedelta) -> list[Shopper]:
    """About two customers for five orders, until their orders are as many as wanted.

    Hours of the day are those of the days before they were `moved`, or clock changes would make it another shop.
    """
    shoppers: list[Shopper] = []
    total = 0
    while total < orders:
        shopper = _shopper(shop, random, len(shoppers) + 1, end - moved)
        shoppers.append(shopper)
        total += len(shopper.times)
        if len(shoppers) % 160 == 0:
            shoppers.append(_twin(shop, random, shopper, end - moved))
            total += len(shoppers[-1].times)
    for shopper in shoppers:
        _move(shopper, moved)
    return shoppers


def _move(shopper: Shopper, by: timedelta) -> None:
    person = shopper.person
    shopper.times = [at + by for at in shopper.times]
    person.created_at, person.updated_at = person.created_at + by, person.updated_at + by
    person.registered_at = person.registered_at + by if person.registered_at else None
    if person.consent and person.consent.at:
        person.consent = replace(person.consent, at=person.consent.at + by)


def _shopper(shop: Shop, random: Random, place: int, end: datetime) -> Shopper:
    story = random.choices(list(STORIES), list(STORIES.values()))[0]
    locale, country, code, currency, _ = random.choices(COUNTRIES, [row[4] for row in COUNTRIES])[0]
    times = sorted(_times(random, story, end))
    person = _person(shop, random, place, (locale, country, code), times[0])
    person.registered = story in ("late", "discount", "churned") or random.random() < 0.72
    if story == "late":
        person.registered_at = times[0] + (end - times[0]) * 0.4
    elif person.registered:
        person.registered_at = person.created_at
    return Shopper(person, story, currency, times, random.choice(("38", "39", "41", "43")) if story == "shoes" else "")


def _person(shop: Shop, random: Random, place: int, where: tuple[str, str, str], first_at: datetime) -> Person:
    number = 100 + place
    who = people.invent_from_pool(number, *where, people.seed_of("generated-v1", place))
    first, last = ODD_NAMES[place // 97 % len(ODD_NAMES)] if place % 97 == 0 else (who.first_name, who.last_name)
    email = who.email.upper() if place % 211 == 0 else who.email
    at = first_at - timedelta(minutes=random.randint(1, 40))
    home = replace(who.address, first_name=first, last_name=last)
    person = Person(number, first, last, email, at, first_at, home, home.phone, who.locale.split("-")[0])
    person.role = "subscriber" if place % 150 == 0 else "customer"  # came for the blog, and bought
    person.consent = _consent(random, at)
    if random.random() < 0.3:
        birthday = datetime(1955, 1, 1, tzinfo=UTC) + timedelta(days=random.randrange(50 * 365))
        person.birthday = birthday.date().isoformat()
    if random.random() < 0.05:
        person.tags = random.choice((("vip",), ("wholesale",), ("press", "vip")))
    shop.people[number] = person
    return person


def _twin(shop: Shop, random: Random, shopper: Shopper, end: datetime) -> Shopper:
    """The same human being under a second email."""
    one = shopper.person
    number = 900_000 + one.id
    times = sorted(_times(random, "plain", end))[:3]
    at = times[0]
    other = Person(
        number, one.first_name, one.last_name, f"second.{one.email}".lower(), at, at, one.address, one.phone,
        one.locale, registered_at=at,
    )  # fmt: skip
    shop.people[number] = other
    shop.notes["people_under_two_emails"] = shop.notes.get("people_under_two_emails", 0) + 1
    return Shopper(other, "twin", shopper.currency, times)


def _consent(random: Random, at: datetime) -> Consent | None:
    dice = random.random()
    if dice < 0.46:
        level = "confirmed_opt_in" if dice < 0.3 else "single_opt_in"
        return Consent("subscribed", at, level, "checkout", CONSENT_TEXT)
    if dice < 0.54:
        return Consent("unsubscribed", at + timedelta(days=3), "single_opt_in", "newsletter", CONSENT_TEXT)
    if dice < 0.57:
        return Consent("pending", at, "confirmed_opt_in", "newsletter", CONSENT_TEXT)
    return Consent("not_subscribed", None) if dice < 0.8 else None


def _times(random: Random, story: str, end: datetime) -> Iterator[datetime]:
    """When somebody buys: the first time anywhere in two years, then every few weeks until they stop."""
    if story == "churned":
        weeks = random.uniform(CHURNED_UNTIL, CHURNED_FROM)
        until = end - timedelta(weeks=CHURNED_GONE)
    else:
        weeks = WEEKS * random.random() ** 1.3
        until = end
    at = end - timedelta(weeks=weeks)
    stays = {"churned": 0.85, "night": 0.7, "shoes": 0.75, "late": 0.8}.get(story, random.choice((0.1, 0.55, 0.8)))
    yield at_hour(random, at, story, until)
    while random.random() < stays:
        at += timedelta(weeks=random.expovariate(1 / 7) + 0.3)
        if at >= until:
            return
        yield at_hour(random, at, story, until)


def at_hour(random: Random, at: datetime, story: str, until: datetime) -> datetime:
    """The same local day at an hour at which such people buy."""
    if story == "night":
        hour = random.choice((23, 0, 1, 2))  # an hour of clock change on both sides
    else:
        hour = random.choices(range(6, 22), (1, 2, 4, 5, 6, 7, 7, 6, 5, 5, 6, 7, 9, 11, 12, 10))[0]
    local = at.astimezone(ZONE).replace(hour=hour, minute=random.randrange(60), second=random.randrange(60))
    moved = local.replace(microsecond=0).astimezone(UTC)
    return moved if moved < until else moved - timedelta(days=7)
