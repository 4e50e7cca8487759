"""All of a shop's history by bulk operations, in slices that a worker can go on from after a restart."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.errors import BadInput
from app.reasons import Reason
from connectors import ledger
from connectors.base import Failure, Page, Wait
from connectors.records import OrderRecord, Record
from connectors.shopify import goods, normalise, people, types, withheld
from connectors.shopify.bulk import Bulk, BulkFailed, BulkFile
from connectors.shopify.jsonl import Broken, Decode, Roots, decoder
from connectors.shopify.reading import number

SLICE = 500
TRIES = 3  # runs of one bulk operation before the history is read by pages instead
_TRIED_IN_VAIN = 25  # orders that did not add up, and did not either when read by their ids
Fetch = Callable[[str, Sequence[str]], Sequence[Record]]


class Ask(NamedTuple):
    """What is asked beside a file: things of a kind by their ids, and which fields of a resource are refused us."""

    fetch: Fetch
    kept_back: Callable[[str], Collection[str]]


class Cursor(msgspec.Struct, omit_defaults=True):
    """Where a backfill stands: in a bulk file (resume and offset as in `Roots`), or in pages."""

    bulk: str | None = None
    resume: int | None = None
    offset: int | None = None
    tries: int = 0
    by_pages: bool = False
    after: str | None = None

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        return msgspec.json.decode(text, type=cls) if text else cls()

    def __str__(self) -> str:
        return msgspec.json.encode(self).decode()


class Kind(msgspec.Struct, frozen=True):
    name: str
    decode: Decode
    build: Callable[[types.Row], Record | None]  # None: not whole, to be read again by its id


def _order(row: types.Row) -> Record | None:
    assert isinstance(row, types.OrderRow)
    return None if normalise.lacks_lines(row) or _is_short(row) else normalise.order(row)


def _is_short(row: types.OrderRow) -> bool:
    """Are there fewer lines than the order counts, or fewer discounts than its lines name?"""
    units = discounts = named = 0
    for child in row.children:  # asked of every order of a history: one pass
        if type(child) is types.LineRow:
            units += child.quantity
            for part in child.discount_allocations:
                named = max(named, part.discount_application.index + 1)
        elif type(child) is types.DiscountRow:
            discounts += 1
    return units < row.subtotal_line_items_quantity or named > discounts


def _customer(row: types.Row) -> Record:
    assert isinstance(row, types.CustomerRow)
    return people.customer(row)


def _product(row: types.Row) -> Record | None:
    assert isinstance(row, types.ProductRow)
    is_short = row.variants_count is not None and len(row.children) < row.variants_count.count
    return None if is_short else goods.product(row)


_ORDER_ROWS: Mapping[str, type[types.Row]] = {
    "Order": types.OrderRow,
    "LineItem": types.LineRow,
    "*Application": types.DiscountRow,
    "*Agreement": types.AgreementRow,
    "*Sale": types.SaleRow,
}
KINDS = {
    "products": Kind("product", decoder({"Product": types.ProductRow, "ProductVariant": types.VariantRow}), _product),
    "customers": Kind("customer", decoder({"Customer": types.CustomerRow}), _customer),
    "orders": Kind("order", decoder(_ORDER_ROWS), _order),
}


def begin(bulk: Bulk, resources: Sequence[str]) -> dict[str, str]:
    """Lets Shopify write the files of all of them at once; the cursors to begin at."""
    begun = {resource: bulk.begin(f"bulk_{resource}") for resource in resources if resource in KINDS}
    return {resource: str(Cursor(bulk=found)) for resource, found in begun.items() if isinstance(found, str)}


def read(bulk: Bulk, ask: Ask, resource: str, place: Cursor) -> Generator[Page | Wait, None, bool]:
    """False when the run has failed TRIES times: then only what the last one left behind was read."""
    while place.tries < TRIES:
        try:
            yield from _run(bulk, ask, resource, place)
            return True
        except BulkFailed as error:
            tries = TRIES if error.is_final else place.tries + 1
            place = Cursor(tries=tries, bulk=error.part if tries == TRIES else None)
            yield Wait(float(tries), _next(error, tries), str(place))
    if place.bulk is not None:
        yield from _part(bulk, ask, resource, place, place.bulk)
    return False


def _next(error: BulkFailed, tries: int) -> Reason:
    return Reason("by_pages" if tries == TRIES else "file_again", details=str(error))


def _run(bulk: Bulk, ask: Ask, resource: str, place: Cursor) -> Iterator[Page | Wait]:
    while place.bulk is None:
        started = bulk.begin(f"bulk_{resource}")
        if isinstance(started, Wait):
            yield started
        else:
            place = Cursor(bulk=started, tries=place.tries)
            yield Wait(0.0, Reason("file_begins"), str(place))  # from now on it is not begun again
    file = yield from bulk.file(place.bulk, str(place))
    if file.path is None:
        yield Page((), str(place), total=0)
    else:
        yield from _slices(_marking(resource, ask), ask.fetch, file, file.path, place)


def _part(bulk: Bulk, ask: Ask, resource: str, place: Cursor, bulk_id: str) -> Iterator[Page | Wait]:
    try:
        file = yield from bulk.part(bulk_id, str(place))
    except BulkFailed:
        return  # gone as well
    if file.path is not None:
        yield from _slices(_marking(resource, ask), ask.fetch, file, file.path, place)
        bulk.drop(bulk_id)


def _marking(resource: str, ask: Ask) -> Kind:
    """A file has what is refused as null, as if it were empty."""
    kind, refused = KINDS[resource], ask.kept_back(resource)

    def build(row: types.Row) -> Record | None:
        record = kind.build(row)
        return record and withheld.mark(record, refused)

    return msgspec.structs.replace(kind, build=build) if refused else kind


def _slices(kind: Kind, fetch: Fetch, file: BulkFile, path: Path, place: Cursor) -> Iterator[Page]:
    roots = Roots(path, kind.decode, place.resume, place.offset)
    again = Again(kind, fetch)
    batch = Slice(kind)
    seen = 0
    for row in roots:
        seen += 1
        batch.take(row)
        if batch.size == SLICE:
            at = Cursor(bulk=file.id, resume=roots.resume, offset=roots.offset, tries=place.tries)
            yield batch.page(again, str(at), file.roots)
            batch = Slice(kind)
    if place.offset is None and file.roots is not None and seen != file.roots:
        batch.fail("", f"Shopify says that it wrote {file.roots} of them, the file has {seen}")
    yield batch.page(again, str(Cursor(bulk=file.id, resume=0, offset=0, tries=place.tries)), file.roots)


class Again:
    """Reads by their ids those that a file tells in part. Orders that only do not add up are read again as long as
    that mends some of them: where Shopify itself says no more, asking for each would take for ever."""

    def __init__(self, kind: Kind, fetch: Fetch) -> None:
        self._kind, self._fetch = kind, fetch
        self._tried = self._mended = 0

    def whole(self, cut: Sequence[str], odd: Sequence[OrderRecord]) -> Sequence[Record]:
        is_worth = bool(odd) and (self._mended > 0 or self._tried < _TRIED_IN_VAIN)
        asked = [*cut, *(order.external_id for order in odd if is_worth)]
        found = self._fetch(self._kind.name, asked) if asked else ()
        if not is_worth:
            return [*found, *odd]
        self._tried += len(odd)
        self._mended += len(odd) - len(ledger.doubts(found))
        return found


class Slice:
    """The records of some rows. Each is made as its row comes: a row kept for later has left the processor's cache."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.records: list[Record] = []
        self._failures: list[Failure] = []
        self._cut: list[str] = []  # told in part: read again by id
        self._odd: list[OrderRecord] = []  # whole as far as we see, and yet they do not add up
        self.size = 0

    def take(self, row: types.Row) -> None:
        self.size += 1
        if isinstance(row, Broken):
            self.fail(row.id, row.error, row.line)
            return
        try:
            record = self._kind.build(row)
        except BadInput as error:
            self.fail(row.id, str(error), msgspec.json.encode(row))
            return
        if record is None:
            self._cut.append(number(row.id))
        elif type(record) is OrderRecord and ledger.gap(record) is not None:
            self._odd.append(record)
        else:
            self.records.append(record)

    def fail(self, gid: str, error: str, line: bytes = b"") -> None:
        self._failures.append(Failure(self._kind.name, gid.rpartition("/")[2], error, line))

    def page(self, again: Again, cursor: str, total: int | None) -> Page:
        rest = again.whole(self._cut, self._odd) if self._cut or self._odd else ()
        return Page([*self.records, *rest], cursor, self._failures, total, ledger.doubts(rest))
