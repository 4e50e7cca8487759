"""Products and their variants: rows from records, in batches."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from app.commerce.models import Product, Variant
from app.commerce.parts import Digests, Stored, Verdict, digests_of, judge, text
from app.commerce.work import Work
from app.lib.ids import new_ids
from connectors.records import ProductRecord, VariantRecord

_PARTS = ("categories", "tags")
_COLUMNS = (
    "id", "external_id", "title", "status", "handle", "kind", "vendor", "url", "image", "price_minor", "created_at",
    "updated_at", "deleted_at", "digests", *_PARTS,
)  # fmt: skip
_VARIANT_COLUMNS = (
    "product_id", "external_id", "title", "sku", "price_minor", "compare_at_minor", "stock", "options",
)  # fmt: skip
_NAMES = ("head", "variants", "categories", "tags")
_KNOWN = """
    SELECT external_id, id, updated_at, digests, deleted_at FROM products
    WHERE shop_id = :shop_id AND external_id = ANY(:keys)"""
_UPDATE_PARTS = f"""
    UPDATE products SET updated_at = ?, digests = ?, {", ".join(f"{name} = COALESCE(?, {name})" for name in _PARTS)}
    WHERE shop_id = ? AND id = ?"""


class Item(NamedTuple):
    """A product on its way into its row."""

    id: int
    record: ProductRecord
    verdict: Verdict
    digests: Digests
    is_new: bool


def write(work: Work, records: Sequence[ProductRecord]) -> None:
    """Bring the products up to date; each external id stands once among the records."""
    items = _items(work, records)
    with_head = [item for item in items if "head" in item.verdict.write]
    work.batch.upsert(Product, _COLUMNS, [_row(item) for item in with_head], key=("external_id",), keep=_PARTS)
    work.batch.executemany(_UPDATE_PARTS, [_parts(work, item) for item in items if "head" not in item.verdict.write])
    _replace_variants(work, [item for item in items if "variants" in item.verdict.write])
    for item in items:
        if item.verdict.outcome in ("created", "updated"):
            work.changes.note("product.changed", item.id, None, {"parts": list(item.verdict.changed)})


def delete(work: Work, external_ids: Sequence[str]) -> None:
    """The platform no longer has these, and that was checked."""
    rows = work.batch.rows(_KNOWN, {"keys": external_ids})
    sql = """UPDATE products SET deleted_at = :now
             WHERE shop_id = :shop_id AND external_id = ANY(:keys) AND deleted_at IS NULL"""
    work.counts["deleted"] += work.batch.execute(sql, {"now": work.now, "keys": external_ids})
    for row in rows:
        work.changes.note("product.changed", row[1], None, {"parts": ["deleted"]})


def _items(work: Work, records: Sequence[ProductRecord]) -> list[Item]:
    rows = work.batch.rows(_KNOWN, {"keys": [record.external_id for record in records]}, times=(2,), jsons=(3,))
    known = {row[0]: Stored(row[1], row[2], row[3] or {}, row[4] is not None) for row in rows}
    found = []
    for record, new_id in zip(records, new_ids(len(records)), strict=True):
        stored = known.get(record.external_id)
        carried = digests_of(_NAMES, (record.head, record.variants, record.categories, record.tags))
        verdict = judge(stored, record.updated_at, carried, work.fresh, work.is_again)
        if stored is None and record.head is None:
            work.ask("product", record.external_id)
            verdict = Verdict("deferred")
        work.settle("product", record.external_id, record.updated_at, carried, verdict)
        if verdict.digests is not None:
            found.append(Item(stored.id if stored else new_id, record, verdict, verdict.digests, stored is None))
    return found


def _row(item: Item) -> tuple[Any, ...]:
    record, head = item.record, item.record.head
    assert head is not None
    return (
        item.id, record.external_id, head.title, head.status, head.handle, head.kind, head.vendor, head.url,
        head.image, head.price, head.created_at, record.updated_at, None, text(item.digests),
        text(record.categories), text(record.tags),
    )  # fmt: skip


def _parts(work: Work, item: Item) -> tuple[Any, ...]:
    record = item.record
    parts = (text(record.categories), text(record.tags))
    return (record.updated_at, text(item.digests), *parts, work.shop.id, item.id)


def _replace_variants(work: Work, items: Sequence[Item]) -> None:
    old = [(work.shop.id, item.id) for item in items if not item.is_new]
    work.batch.executemany("DELETE FROM variants WHERE shop_id = ? AND product_id = ?", old)
    rows = [_variant(item.id, variant) for item in items for variant in item.record.variants or ()]
    work.batch.upsert(Variant, _VARIANT_COLUMNS, rows, key=("product_id", "external_id"))


def _variant(product_id: int, variant: VariantRecord) -> tuple[Any, ...]:
    return (
        product_id, variant.external_id, variant.title, variant.sku, variant.price, variant.compare_at, variant.stock,
        text(variant.options),
    )  # fmt: skip
