"""`python -m benchmarks [--large] [NAME …]`: measure, show, keep in benchmarks/results.json."""

import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.backfill import backfill
from benchmarks.bulk import bulk_postgres, bulk_sqlite
from benchmarks.delivery import webhook_during_backfill
from benchmarks.growth import growth
from benchmarks.house import postgres
from benchmarks.intake import intake_postgres, intake_sqlite
from benchmarks.jobs import jobs_killed, jobs_postgres
from benchmarks.large import large, pace
from benchmarks.rest import mail_render, segment_count
from benchmarks.results import Result, keep, show
from benchmarks.woocommerce_pull import woocommerce_pull

_ORDERS = 20_000
_BULK = 50_000


def on_postgres(face: str, folder: Path) -> Iterator[Result]:
    with postgres() as address:
        yield from backfill(face, address, _ORDERS, 1, folder)


SHORT: Mapping[str, Callable[[Path], Iterable[Result]]] = {
    "backfill_shopify": lambda folder: backfill("shopify", "sqlite", _ORDERS, 2, folder),
    "backfill_woocommerce": lambda folder: backfill("woocommerce", "sqlite", _ORDERS, 2, folder),
    "backfill_shopify_postgres": lambda folder: on_postgres("shopify", folder),
    "backfill_woocommerce_postgres": lambda folder: on_postgres("woocommerce", folder),
    "woocommerce_pull": woocommerce_pull,
    "bulk_sqlite": lambda folder: bulk_sqlite(_BULK, 2, folder),
    "bulk_postgres": lambda folder: bulk_postgres(_BULK, 1, folder),
    "webhook_during_backfill": lambda folder: webhook_during_backfill(_ORDERS, 12, folder),
    "intake_sqlite": intake_sqlite,
    "intake_postgres": intake_postgres,
    "jobs_postgres": lambda _: jobs_postgres(),
    "jobs_killed": lambda _: jobs_killed(),
    "segment_count": lambda _: segment_count(),
    "mail_render": lambda _: mail_render(),
}

LARGE: Mapping[str, Callable[[Path], Iterable[Result]]] = {"growth": growth, "pace": pace, "large": large}


def main(arguments: list[str]) -> int:
    chosen = LARGE if "--large" in arguments else SHORT
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every process that was started ends too
    names = [name for name in arguments if name in chosen] or list(chosen)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="regulars-bench-pages-") as folder:
        for name in names:
            print(name, flush=True)
            results += chosen[name](Path(folder))
            keep(results)
    show(results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
