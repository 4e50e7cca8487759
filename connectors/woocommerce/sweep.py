"""A full walk of what tells of no changes, at a pace that leaves the shop to its customers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Literal

import msgspec

from app.lib.clock import utc_now
from app.reasons import Reason
from connectors.base import Page, Resource, Wait
from connectors.records import Census
from connectors.woocommerce import rows
from connectors.woocommerce.ahead import Ahead
from connectors.woocommerce.audit import WooAuditor
from connectors.woocommerce.backfill import List, Walker, page_of, place_of
from connectors.woocommerce.changes import gmt
from connectors.woocommerce.lists import walk

SHARE = 0.25  # of one connection's time
OF_LATE = timedelta(days=36)  # the proof's 35 days and today, wherever the shop is
_KINDS: Mapping[Resource, Literal["customer", "product"]] = {"customers": "customer", "products": "product"}


def sweep(walker: Walker, resource: Resource, cursor: str | None) -> Iterator[Page | Wait]:
    """Every row of the resource's list, and with each page which ids there are; a pause after each. Of orders those of
    late, where their edits may be silent."""
    if resource == "orders" and not WooAuditor(walker.transport).has_silent_edits():
        yield Page((), None)
        return
    lists, kind = _lists(walker, resource), _KINDS.get(resource)
    _, place = place_of(cursor)
    last = place.last if place else 0
    for part in walk(walker.transport, lists[0].path, lists[0].params, place, Ahead(walker.transport, depth=0)):
        if isinstance(part, Wait):
            yield Wait(part.seconds, part.why, f"0 {part.cursor}")
            continue
        page, until = page_of(part, lists, 0), part.place.last if part.place else None
        if kind and (until is None or until > last):  # else it mends what other pages left out
            there = tuple(str(number) for number in rows.ids(part.raw)[0])
            page = msgspec.structs.replace(page, records=[*page.records, Census(kind, last, until, there)])
            last = until or last
        yield page
        if page.cursor is not None:
            yield Wait(part.seconds * (1 / SHARE - 1), Reason("resting"), page.cursor)


def _lists(walker: Walker, resource: Resource) -> list[List]:
    late = {"after": gmt(utc_now() - OF_LATE), "dates_are_gmt": "true"}
    return walker.resource_lists(resource, late if resource == "orders" else None)[:1]
