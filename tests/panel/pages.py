"""Every page and every change of the panel by its address."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import select

from app.commerce.models import Customer
from app.db.scope import ShopScope, shop_scope
from app.flows.models import Flow
from app.jobs.models import JobRow
from app.journal.models import Delivery, Event, FailedRecord
from app.lib.clock import real_now
from app.privacy.models import PrivacyRequest
from app.segments.models import Segment
from app.shops.models import Shop
from app.writes.models import PlatformWrite
from sync.models import Run
from tests.panel.conftest import House

PAGES = {
    "home": "/panel/",
    "customers": "/panel/customers",
    "customer": "/panel/customers/{customer}",
    "segments": "/panel/segments",
    "new segment": "/panel/segments/new",
    "segment": "/panel/segments/{segment}",
    "loyalty": "/panel/loyalty",
    "flows": "/panel/flows",
    "flow": "/panel/flows/{flow}",
    "connections": "/panel/connections",
    "disconnect": "/panel/connections/disconnect",
    "codes": "/panel/codes",
    "a set of codes": "/panel/codes/{codes}",
    "writes": "/panel/connections/writes",
    "writes that need a look": "/panel/connections/writes?filter=attention",
    "sync health": "/panel/connections/health",
    "proof": "/panel/connections/proof",
    "a day of the proof": f"/panel/connections/proof/days/{datetime.now(UTC).date() - timedelta(days=12)}",
    "what differed": "/panel/connections/proof/findings",
    "what is not mended": "/panel/connections/proof/findings?filter=open",
    "check a report": "/panel/connections/proof/check",
    "privacy": "/panel/privacy",
    "erase a customer": "/panel/customers/{customer}/erase",
}
ACTIONS = {
    "save a segment": "/panel/segments/{segment}",
    "save a flow": "/panel/flows/{flow}",
    "switch a flow": "/panel/flows/{flow}/switch",
    "retry a delivery": "/panel/connections/health/delivery/{delivery}/retry",
    "retry a record": "/panel/connections/health/record/{record}/retry",
    "retry a reaction": "/panel/connections/health/event/{event}/retry",
    "retry a job": "/panel/connections/health/job/{job}/retry",
    "retry a write": "/panel/connections/writes/{write}/retry",
    "export a customer": "/panel/customers/{customer}/export",
    "erase a customer": "/panel/customers/{customer}/erase",
    "close a request": "/panel/privacy/{request}/close",
}
MODELS = {
    "write": PlatformWrite,
    "customer": Customer,
    "segment": Segment,
    "flow": Flow,
    "delivery": Delivery,
    "record": FailedRecord,
    "event": Event,
    "request": PrivacyRequest,
}


def ids_of(scope: ShopScope) -> dict[str, int | None]:
    """Of the shop's first rows, by their kind."""
    dead_job = scope.first(select(JobRow.id).where(JobRow.state == "dead"))
    first = {name: scope.first(select(model.id)) for name, model in MODELS.items()}  # type: ignore[attr-defined]
    first["codes"] = scope.first(select(PlatformWrite.id).where(PlatformWrite.kind == "discount"))
    return {**first, "job": dead_job}


def address(house: House, pattern: str, shop: Shop) -> str:
    """The pattern with ids of that shop's rows."""
    with shop_scope(house.engine, shop.id) as scope:
        return pattern.format(**ids_of(scope))


def change(house: House, path: str, **form: str) -> tuple[int, str]:
    answer = house.client.post(path, data=form, headers={"X-CSRF-Token": house.csrf})
    return answer.status_code, answer.text


def copy_under_way(engine: Engine, shop_id: int) -> None:
    """Three of nine orders are here."""
    now = real_now()
    with shop_scope(engine, shop_id, write=True) as scope:
        scope.add(
            Run(shop_id=shop_id, kind="backfill", resource="orders", done=3, total=9, started_at=now, changed_at=now)
        )
