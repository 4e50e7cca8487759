"""An invented person for a customer's number: the same in every run, whatever the order of calls.

The people are made up. Streets and telephone numbers may be real ones by chance: never write to them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sandbox.shop import Address

if TYPE_CHECKING:
    from faker import Faker

SALT = "online-retail-v1"

# country as Online Retail spells it -> (Faker locale, ISO 3166-1 alpha-2)
COUNTRIES: dict[str, tuple[str, str | None]] = {
    "United Kingdom": ("en_GB", "GB"),
    "EIRE": ("en_IE", "IE"),
    "Germany": ("de_DE", "DE"),
    "France": ("fr_FR", "FR"),
    "Netherlands": ("nl_NL", "NL"),
    "Belgium": ("nl_BE", "BE"),
    "Spain": ("es_ES", "ES"),
    "Portugal": ("pt_PT", "PT"),
    "Switzerland": ("de_CH", "CH"),
    "Austria": ("de_AT", "AT"),
    "Italy": ("it_IT", "IT"),
    "Norway": ("no_NO", "NO"),
    "Sweden": ("sv_SE", "SE"),
    "Denmark": ("da_DK", "DK"),
    "Finland": ("fi_FI", "FI"),
    "Iceland": ("is_IS", "IS"),
    "Poland": ("pl_PL", "PL"),
    "Czech Republic": ("cs_CZ", "CZ"),
    "Lithuania": ("lt_LT", "LT"),
    "Greece": ("el_GR", "GR"),
    "Cyprus": ("el_GR", "CY"),
    "Malta": ("en_GB", "MT"),
    "Channel Islands": ("en_GB", "JE"),
    "Australia": ("en_AU", "AU"),
    "USA": ("en_US", "US"),
    "Canada": ("en_CA", "CA"),
    "Brazil": ("pt_BR", "BR"),
    "Japan": ("ja_JP", "JP"),
    "Singapore": ("en_GB", "SG"),
    "Hong Kong": ("en_GB", "HK"),
    "Israel": ("he_IL", "IL"),
    "Bahrain": ("en_GB", "BH"),
    "Lebanon": ("en_GB", "LB"),
    "Saudi Arabia": ("en_GB", "SA"),
    "United Arab Emirates": ("en_GB", "AE"),
    "RSA": ("en_GB", "ZA"),
    "European Community": ("en_GB", None),
    "Unspecified": ("en_GB", None),
}


@dataclass(frozen=True, slots=True)
class Invented:
    first_name: str
    last_name: str
    email: str
    address: Address
    locale: str


@cache
def faker(locale: str) -> Faker:
    """Faker takes a second to start, so only those who invent people wait for it."""
    from faker import Faker  # noqa: PLC0415
    from faker.providers.address.it_IT import Provider as Italian  # noqa: PLC0415

    Italian.cities.sort()  # they come in a set's order, another in each process
    return Faker(locale)


def seed_of(*parts: object) -> int:
    """A number that depends on the parts alone."""
    digest = hashlib.sha256("|".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(digest[:8], "big")


def person(customer_id: int, country: str) -> Invented:
    """Somebody from a country as Online Retail spells it; what is unknown is British."""
    locale, country_code = COUNTRIES.get(country, ("en_GB", None))
    return invent(customer_id, locale, country, country_code or "", seed_of(SALT, customer_id))


def invent(number: int, locale: str, country: str, country_code: str, seed: int) -> Invented:
    fake = faker(locale)
    fake.seed_instance(seed)
    first, last = fake.first_name(), fake.last_name()
    phone = fake.phone_number()
    address = Address(
        first_name=first,
        last_name=last,
        phone=phone,
        address1=fake.street_address().replace("\n", ", "),
        city=fake.city(),
        postcode=fake.postcode(),
        country=country,
        country_code=country_code,
    )
    email = f"{plain(first) or 'c'}.{plain(last) or 'x'}.{number}@example.com"
    return Invented(first, last, email, address, locale.replace("_", "-"))


@cache
def pool(locale: str) -> dict[str, list[str]]:
    """Some hundred of everything, from which many people are put together quickly."""
    fake = faker(locale)
    fake.seed_instance(seed_of(SALT, locale))
    makers = {
        "first": fake.first_name,
        "last": fake.last_name,
        "street": lambda: fake.street_address().replace("\n", ", "),
        "city": fake.city,
        "postcode": fake.postcode,
        "phone": fake.phone_number,
    }
    return {name: [str(make()) for _ in range(400)] for name, make in makers.items()}


def invent_from_pool(number: int, locale: str, country: str, country_code: str, seed: int) -> Invented:
    """Like `invent`, thirty times as fast: for tens of thousands."""
    picked = {}
    for name, choices in pool(locale).items():
        seed, place = divmod(seed, len(choices))
        picked[name] = choices[place]
    first, last = picked["first"], picked["last"]
    address = Address(
        first, last, picked["street"], city=picked["city"], postcode=picked["postcode"], country=country,
        country_code=country_code, phone=picked["phone"],
    )  # fmt: skip
    email = f"{plain(first) or 'c'}.{plain(last) or 'x'}.{number}@example.com"
    return Invented(first, last, email, address, locale.replace("_", "-"))


def plain(name: str) -> str:
    """A name's Latin letters, lower-case, without their accents."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub("[^a-z]", "", letters.lower())
