"""What was measured: a flat map of names, kept in a file and shown as a table."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

PATH = Path(__file__).with_name("results.json")


@dataclass(frozen=True)
class Result:
    """value in unit; ratio: value over the same measure of what stands in `against`."""

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    note: str = ""


def keep(results: Iterable[Result]) -> None:
    """Add to what the file holds: a large run and a short one stand beside each other."""
    known = json.loads(PATH.read_text()) if PATH.exists() else {}
    for result in results:
        known[result.name] = {name: value for name, value in asdict(result).items() if name != "name"}
    PATH.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def show(results: Iterable[Result]) -> None:
    table = Table("name", "value", "unit", "against", "ratio", "note")
    for one in results:
        ratio = "" if one.ratio is None else f"{one.ratio:.2f}"
        table.add_row(
            one.name,
            f"{one.value:,.4g}" if one.value < 1000 else f"{one.value:,.0f}",
            one.unit,
            one.against,
            ratio,
            one.note,
        )
    Console(width=160).print(table)
