"""Bulk files read from their end."""

import json
import random
from pathlib import Path

import pytest

from connectors.shopify import jsonl
from connectors.shopify.jsonl import Broken, Roots, decoder, reversed_lines
from connectors.shopify.types import Row

DECODE = decoder({"Order": Row, "LineItem": Row, "*Agreement": Row, "*Sale": Row})


def line(kind: str, number: int, parent: str | None = None) -> str:
    row = {"id": f"gid://shopify/{kind}/{number}"}
    if kind.endswith(("Agreement", "Sale")):
        row = {"__typename": kind, **row}
    if parent:
        row["__parentId"] = parent
    return json.dumps(row, separators=(",", ":")).replace("/", "\\/")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def family(number: int) -> list[str]:
    """An order with three lines and an agreement with two sales: seven rows, parents first."""
    order, agreement = gid("Order", number), gid("OrderAgreement", number)
    lines = [line("LineItem", number * 10 + place, order) for place in range(3)]
    sales = [line("ProductSale", number * 10 + place, agreement) for place in range(2)]
    return [line("Order", number), *lines, line("OrderAgreement", number, order), *sales]


def mixed(orders: int, seed: int) -> list[str]:
    """Rows of many orders mixed, each still after its parent."""
    chance = random.Random(seed)
    waiting = [family(number) for number in range(1, orders + 1)]
    rows = []
    while waiting:
        rows.append((some := waiting[chance.randrange(min(4, len(waiting)))]).pop(0))
        waiting = [rest for rest in waiting if rest or rest is not some]
        waiting = [rest for rest in waiting if rest]
    return rows


def write(path: Path, rows: list[str]) -> Path:
    path.write_text("".join(row + "\n" for row in rows))
    return path


def shape(row: Row) -> dict[str, object]:
    return {child.id: shape(child) for child in row.children}


@pytest.mark.parametrize("block", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("ending", ["", "\n"])
def test_lines_come_last_first_whatever_the_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int, ending: str
) -> None:
    monkeypatch.setattr(jsonl, "BLOCK", block)
    text = "first\nä second\n\nthird" + ending
    (tmp_path / "f").write_text(text)
    found = list(reversed_lines(tmp_path / "f"))
    assert [part.decode() for _, part in found] == ["third", "ä second", "first"]
    assert all(text.encode()[offset:].startswith(part) for offset, part in found)


def test_a_row_comes_with_its_children_in_the_file_s_order(tmp_path: Path) -> None:
    (row,) = Roots(write(tmp_path / "f", family(1)), DECODE)
    assert [child.id for child in row.children] == [
        *(gid("LineItem", n) for n in (10, 11, 12)),
        gid("OrderAgreement", 1),
    ]
    assert [sale.id for sale in row.children[3].children] == [gid("ProductSale", 10), gid("ProductSale", 11)]


@pytest.mark.parametrize("seed", range(5))
def test_a_reader_that_starts_afresh_after_any_row_misses_nothing_and_tells_no_order_in_part(
    tmp_path: Path, seed: int
) -> None:
    path = write(tmp_path / "f", mixed(12, seed))
    whole = {row.id: shape(row) for row in Roots(path, DECODE)}
    assert len(whole) == 12
    for stop in range(1, 12):
        roots = Roots(path, DECODE)
        before = {row.id: shape(row) for _, row in zip(range(stop), roots, strict=False)}
        after = {row.id: shape(row) for row in Roots(path, DECODE, roots.resume, roots.offset)}
        assert before | after == whole
        assert not before.keys() & after.keys()


def test_memory_holds_only_the_rows_that_wait(tmp_path: Path) -> None:
    roots = Roots(write(tmp_path / "f", mixed(300, 1)), DECODE)
    most = max(sum(len(each.rows) for each in roots._waiting.values()) for _ in roots)
    assert most < 60


def test_a_broken_child_breaks_its_order_and_no_other(tmp_path: Path) -> None:
    rows = [*family(1), *family(2)]
    rows[5] = rows[5].replace('"__typename":"ProductSale"', '"__typename":"ProductSale","children":7')
    second, first = Roots(write(tmp_path / "f", rows), DECODE)
    assert type(second) is Row
    assert isinstance(first, Broken)
    assert first.id == gid("Order", 1)
    assert "$.children" in first.error


def test_a_line_that_is_no_json_is_told(tmp_path: Path) -> None:
    broken, fine = Roots(write(tmp_path / "f", [line("Order", 1), '{"id":"gid:\\/\\/shopify\\/Order\\/2","x']), DECODE)
    assert isinstance(broken, Broken)
    assert broken.id == gid("Order", 2)
    assert fine.id == gid("Order", 1)


def test_rows_of_an_unknown_kind_and_rows_without_a_parent_are_told(tmp_path: Path) -> None:
    rows = [line("LineItem", 1, gid("Order", 9)), line("Mystery", 1)]
    mystery, orphan = Roots(write(tmp_path / "f", rows), DECODE)
    assert isinstance(mystery, Broken)
    assert "Mystery" in mystery.error
    assert isinstance(orphan, Broken)
    assert orphan.id == gid("Order", 9)
