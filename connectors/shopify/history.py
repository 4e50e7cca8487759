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

SLICE = 200
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
    batch: list[types.Row] = []
    seen = 0
    for row in roots:
        seen += 1
        batch.append(row)
        if len(batch) == SLICE:
            at = Cursor(bulk=file.id, resume=roots.resume, offset=roots.offset, tries=place.tries)
            yield _page(kind, fetch, batch, str(at), file.roots)
            batch = []
    last = _page(kind, fetch, batch, None, file.roots)
    if place.offset is None and seen != file.roots:
        words = f"Shopify says that it wrote {file.roots}, the file has {seen}"
        last = msgspec.structs.replace(last, failures=[*last.failures, Failure(kind.name, "", words)])
    yield last


def _page(kind: Kind, fetch: Fetch, rows: Sequence[types.Row], cursor: str | None, total: int) -> Page:
    records: list[Record] = []
    failures: list[Failure] = []
    cut: list[str] = []
    for row in rows:
        try:
            record = _built(kind, row)
        except (BadInput, _Unreadable) as error:
            line = row.line if isinstance(row, Broken) else msgspec.json.encode(row)
            failures.append(Failure(kind.name, row.id.rpartition("/")[2], str(error), line))
            continue
        if record is None:
            cut.append(normalise.number(row.id))
        else:
            records.append(record)
    return Page([*records, *(fetch(kind.name, cut) if cut else ())], cursor, failures, total)


class _Unreadable(Exception):
    """A line of the file, or one below it, cannot be read."""


def _built(kind: Kind, row: types.Row) -> Record | None:
    if isinstance(row, Broken):
        raise _Unreadable(row.error)
    return kind.build(row)
