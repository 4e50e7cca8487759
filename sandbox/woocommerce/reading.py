"""The routes that read: orders, refunds, customers."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Response, request

from sandbox.shop import Checkout, Order
from sandbox.woocommerce import lists, params, refunds
from sandbox.woocommerce.answers import Body, answer, only_fields, paging_headers
from sandbox.woocommerce.errors import not_found
from sandbox.woocommerce.house import House
from sandbox.woocommerce.lists import D, RefundRow

T = TypeVar("T")


class Reading:
    """Bodies are written under the box's lock, a page at a time, so that a page is of one moment."""

    def __init__(self, house: House) -> None:
        self.house, self.box, self.writing = house, house.box, house.writing
        house.get("orders", self.order_list, "GET, POST")
        house.get("orders/<int:number>", self.order, "GET, POST, PUT, PATCH, DELETE")
        house.get("orders/<int:number>/refunds", self.order_refunds, "GET, POST")
        house.get("orders/<int:number>/refunds/<int:refund>", self.refund, "GET, DELETE")
        if house.options.since(9):
            house.get("refunds", self.refund_list, "GET")
        house.get("customers", self.customer_list, "GET, POST")
        house.get("customers/<int:number>", self.customer, "GET, POST, PUT, PATCH, DELETE")

    def order_list(self) -> Response:
        paging = params.paging(request.args, lists.SORTS)
        with self.box.lock:
            found = self._sorted(lambda: lists.order_list(self.house, request.args), paging)
            return self._order_page(found, paging, self.house.sale_body)

    def order(self, number: int) -> Response:
        with self.box.lock:
            return one(self.house.sale_body(self.house.sale(number)))

    def order_refunds(self, number: int) -> Response:
        paging = params.paging(request.args, lists.SORTS)
        with self.box.lock:
            rows = self._sorted(lambda: lists.refund_list(self.house, [self._order(number)], request.args), paging)
            return self._order_page(rows, paging, lambda row: self._refund_body(row, False))

    def refund(self, number: int, refund: int) -> Response:
        with self.box.lock:
            order = self._order(number)
            row = next((RefundRow(order, each) for each in order.refunds if each.id == refund), None)
            if row is None:
                raise not_found("refunds")
            return one(self._refund_body(row, False))

    def refund_list(self) -> Response:
        paging = params.paging(request.args, lists.SORTS)
        with self.box.lock:
            every = self.box.shop.orders.values()
            rows = self._sorted(lambda: lists.refund_list(self.house, every, request.args), paging)
            return self._order_page(rows, paging, lambda row: self._refund_body(row, True))

    def customer_list(self) -> Response:
        paging = params.paging(request.args, lists.CUSTOMER_SORTS, "name", "asc")
        with self.box.lock:
            people = lists.customer_list(self.box.shop, request.args)
            people = lists.sort_customers(people, paging, params.ids(request.args, "include"))
            return page(self.house, people, paging, self.house.customer_body)

    def customer(self, number: int) -> Response:
        with self.box.lock:
            return one(self.house.customer_body(self.house.customer(number)))

    def _order_page(self, rows: Sequence[T], paging: params.Paging, write: Callable[[T], Body]) -> Response:
        """Of orders or of refunds: with tables of their own, past the end their totals are forgotten."""
        return page(self.house, rows, paging, write, forgets_totals=not self.house.options.is_posts)

    def _sorted(self, find: Callable[[], list[D]], paging: params.Paging) -> list[D]:
        """The whole list; where equal dates have no fixed order it is another one on each page."""
        breaks_ties, asked = self.house.options.since(11), params.unsigned(request.args, "page", "offset", "per_page")
        turn = None if breaks_ties or paging.orderby in ("id", "include") else paging.start
        included = params.ids(request.args, "include")
        return self.house.remembered.found(
            (request.path, *asked, turn), lambda: lists.sort(find(), paging, included, breaks_ties)
        )

    def _order(self, number: int) -> Order:
        sale = self.house.sale(number)
        if isinstance(sale, Checkout):
            raise not_found("orders")
        return sale

    def _refund_body(self, row: RefundRow, with_parent: bool) -> Body:
        return refunds.refund_body(self.writing, row.order, row.refund, with_parent)


def page(
    house: House,
    rows: Sequence[T],
    paging: params.Paging,
    write: Callable[[T], Body],
    *,
    forgets_totals: bool = False,
) -> Response:
    """One page of a list with its headers; a HEAD needs no bodies."""
    headers = paging_headers(house.options.home_url, paging, len(rows), forgets_totals)
    shown = [] if request.method == "HEAD" else rows[paging.start : paging.start + paging.per_page]
    bodies = [write(row) for row in shown]
    return answer(only_fields(bodies, params.many(request.args, "_fields")), headers=headers)


def one(body: Body) -> Response:
    return answer(only_fields([body], params.many(request.args, "_fields"))[0])
