"""All of a shop's history by bulk operations, in slices that a worker can go on from after a restart."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from app.errors import BadInput
from connectors.base import Failure, Page, Wait
from connectors.records import Record
from connectors.shopify import goods, normalise, people, types
from connectors.shopify.bulk import Bulk, BulkFailed, BulkFile
from connectors.shopify.jsonl import Broken, Decode, Roots, decoder

SLICE = 500
TRIES = 3  # runs of one bulk operation before the history is read by pages instead
Fetch = Callable[[str, Sequence[str]], Sequence[Record]]


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
    return None if normalise.lacks_lines(row) else normalise.order(row)


def _customer(row: types.Row) -> Record:
    assert isinstance(row, types.CustomerRow)
    return people.customer(row)


def _product(row: types.Row) -> Record:
    assert isinstance(row, types.ProductRow)
    return goods.product(row)


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


def read(bulk: Bulk, fetch: Fetch, resource: str, place: Cursor) -> Iterator[Page | Wait]:
    """Raises BulkFailed when the run has failed TRIES times."""
    while True:
        try:
            yield from _run(bulk, fetch, resource, place)
            return
        except BulkFailed as error:
            place = Cursor(tries=place.tries + 1)
            if place.tries >= TRIES:
                raise
            yield Wait(float(place.tries), f"{error}; it is run again", str(place))


def _run(bulk: Bulk, fetch: Fetch, resource: str, place: Cursor) -> Iterator[Page | Wait]:
    while place.bulk is None:
        started = bulk.start(f"bulk_{resource}")
        if isinstance(started, Wait):
            yield started
        else:
            place = Cursor(bulk=started, tries=place.tries)
    file = yield from bulk.file(place.bulk, str(place))
    if file.path is None:
        yield Page((), None, total=0)
    else:
        yield from _slices(KINDS[resource], fetch, file, file.path, place)
    file.drop()


def _slices(kind: Kind, fetch: Fetch, file: BulkFile, path: Path, place: Cursor) -> Iterator[Page]:
    roots = Roots(path, kind.decode, place.resume, place.offset)
    batch = Slice(kind)
    seen = 0
    for row in roots:
        seen += 1
        batch.take(row)
        if batch.size == SLICE:
            at = Cursor(bulk=file.id, resume=roots.resume, offset=roots.offset, tries=place.tries)
            yield batch.page(fetch, str(at), file.roots)
            batch = Slice(kind)
    if place.offset is None and seen != file.roots:
        batch.fail("", f"Shopify says that it wrote {file.roots} of them, the file has {seen}")
    yield batch.page(fetch, None, file.roots)


class Slice:
    """The records of some rows. Each is made as its row comes: a row kept for later has left the processor's cache."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._records: list[Record] = []
        self._failures: list[Failure] = []
        self._cut: list[str] = []  # told in part: read again by id
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
            self._cut.append(normalise.number(row.id))
        else:
            self._records.append(record)

    def fail(self, gid: str, error: str, line: bytes = b"") -> None:
        self._failures.append(Failure(self._kind.name, gid.rpartition("/")[2], error, line))

    def page(self, fetch: Fetch, cursor: str | None, total: int) -> Page:
        again = fetch(self._kind.name, self._cut) if self._cut else ()
        return Page([*self._records, *again], cursor, self._failures, total)
