"""The figures as Prometheus reads them. Every process tells the same: they are asked of the database when scraped."""

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine

from app.db.scope import EveryShop, every_shop
from app.jobs import queries as jobs
from app.lib.clock import utc_now
from app.operations import figures


def text(engine: Engine) -> bytes:
    """All gauges in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_House(engine))
    return generate_latest(registry)


class _House(Collector):
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> list[GaugeMetricFamily]:
        return []  # so that registering asks nothing of the database

    def collect(self) -> Iterator[GaugeMetricFamily]:
        with every_shop(self._engine) as db:
            yield from _work(db)
            yield from _state(db)
            yield _pulls(db)


def _work(db: EveryShop) -> Iterator[GaugeMetricFamily]:
    for table in figures.OPEN:
        counted = {(state,): number for state, number in figures.open_rows(db, table).items()}
        yield _gauge(table, "Rows that want something done.", ["state"], counted)
    yield _gauge("jobs", "Jobs, by lane and state.", ["lane", "state"], jobs.counts(db))
    yield _gauge("runs", "Runs of backfill and pull.", ["kind", "state"], figures.runs(db))
    yield _gauge("shops", "Shops.", ["platform", "state"], figures.shops(db))
    waits = {("deliveries",): figures.oldest_delivery(db), ("jobs",): jobs.oldest_due(db)}
    now = utc_now()
    seconds = {name: max(0.0, (now - since).total_seconds()) if since else 0.0 for name, since in waits.items()}
    yield _gauge("oldest_wait_seconds", "How long the one that waits longest is overdue.", ["of"], seconds)


def _state(db: EveryShop) -> Iterator[GaugeMetricFamily]:
    yield _gauge("pending_fetches", "Records to be read afresh.", [], {(): figures.waiting_reads(db)})
    yield _gauge("failed_records", "Records that could not be read or written.", [], {(): figures.failed_records(db)})
    yield _gauge("journal_unsealed", "Entries of the journal in no chain yet.", [], {(): figures.unsealed(db)})
    yield _gauge("database_bytes", "Size of the database.", [], {(): figures.size(db)})
    seen = figures.heartbeat(db)
    when = {(): seen.timestamp()} if seen else {}
    yield _gauge("worker_seen_timestamp_seconds", "When a worker last fired the timetable.", [], when)


def _pulls(db: EveryShop) -> GaugeMetricFamily:
    pulled = {
        (str(shop_id), platform, kind): at.timestamp() if at else 0.0
        for shop_id, platform, kind, at in figures.last_pulls(db)
    }
    return _gauge(
        "last_pull_timestamp_seconds", "Last pull that came to its end.", ["shop", "platform", "kind"], pulled
    )


def _gauge(name: str, says: str, labels: list[str], values: Mapping[Any, float]) -> GaugeMetricFamily:
    """values: by the values of the labels, in their order."""
    gauge = GaugeMetricFamily(f"regulars_{name}", says, labels=labels)
    for place, value in sorted(values.items()):
        gauge.add_metric(list(place), value)
    return gauge
