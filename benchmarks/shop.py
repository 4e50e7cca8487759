"""A made-up shop with a history: people, goods and orders, the same for the same seed. The faces write it down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random

_FIRST = [
    "Ana",
    "Ben",
    "Chloé",
    "Daan",
    "Elif",
    "Finn",
    "Gül",
    "Hugo",
    "Inès",
    "Jonas",
    "Kaja",
    "Lea",
    "Mats",
    "Nora",
    "Oskar",
    "Pia",
    "Quinn",
    "Rosa",
    "Søren",
    "Tess",
]
_LAST = [
    "Albers",
    "Bianchi",
    "Çelik",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Horvat",
    "Ivanova",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Moreau",
]
_STREETS = [
    "Long Lane",
    "Rue des Lilas",
    "Hauptstraße",
    "Via Roma",
    "Calle Mayor",
    "Kerkstraat",
    "Storgatan",
    "Mill Road",
]
_CITIES = (
    ("Köln", "50667", "DE", "de-DE", "+4922155501"), ("Lyon", "69001", "FR", "fr-FR", "+3347255501"),
    ("Bologna", "40121", "IT", "it-IT", "+3905155501"), ("Utrecht", "3511", "NL", "nl-NL", "+3130555012"),
    ("Göteborg", "41103", "SE", "sv-SE", "+4631555012"), ("Sevilla", "41001", "ES", "es-ES", "+3495555501"),
)  # fmt: skip
_GOODS = [
    "Shirt",
    "Mug",
    "Notebook",
    "Lamp",
    "Scarf",
    "Kettle",
    "Cushion",
    "Candle",
    "Apron",
    "Vase",
    "Blanket",
    "Teapot",
]
_KINDS = ["Linen", "Oak", "Blue", "Heavy", "Small", "Classic", "Summer", "Recycled", "Wool", "Glazed"]
_SIZES = ["S", "M", "L", "XL"]
_PAGES = ("/", "/collections/new", "/products/linen-shirt", "/blogs/journal/winter-colours", "/collections/sale")
_SOURCES = (("direct", ""), ("google", "https://www.google.com/"), ("news", "https://mail.example/read"))
_LINES = (1, 2, 3, 4, 5)
_LINES_WEIGHTS = (25, 30, 22, 16, 7)  # 2.5 on average
_STATES = ("paid", "pending", "cancelled", "refunded")
_STATES_WEIGHTS = list(accumulate((87, 4, 3, 6)))
_TAX = 19
_DAYS = 1_095


@dataclass(frozen=True)
class Person:
    number: int
    first: str
    last: str
    email: str
    phone: str
    street: str
    city: str
    zip: str
    country: str
    locale: str
    is_guest: bool
    since: datetime


@dataclass(frozen=True)
class Good:
    number: int
    title: str
    variant: int
    size: str
    sku: str
    price: int
    vendor: str


@dataclass(frozen=True)
class Line:
    number: int
    good: Good
    quantity: int
    discount: int
    tax: int

    @property
    def gross(self) -> int:
        """Before discount and tax."""
        return self.good.price * self.quantity

    @property
    def net(self) -> int:
        return self.gross - self.discount


@dataclass(frozen=True)
class Visit:
    page: str
    source: str
    referrer: str
    campaign: str | None
    at: datetime


@dataclass(frozen=True)
class Refund:
    """One line given back, whole."""

    number: int
    line: Line
    at: datetime
    note: str | None

    @property
    def total(self) -> int:
        return self.line.net + self.line.tax


@dataclass(frozen=True)
class Order:
    number: int
    at: datetime
    changed_at: datetime
    person: Person
    lines: tuple[Line, ...]
    shipping: int
    shipping_tax: int
    percentage: int  # off every line, by a code; 0: none
    state: str
    refund: Refund | None
    visit: Visit
    is_foreign: bool  # paid in dollars
    note: str | None
    token: str

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping_tax

    @property
    def total(self) -> int:
        return sum(line.net for line in self.lines) + self.shipping + self.tax


class MadeUp:
    """orders of about 2.5 lines over three years that end at `end`; a third as many people, some hundred goods."""

    def __init__(self, orders: int, end: datetime, seed: int = 20_26) -> None:
        self.count, self._end, self._random = orders, end, Random(seed)
        self.goods = [self._good(number) for number in range(1, 401)]
        self.people = [self._person(number) for number in range(1, max(2, orders // 3))]

    def orders(self) -> Iterator[Order]:
        """From the oldest to the newest."""
        step = timedelta(days=_DAYS) / self.count
        for place in range(self.count):
            yield self.order(place + 1, self._end - step * (self.count - place))

    def order(self, number: int, at: datetime) -> Order:
        pick = self._random
        percentage = pick.choice((0, 0, 0, 10, 15))
        count = pick.choices(_LINES, _LINES_WEIGHTS)[0]
        lines = tuple(self._line(number * 10 + place, percentage) for place in range(count))
        shipping = pick.choice((0, 490, 690))
        state = pick.choices(_STATES, cum_weights=_STATES_WEIGHTS)[0]
        changed_at = min(at + timedelta(hours=pick.randrange(2, 300)), self._end)
        refund = Refund(number, lines[0], changed_at, pick.choice((None, "too small"))) if state == "refunded" else None
        return Order(
            number, at, changed_at, self._who(), lines, shipping, shipping * _TAX // 100, percentage, state, refund,
            self._visit(at), pick.random() < 0.03, "Please ring twice." if pick.random() < 0.05 else None,
            f"{pick.getrandbits(128):032x}",
        )  # fmt: skip

    def _who(self) -> Person:
        return self.people[int(len(self.people) * self._random.random() ** 2)]  # a few come often

    def _line(self, number: int, percentage: int) -> Line:
        good, quantity = self._random.choice(self.goods), self._random.choice((1, 1, 1, 2, 3))
        discount = good.price * quantity * percentage // 100
        return Line(number, good, quantity, discount, (good.price * quantity - discount) * _TAX // 100)

    def _visit(self, at: datetime) -> Visit:
        source, referrer = self._random.choice(_SOURCES)
        campaign = f"{at:%B-%Y}-letter" if source == "news" else None
        return Visit(self._random.choice(_PAGES), source, referrer, campaign, at - timedelta(minutes=12))

    def _person(self, number: int) -> Person:
        pick = self._random
        first, last = pick.choice(_FIRST), pick.choice(_LAST)
        city, code, country, locale, phone = pick.choice(_CITIES)
        email = f"{first}.{last}.{number}@example.com".lower()
        street = f"{pick.choice(_STREETS)} {pick.randrange(1, 200)}"
        since = self._end - timedelta(days=_DAYS + pick.randrange(1, 300))
        return Person(
            number, first, last, email, f"{phone}{number % 1000:03}", street, city, code, country, locale,
            pick.random() < 0.25, since,
        )  # fmt: skip

    def _good(self, number: int) -> Good:
        pick = self._random
        title, size = f"{pick.choice(_KINDS)} {pick.choice(_GOODS)} {number}", pick.choice(_SIZES)
        return Good(
            number, title, 10_000 + number, size, f"SKU-{number:04}-{size}", pick.randrange(495, 12_000, 5), "Acme"
        )
