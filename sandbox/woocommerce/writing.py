"""What all bodies share: the shop's zone and address, money at two decimals, texts as WordPress keeps them."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.money import decimal
from sandbox.shop import Address, Product, Shop, TaxRate
from sandbox.woocommerce import dates
from sandbox.woocommerce.answers import Body
from sandbox.woocommerce.options import Options

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "KWD": "د.ك"}
ENTITIES = {"EUR": "&euro;", "GBP": "&pound;", "USD": "&#36;", "JPY": "&yen;", "KWD": "&#x62f;.&#x643;"}


class Writing:
    """Knows the shop, and numbers what WooCommerce numbers but the shop does not: tax rates, categories, tags."""

    def __init__(self, shop: Shop, options: Options) -> None:
        self.shop, self.options = shop, options
        self.home_url, self.version = options.home_url, options.version
        self.zones = [(datetime.min.replace(tzinfo=UTC), ZoneInfo(shop.timezone))]  # since when which
        self.money, self.price = lru_cache(100_000)(self._money), lru_cache(100_000)(self._price)
        self._numbers: dict[tuple[str, str], int] = {}
        self._line_heads: dict[int, Body] = {}

    def _money(self, minor: int, currency: str) -> str:
        """At the shop's display decimals. Kept, since a shop's amounts come again and again."""
        return decimal(minor, currency, self.options.decimals)

    def _price(self, minor: int, quantity: int, currency: str) -> float | int:
        """A number among strings, with a float's noise, and without a fraction where there is none."""
        value = float(decimal(minor, currency)) / quantity if quantity else 0.0
        return int(value) if value.is_integer() else value

    def later(self, *version: int, **keys: Any) -> Body:
        """Keys that bodies have since a version."""
        return keys if self.options.since(*version) else {}

    @property
    def zone(self) -> ZoneInfo:
        return self.zones[-1][1]

    def move(self, at: datetime) -> None:
        """The shop's zone was changed."""
        self.zones.append((at, ZoneInfo(self.shop.timezone)))

    def kept_local(self, at: datetime) -> datetime:
        """The local time as it was written into a post, in the zone of that day."""
        zone = next(zone for since, zone in reversed(self.zones) if since <= at)
        return at.astimezone(zone).replace(tzinfo=None)

    def times(self, name: str, at: datetime | None) -> dict[str, str | None]:
        return dates.pair(name, at, self.zone)

    def number(self, kind: str, name: str) -> int:
        """The same small number for the same name, from 1."""
        known = self._numbers
        if (kind, name) not in known:
            known[kind, name] = 1 + sum(key[0] == kind for key in known)
        return known[kind, name]

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
