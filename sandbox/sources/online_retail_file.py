"""Reads Online Retail's rows: CSV, packed or not, as exported from UCI's own download or by others."""

import csv
import lzma
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from sys import intern
from typing import IO, NamedTuple

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
# ISO as spreadsheets' converters write it, then month first as in the UCI export
DATE_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M", "%Y-%m-%dT%H:%M:%S")


class Row(NamedTuple):
    invoice: str
    code: str
    title: str
    quantity: int
    at: datetime
    price: int  # thousandths of a penny
    customer_id: int
    country: str


def rows(path: Path) -> Iterator[Row]:
    """The rows that name a customer."""
    with _open(path) as file:
        reader = csv.reader(file)
        head = [name.strip().lower().replace(" ", "") for name in next(reader, [])]
        places = [_place(head, column, path) for column in COLUMNS]
        for raw in reader:
            invoice, code, title, quantity, at, price, customer, country = (raw[place] for place in places)
            if customer:
                yield Row(
                    intern(invoice.strip().upper()), intern(code.strip().upper()), intern(title.strip()),
                    int(quantity), _date(at), _price(price), int(customer.removesuffix(".0")), intern(country.strip()),
                )  # fmt: skip


def _place(head: list[str], column: str, path: Path) -> int:
    if column.lower() not in head:
        raise ValueError(f"{path} has no column {column}; Online Retail has {', '.join(COLUMNS)}")
    return head.index(column.lower())


def _open(path: Path) -> IO[str]:
    encoding = _encoding(path)
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _encoding(path: Path) -> str:
    """UTF-8 where it is; UCI's own export is Latin-1 (its pound signs say so)."""
    with lzma.open(path) if path.suffix == ".xz" else path.open("rb") as file:
        try:
            for line in file:
                line.decode()
        except UnicodeDecodeError:
            return "latin-1"
    return "utf-8-sig"


@cache
def _price(text: str) -> int:
    return int(Decimal(text) * 100_000)


@cache
def _date(text: str) -> datetime:
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 (London's; made aware by the reader)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no date that Online Retail has")
