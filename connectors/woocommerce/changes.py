"""What changed since a moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from connectors.base import Page, Resource, Wait
from connectors.woocommerce import types
from connectors.woocommerce.backfill import Walker
from connectors.woocommerce.errors import NoRoute
from connectors.woocommerce.rows import bodies

STEP_BACK = timedelta(seconds=2)  # modified_after means strictly after, by whole seconds
_NEVER = "2099-01-01T00:00:00"
_PATHS: dict[str, str] = {"orders": "wc/v3/orders", "products": "wc/v3/products", "refunds": "wc/v3/refunds"}


class Changes:
    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._obeys: dict[str, bool] = {}

    def since(self, resource: Resource, moment: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        if resource == "customers":
            yield from self._registered_since(moment, cursor)
        elif resource == "refunds":
            yield from self._refunds_since(moment, cursor)
        elif resource in _PATHS:
            lists = self._walker.resource_lists(resource, self._params(resource, moment))
            yield from self._walker.lists(lists, cursor)
        else:
            yield Page((), None)

    def _params(self, resource: str, moment: datetime) -> dict[str, str]:
        """Nothing where the shop ignores the filter: then all of it is walked, and what is known is found unchanged."""
        if resource not in self._obeys:
            self._obeys[resource] = self._is_filtered(_PATHS[resource])
        return after(gmt(moment - STEP_BACK)) if self._obeys[resource] else {}

    def _is_filtered(self, path: str) -> bool:
        """The control question: what changed after a day to come? Nothing, where the filter is understood."""
        answer = self._walker.transport.get(path, {**after(_NEVER), "per_page": 1, "_fields": "id"})
        return bool(msgspec.json.decode(answer.content) == [])

    def _refunds_since(self, moment: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        try:
            lists = self._walker.refund_lists(self._params("refunds", moment))
        except NoRoute:
            lists = self._walker.old_refund_lists(self._params("orders", moment))
        yield from self._walker.lists(lists, cursor)

    def _registered_since(self, moment: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        """Customers have no filter by time: the newest first, until one is older. Others' changes come by webhook."""
        offset = int(cursor or 0)
        while True:
            asked = {"role": "all", "orderby": "registered_date", "order": "desc", "per_page": 100, "offset": offset}
            raw = self._walker.transport.get("wc/v3/customers", asked).content
            found, _ = bodies(raw, types.Registered)
            records, failures = self._walker.customers(raw)
            is_end = len(found) < 100 or any(_is_before(body, moment) for body in found)
            offset += 99  # a row that is deleted meanwhile must not hide another
            yield Page(records, None if is_end else str(offset), failures)
            if is_end:
                return


def after(naive_gmt: str) -> dict[str, str]:
    """The one form that is exact everywhere: a GMT time that does not say so, and the flag that does."""
    return {"modified_after": naive_gmt, "dates_are_gmt": "true"}


def gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _is_before(body: types.Registered, moment: datetime) -> bool:
    made = body.date_created_gmt
    return made is not None and made.replace(tzinfo=UTC) < moment
