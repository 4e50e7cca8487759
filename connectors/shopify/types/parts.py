"""What the rows have in common."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec

T = TypeVar("T")


Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Part(msgspec.Struct, gc=False, rename="camel"):
    """Something that stands inside a row."""


class Row(Part, kw_only=True):
    """A node. parent: as a bulk file says where it belongs; children: the rows below it, put there by the reader."""

    id: str = ""
    parent: str | None = msgspec.field(name="__parentId", default=None)
    children: Sequence[Any] = ()


class PageInfo(msgspec.Struct, frozen=True, rename="camel"):
    has_next_page: bool = False
    end_cursor: str | None = None


class Nodes(Part, Generic[T]):
    nodes: list[T]
    page_info: PageInfo = PageInfo()


class Named(Part):
    name: str = ""


class Gid(Part):
    id: str


class Amount(Part):
    amount: str


class Price(Part):
    amount: str
    currency_code: str


class ShopMoney(Part):
    shop_money: Amount


class Bag(Part):
    shop_money: Amount
    presentment_money: Amount


class KeyValue(Part):
    key: str
    value: str | None = None


class MailingAddress(Part):
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code_v2: str | None = msgspec.field(name="countryCodeV2", default=None)
    phone: str | None = None


class Counted(Part):
    count: int
