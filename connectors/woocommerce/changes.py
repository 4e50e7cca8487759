"""What changed since a moment."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from connectors.base import Failure, Page, Resource, Wait
from connectors.records import CustomerRecord, Hint, OrderRecord, Record
from connectors.woocommerce.backfill import List, Walker
from connectors.woocommerce.errors import NoRoute

STEP_BACK = timedelta(seconds=2)  # modified_after means strictly after, by whole seconds
_NEVER = "2099-01-01T00:00:00"


class Changes:
    def __init__(self, walker: Walker) -> None:
        self._walker = walker
        self._obeys: dict[str, bool] = {}

    def since(self, resource: Resource, moment: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        params = after(gmt(moment - STEP_BACK))
        if resource == "customers":
            yield from self._registered_since(moment, cursor)
        elif resource == "refunds":
            yield from self._refunds_since(params, cursor)
        else:
            for part in self._watched(self._walker.resource_lists(resource, params), cursor):
                yield _with_buyers(part) if isinstance(part, Page) else part

    def _refunds_since(self, params: dict[str, str], cursor: str | None) -> Iterator[Page | Wait]:
        try:
            yield from self._watched(self._walker.refund_lists(params), cursor)
        except NoRoute:
            yield from self._watched(self._walker.old_refund_lists(params), cursor)

    def _watched(self, lists: Sequence[List], cursor: str | None) -> Iterator[Page | Wait]:
        """Where something came: was it because the shop knows the filter, or because it ignores it and gives all?"""
        path = lists[0].path
        for part in self._walker.lists(lists, cursor):
            if isinstance(part, Page) and part.records and not self._is_filtered(path):
                said = f"{self._walker.transport.host} ignores modified_after for {path}: all of it is read."
                yield msgspec.structs.replace(part, failures=[*part.failures, Failure("list", path, said)])
            else:
                yield part

    def _is_filtered(self, path: str) -> bool:
        """The control question, once for each list: what changed after a day to come? Nothing, where that is known."""
        if path not in self._obeys:
            answer = self._walker.transport.get(path, {**after(_NEVER), "per_page": 1, "_fields": "id"})
            self._obeys[path] = msgspec.json.decode(answer.content) == []
        return self._obeys[path]

    def _registered_since(self, moment: datetime, cursor: str | None) -> Iterator[Page | Wait]:
        """Customers have no filter by time: the newest first, until one is older. Others' changes come by webhook, with
        the orders that name them, and by the sweep."""
        offset = int(cursor or 0)
        while True:
            asked = {"role": "all", "orderby": "registered_date", "order": "desc", "per_page": 100, "offset": offset}
            records, failures = self._walker.customers(self._walker.transport.get("wc/v3/customers", asked).content)
            fresh = [record for record in records if not _is_before(record, moment)]
            is_end = len(records) + len(failures) < 100 or len(fresh) < len(records)
            offset += 99  # a row that is deleted meanwhile must not hide another
            yield Page(fresh, None if is_end else str(offset), failures)
            if is_end:
                return


def after(naive_gmt: str) -> dict[str, str]:
    """The one form that is exact everywhere: a GMT time that does not say so, and the flag that does."""
    return {"modified_after": naive_gmt, "dates_are_gmt": "true"}


def gmt(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _with_buyers(page: Page) -> Page:
    """Whoever bought may have another address since; no list tells of customers that changed."""
    orders = [record.head for record in page.records if isinstance(record, OrderRecord) and record.head]
    buyers = dict.fromkeys(head.customer_external_id for head in orders if head.customer_external_id)
    hints = [Hint("customer", one) for one in buyers]
    return msgspec.structs.replace(page, records=[*page.records, *hints]) if hints else page


def _is_before(record: Record, moment: datetime) -> bool:
    made = record.head.created_at if isinstance(record, CustomerRecord) and record.head else None
    return made is not None and made < moment
