"""UCI Online Retail (Chen, Sain & Guo 2012, CC BY 4.0) as a shop: real orders with lines, countries and refunds.

Rules. Only rows with a customer; stock codes in upper case; times are London's; pounds.
An order is an invoice that starts with neither C nor A, with its rows of quantity > 0 and price > 0; a line costs
quantity x price rounded half up. A row of a C invoice is refunded from the same customer's orders made no later, the
latest first, by their lines of that stock code; what finds no order is dropped and counted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.shop import Line, Order, Person, Product, Refund, RefundLine, Shop, Transaction, Variant
from sandbox.sources import people
from sandbox.sources.moving import weeks_to
from sandbox.sources.online_retail_file import Row, rows

LONDON = ZoneInfo("Europe/London")
PER_PENNY = 1000  # prices are read in thousandths of a penny


@dataclass(slots=True)
class Invoice:
    number: str
    customer_id: int
    at: datetime  # London's, naive, of its earliest row
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Sold:
    """What is left to refund of a line."""

    line: Line
    price: int
    units: int
    minor: int


class Reading:
    """One pass over the file: who bought, what it was called, the invoices."""

    def __init__(self, source: Iterable[Row]) -> None:
        self.countries: dict[int, Counter[str]] = defaultdict(Counter)
        self.titles: dict[str, Counter[str]] = defaultdict(Counter)
        self.orders: dict[str, Invoice] = {}
        self.credits: dict[str, Invoice] = {}
        for row in source:
            self._take(row)

    def _take(self, row: Row) -> None:
        self.countries[row.customer_id][row.country] += 1
        self.titles[row.code][row.title] += 1
        kind = row.invoice[0]
        if kind == "C" and row.quantity < 0 and row.price > 0:
            self._add(self.credits, row)
        elif kind not in "CA" and row.quantity > 0 and row.price > 0:
            self._add(self.orders, row)

    @staticmethod
    def _add(invoices: dict[str, Invoice], row: Row) -> None:
        invoice = invoices.get(row.invoice)
        if invoice is None:
            invoice = invoices[row.invoice] = Invoice(row.invoice, row.customer_id, row.at)
        invoice.at = min(invoice.at, row.at)
        invoice.rows.append(row)


def load(path: Path, domain: str, until: datetime | None = None) -> Shop:
    """The shop in the file; with `until`, moved by whole weeks so that its last order is of the week before."""
    reading = Reading(rows(path))
    shop = Shop("Online Retail", domain, "GBP", "Europe/London", "GB", taxes_included=False, source="online-retail")
    moved = weeks_to(max(_utc(invoice.at) for invoice in reading.orders.values()), until)
    _Building(shop, reading, moved).build()
    return shop


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=LONDON).astimezone(UTC)


def pence(units: int, price: int) -> int:
    """Units x price, rounded half up to the penny."""
    return (2 * units * price + PER_PENNY) // (2 * PER_PENNY)


class _Building:
    def __init__(self, shop: Shop, reading: Reading, moved: timedelta) -> None:
        self.shop, self.reading, self.moved = shop, reading, moved
        self.products: dict[str, Product] = {}
        self.sold: dict[int, dict[str, list[tuple[Order, list[Sold]]]]] = defaultdict(lambda: defaultdict(list))
        credited = (row for invoice in reading.credits.values() for row in invoice.rows)
        self.credited = {(row.customer_id, row.code) for row in credited}
        self.line_ids = count(1)
        self.refund_ids = count(900_001)
        self.matched: Counter[str] = Counter()

    def build(self) -> None:
        in_time = sorted(self.reading.orders.values(), key=lambda invoice: (invoice.at, invoice.number))
        for invoice in in_time:
            self._order(invoice)
            invoice.rows.clear()
        for credit in sorted(self.reading.credits.values(), key=lambda invoice: (invoice.at, invoice.number)):
            self._credit(credit)
        self.shop.notes.update(self.matched)

    def _at(self, invoice: Invoice) -> datetime:
        return _utc(invoice.at) + self.moved

    def _order(self, invoice: Invoice) -> None:
        at = self._at(invoice)
        person = self.shop.people.get(invoice.customer_id) or self._person(invoice.customer_id, at)
        lines = [self._line(row, at) for row in invoice.rows]
        total = sum(line.subtotal_minor for line in lines)
        order = Order(
            int(invoice.number), invoice.number, f"#{invoice.number}", person.id, person.email, at, at, at, "GBP",
            lines, total, total, paid_at=at, fulfilled_at=at, billing=person.address, shipping_address=person.address,
            locale=person.locale, phone=person.phone,
        )  # fmt: skip
        order.transactions.append(Transaction(order.id, "sale", "success", order.gateway, total, at))
        self.shop.orders[order.id] = order
        self._remember(order, invoice)

    def _remember(self, order: Order, invoice: Invoice) -> None:
        by_code: dict[str, list[Sold]] = defaultdict(list)
        for row, line in zip(invoice.rows, order.lines, strict=True):
            if (row.customer_id, row.code) in self.credited:
                by_code[row.code].append(Sold(line, row.price, line.quantity, line.subtotal_minor))
        for code, sold in by_code.items():
            self.sold[invoice.customer_id][code].append((order, sold))

    def _person(self, customer_id: int, at: datetime) -> Person:
        country = self.reading.countries[customer_id].most_common(1)[0][0]
        who = people.person(customer_id, country)
        person = Person(
            customer_id, who.first_name, who.last_name, who.email, at, at, who.address, who.address.phone,
            who.locale, registered_at=at,
        )  # fmt: skip
        self.shop.people[person.id] = person
        return person

    def _line(self, row: Row, at: datetime) -> Line:
        product = self.products.get(row.code) or self._product(row, at)
        return Line(
            next(self.line_ids), product.id, product.variants[0].id, product.title, row.code, row.quantity,
            pence(1, row.price), pence(row.quantity, row.price),
        )  # fmt: skip

    def _product(self, row: Row, at: datetime) -> Product:
        title = self.reading.titles[row.code].most_common(1)[0][0]
        product_id = 20_001 + len(self.products)
        variant = Variant(product_id + 20_000, product_id, "", row.code, pence(1, row.price))
        handle = f"{row.code}-{people.plain(title)}".lower()[:60]
        product = Product(product_id, title, handle, at, at, [variant], vendor="Online Retail")
        self.products[row.code] = product
        return self.shop.add_product(product)

    def _credit(self, credit: Invoice) -> None:
        """One refund per order that the credit's rows reach."""
        pieces: dict[int, list[RefundLine]] = {}
        for row in credit.rows:
            wanted = -row.quantity
            self.matched["credit_rows"] += 1
            for order, piece in self._matches(row, credit, wanted):
                pieces.setdefault(order.id, []).append(piece)
                wanted -= piece.quantity
            self.matched["credit_rows_not_wholly_matched"] += wanted > 0
            self.matched["units_dropped"] += wanted
        for order_id, lines in pieces.items():
            self._refund(self.shop.orders[order_id], lines, credit)

    def _matches(self, row: Row, credit: Invoice, wanted: int) -> Iterable[tuple[Order, RefundLine]]:
        latest = _utc(credit.at) + self.moved
        for order, lines in reversed(self.sold[row.customer_id].get(row.code, [])):
            if order.placed_at > latest:
                continue
            for sold in lines:
                if wanted and sold.units:
                    piece = _take(sold, min(wanted, sold.units))
                    wanted -= piece.quantity
                    yield order, piece

    def _refund(self, order: Order, lines: list[RefundLine], credit: Invoice) -> None:
        at = self._at(credit)
        refund = Refund(next(self.refund_ids), at, lines, note=credit.number)
        order.add_refund(refund)
        order.updated_at = max(order.updated_at, at)


def _take(sold: Sold, units: int) -> RefundLine:
    """Never more than is left of the line; its last unit takes all that is left."""
    minor = sold.minor if units == sold.units else min(pence(units, sold.price), sold.minor)
    sold.units -= units
    sold.minor -= minor
    return RefundLine(sold.line.id, units, minor)
