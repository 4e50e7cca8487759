"""What all bodies share: the shop's zone and address, money at two decimals, texts as WordPress keeps them."""

import re
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sandbox.money import decimal
from sandbox.shop import Address, Product, Shop, TaxRate
from sandbox.woocommerce import dates
from sandbox.woocommerce.answers import Body

PLACES = 2  # the shop's display decimals, whatever the currency
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "KWD": "د.ك"}
ENTITIES = {"EUR": "&euro;", "GBP": "&pound;", "USD": "&#36;", "JPY": "&yen;", "KWD": "&#x62f;.&#x643;"}


class Writing:
    """Knows the shop, and numbers what WooCommerce numbers but the shop does not: tax rates, categories, tags."""

    def __init__(self, shop: Shop, home_url: str, version: str) -> None:
        self.shop = shop
        self.home_url = home_url
        self.version = version
        self._numbers: dict[tuple[str, str], int] = {}
        self._line_heads: dict[int, Body] = {}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.shop.timezone)  # which keeps those that it made

    def times(self, name: str, at: datetime | None) -> dict[str, str | None]:
        return dates.pair(name, at, self.zone)

    def number(self, kind: str, name: str) -> int:
        """The same small number for the same name, from 1."""
        known = self._numbers
        return known.setdefault((kind, name), 1 + sum(key[0] == kind for key in known))

    def rate_id(self, rate: TaxRate) -> int:
        return self.number("tax", rate.code)

    def term(self, kind: str, name: str) -> Body:
        return {"id": self.number(kind, name), "name": escaped(name), "slug": slug(name)}

    def line_head(self, product: Product, variant_id: int) -> Body:
        """What a line repeats of its product; the same in a hundred thousand lines, so made once."""
        head = self._line_heads.get(variant_id)
        if head is None:
            head = self._line_heads[variant_id] = self._line_head(product, variant_id)
        return head

    def forget(self, product: Product) -> None:
        for variant in product.variants:
            self._line_heads.pop(variant.id, None)

    def _line_head(self, product: Product, variant_id: int) -> Body:
        variant = self.shop.variants[variant_id]
        if not product.option_names:
            return {"name": escaped(product.title), "variation_id": 0, "meta_data": [], "parent_name": None}
        name = f"{product.title} - {', '.join(variant.options.values())}"
        meta = [
            {
                "id": variant_id * 10 + i,
                "key": attribute(key),
                "value": value,
                "display_key": key,
                "display_value": value,
            }
            for i, (key, value) in enumerate(variant.options.items())
        ]
        parent = escaped(product.title)
        return {"name": escaped(name), "variation_id": variant_id, "meta_data": meta, "parent_name": parent}


@lru_cache(100_000)
def money(minor: int, currency: str) -> str:
    """Kept, since a shop's amounts come again and again."""
    return decimal(minor, currency, PLACES)


@lru_cache(100_000)
def price(minor: int, quantity: int, currency: str) -> float | int:
    """A number among strings, with a float's noise, and without a fraction where there is none."""
    value = float(money(minor, currency)) / quantity
    return int(value) if value.is_integer() else value


def escaped(text: str) -> str:
    """Names of products and lines: entities."""
    return text.replace("&", "&amp;") if "&" in text else text


def stripped(text: str) -> str:
    """Names of customers: without tags, with entities."""
    return escaped(re.sub(r"<[^>]*>", "", text)) if "<" in text or "&" in text else text


def slug(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")


def attribute(name: str) -> str:
    return f"pa_{slug(name)}"


def address(of: Address | None, email: str | None = None) -> Body:
    """A billing address when there is an email to it (even an empty one), else a shipping address."""
    of = of or Address()
    body: Body = {
        "first_name": of.first_name,
        "last_name": of.last_name,
        "company": of.company,
        "address_1": of.address1,
        "address_2": of.address2,
        "city": of.city,
        "state": of.province_code,
        "postcode": of.postcode,
        "country": of.country_code,
    }
    if email is not None:
        body["email"] = email
    body["phone"] = of.phone
    return body
