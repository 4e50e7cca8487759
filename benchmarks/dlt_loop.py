"""dlt's rest_api source, the orders of one shop into a SQLite: `python dlt_loop.py ORIGIN FOLDER`; how many came. Runs
in an environment of its own."""

import sqlite3
import sys

import dlt
from dlt.sources.rest_api import rest_api_source


def main(origin: str, folder: str) -> None:
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{origin}/wp-json/wc/v3/",
                "auth": {"type": "http_basic", "username": "ck_replayed", "password": "cs_replayed"},
                "paginator": {"type": "offset", "limit": 100, "limit_param": "per_page", "total_path": None},
            },
            "resources": [{"name": "orders", "primary_key": "id", "endpoint": {"path": "orders"}}],
        }
    )
    store = dlt.destinations.sqlalchemy(f"sqlite:///{folder}/orders.sqlite")
    pipeline = dlt.pipeline("bench", pipelines_dir=f"{folder}/pipelines", destination=store, dataset_name="main")
    pipeline.run(source)
    with sqlite3.connect(f"{folder}/orders.sqlite") as kept:
        print(kept.execute("SELECT count(*) FROM orders").fetchone()[0])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
