"""`python -m benchmarks [--large] [NAME …]`: measure, show, keep in benchmarks/results.json."""

import sys
import tempfile
from pathlib import Path

from benchmarks.backfill import backfill
from benchmarks.results import Result, keep, show


def main(arguments: list[str]) -> int:
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="regulars-bench-pages-") as pages:
        for face in ("shopify", "woocommerce"):
            results += backfill(face, "sqlite", 20_000, 3, Path(pages))
    keep(results)
    show(results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
