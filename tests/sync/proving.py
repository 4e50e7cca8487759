"""A shop in a box that is copied here without webhooks, and the jobs that hold both sides together."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import requests
from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Order
from app.context import Context
from app.db.meta import mark_as_demo
from app.db.scope import shop_scope
from app.jobs.base import Again, Job
from app.lib.clock import utc_now
from app.lib.encryption import Keyring
from app.proof.models import Finding, ProvedDay, Reconciliation
from app.settings import read
from app.shops.clients import client_for
from app.shops.connect import connect
from sandbox import serve
from sync.audit import audit
from sync.backfill import backfill
from sync.fetch import fetch
from sync.reconcile.begin import local_day, request
from sync.reconcile.work import reconcile
from tests.serving import serving
from tests.waiting import PATIENCE


@dataclass
class Copy:
    """The box, and what is here of it."""

    context: Context
    shop_id: int
    url: str
    info: dict[str, Any]

    def act(self, what: str, **said: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.url}/_sandbox/act", json={"act": what, **said}, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    def faults(self, **said: Any) -> None:
        assert requests.post(f"{self.url}/_sandbox/faults", json=said, timeout=30).ok

    def run(self, work: Callable[[Context, Job], Again | None], name: str, lane: str) -> bool:
        """A job until it has nothing to do or waits for another; did it do anything?"""
        job = self.job(name, lane)
        until, has_worked = time.monotonic() + PATIENCE, False
        while (again := work(self.context, job)) is not None:
            has_worked = True
            assert time.monotonic() < until
            if again.at is not None:
                if name == "reconcile":
                    return True
                time.sleep(max(0.0, (again.at - utc_now()).total_seconds()))
        return has_worked

    def job(self, name: str, lane: str) -> Job:
        return Job(id=1, shop_id=self.shop_id, name=name, key="", lane=lane, attempts=0)

    def ask(self, days: int, reason: str = "asked") -> int:
        now = utc_now()
        with shop_scope(self.context.engine, self.shop_id, write=True) as scope:
            return request(scope, reason, now, local_day(scope, now) - timedelta(days=days - 1)).id

    def reconcile(self, days: int = 35, reason: str = "asked") -> Reconciliation:
        """Begun, and worked to its end beside the fetches that it asks for."""
        return self.finish(self.ask(days, reason))

    def finish(self, row_id: int) -> Reconciliation:
        until = time.monotonic() + PATIENCE
        while self.run(reconcile, "reconcile", "report"):
            assert time.monotonic() < until
            self.run(fetch, "fetch", "fetch")
        with shop_scope(self.context.engine, self.shop_id) as scope:
            row = scope.get(Reconciliation, row_id)
        assert row.state == "done", (row.state, row.error)
        return row

    def all(self, model: Any, *where: Any) -> list[Any]:
        with shop_scope(self.context.engine, self.shop_id) as scope:
            return list(scope.all(select(model).where(*where)))

    def order(self, external_id: Any) -> Order:
        return next(one for one in self.all(Order) if one.external_id == str(external_id))

    def findings(self) -> set[tuple[str, str, str, bool]]:
        """(kind, id, what, is repaired)"""
        found = self.all(Finding)
        return {(one.kind, one.external_id, one.what, one.repaired_at is not None) for one in found}

    def days(self) -> dict[date, ProvedDay]:
        return {row.day: row for row in self.all(ProvedDay, ProvedDay.kind == "orders")}

    def states(self) -> set[str]:
        return {row.state for row in self.all(ProvedDay)}

    def differences(self) -> list[str]:
        return [str(one) for one in audit(self.context, self.shop_id).differences]

    def client(self) -> Any:
        return client_for(self.context, self.shop_id)


@contextmanager
def copied(engine: Engine, home: Any, *words: str, orders: int = 40, face: str = "woocommerce") -> Iterator[Copy]:
    """The whole history of a box, backfilled."""
    args = serve.arguments(["--face", face, "--orders", str(orders), *words])
    made: list[Any] = []

    def app(environ: Any, start: Any) -> Any:  # there once its address is known
        return made[0](environ, start)

    with serving(app) as port:
        url = f"http://127.0.0.1:{port}"
        made.append(serve.make_app(args, url))
        info = requests.get(f"{url}/_sandbox/info", timeout=30).json()
        settings = read({"REGULARS_HOME": str(home), "REGULARS_ALLOW_PRIVATE_SHOPS": "1"})
        if face == "shopify":
            mark_as_demo(engine)
            settings = replace(settings, shopify_origin=url)
        context = Context(settings, engine, Keyring.load(settings))
        address = info["domain"] if face == "shopify" else url
        copy = Copy(context, connect(context, face, address, _secrets(info, face), utc_now()), url, info)
        copy.run(backfill, "backfill", "ingest")
        copy.run(fetch, "fetch", "fetch")
        yield copy


def _secrets(info: dict[str, Any], face: str) -> dict[str, str]:
    if face == "shopify":
        return {"client_id": info["client_id"], "client_secret": info["client_secret"]}
    return {"consumer_key": info["key"], "consumer_secret": info["secret"]}
