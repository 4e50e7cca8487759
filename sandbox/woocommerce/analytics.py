"""WooCommerce's own Analytics: sales per local day, with all that it is known to count otherwise than the lists do."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from flask import Response, request

from sandbox.changes import Event
from sandbox.money import decimal
from sandbox.shop import Order, Refund
from sandbox.woocommerce import orders, params
from sandbox.woocommerce.answers import Body, answer
from sandbox.woocommerce.errors import invalid
from sandbox.woocommerce.house import House

EXCLUDED = ("pending", "failed", "cancelled")  # a shop's own setting
NEVER = ("auto-draft", "trash", "checkout-draft")
IMPORTS = 12  # hours between two


@dataclass(slots=True)
class Day:
    orders: int = 0
    sales: Decimal = Decimal()
    refunds: Decimal = Decimal()


class Analytics:
    def __init__(self, house: House) -> None:
        self.house, self.box, self.writing = house, house.box, house.writing
        self._gone: list[tuple[Refund, str]] = []  # whose orders, or which themselves, were deleted
        self.box.listen(self._note)
        house.route("GET", "reports/revenue/stats", self.revenue, root="/wp-json/wc-analytics")
        house.get("reports/sales", self.sales)

    def revenue(self) -> Response:
        paging = params.paging(request.args, ("date",))
        first, last = (self._local(name) for name in ("after", "before"))
        with self.box.lock:
            days = self._days(first, last)
        wanted = [first.date() + timedelta(n) for n in range((last.date() - first.date()).days + 1)]
        wanted = wanted if paging.order == "asc" else wanted[::-1]
        shown = wanted[paging.start : paging.start + paging.per_page]
        total = _sum(days[day] for day in wanted)
        body = {"totals": self._figures(total), "intervals": [self._interval(day, days[day]) for day in shown]}
        pages = -(-len(wanted) // paging.per_page)
        return answer(body, headers={"X-WP-Total": str(len(wanted)), "X-WP-TotalPages": str(pages)})

    def sales(self) -> Response:
        """The old report reads posts; with orders in tables of their own it finds none."""
        with self.box.lock:
            ever = (datetime.combine(day, time()) for day in (date.min, date.max))
            day = _sum(self._days(*ever).values()) if self.house.options.is_posts else Day()
        return answer([{"total_sales": f"{day.sales - day.refunds:.2f}", "total_orders": day.orders}])

    def _local(self, name: str) -> datetime:
        try:
            return datetime.fromisoformat(request.args.get(name, "")).replace(tzinfo=None)
        except ValueError:
            raise invalid(name, "Invalid date.", "rest_invalid_date") from None

    def _days(self, first: datetime, last: datetime) -> defaultdict[date, Day]:
        days: defaultdict[date, Day] = defaultdict(Day)
        for order in self.box.shop.orders.values():
            if self._is_counted(order):
                at = self._local_time(order.created_at)
                if first <= at <= last and self._is_imported(order.created_at):
                    days[at.date()].orders += 1
                    days[at.date()].sales += _amount(order.placed_minor + order.adjusted_minor, order.currency)
        for refund, currency in self._refunds():
            at = self._local_time(refund.created_at)
            if first <= at <= last and self._is_imported(refund.created_at):
                days[at.date()].refunds += _amount(refund.total_minor, currency)
        return days

    def _is_counted(self, order: Order) -> bool:
        """What REST put into the bin stays where orders are posts."""
        if order.trashed_at and self.house.options.is_posts:
            return True
        return orders.status(order) not in (*EXCLUDED, *NEVER)

    def _refunds(self) -> Iterator[tuple[Refund, str]]:
        """Tables go on subtracting those that were deleted, alone or with their order."""
        for order in self.box.shop.orders.values():
            if self._is_counted(order):
                yield from ((refund, order.currency) for refund in order.refunds)
        if not self.house.options.is_posts:
            yield from self._gone

    def _is_imported(self, at: datetime) -> bool:
        """Since 11.0 twice a day, so that today lags."""
        now = self.box.now()
        return not self.house.options.since(11) or at < now.replace(hour=now.hour // IMPORTS * IMPORTS, minute=0)

    def _local_time(self, at: datetime) -> datetime:
        return at.astimezone(self.writing.zone).replace(tzinfo=None)

    def _note(self, event: Event) -> None:
        if event.kind == "order.erased" and isinstance(event.object, Order):
            self._gone += [(refund, event.object.currency) for refund in event.object.refunds]
        if event.kind in ("refund.deleted", "refund.erased") and isinstance(event.object, Refund) and event.order:
            self._gone.append((event.object, event.order.currency))

    def _interval(self, day: date, figures: Day) -> Body:
        ends = {"date_start": datetime.combine(day, time()), "date_end": datetime.combine(day, time(23, 59, 59))}
        body: Body = {"interval": day.isoformat()}
        for name, local in ends.items():
            gmt = local.replace(tzinfo=self.writing.zone).astimezone(self.box.now().tzinfo)
            body |= {name: local.isoformat(" "), f"{name}_gmt": gmt.isoformat(" ")[:19]}
        return body | {"subtotals": self._figures(figures)}

    @staticmethod
    def _figures(day: Day) -> Body:
        """Tax and shipping in; all currencies added as they stand."""
        return {
            "orders_count": day.orders,
            "total_sales": float(day.sales - day.refunds),
            "gross_sales": float(day.sales),
            "refunds": float(day.refunds),
            "segments": [],
        }


def _amount(minor: int, currency: str) -> Decimal:
    return Decimal(decimal(minor, currency))


def _sum(days: Iterable[Day]) -> Day:
    whole = Day()
    for day in days:
        whole.orders += day.orders
        whole.sales += day.sales
        whole.refunds += day.refunds
    return whole
