"""What all parts of the face share: the box, the key, the routes, and how to find a thing and write it."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue

from sandbox.changes import Box, Event
from sandbox.shop import Checkout, Order, Person, Product, Shop
from sandbox.troubles import Troubles
from sandbox.woocommerce import customers, orders, products
from sandbox.woocommerce.answers import Body, answer
from sandbox.woocommerce.auth import Gate
from sandbox.woocommerce.errors import ApiError, no_route, not_found
from sandbox.woocommerce.options import Options
from sandbox.woocommerce.remembering import Remembered
from sandbox.woocommerce.writing import Writing

API = "/wp-json/wc/v3"
# What leaves an order's date as it was: with posts storage nearly everything does
UNMOVED = frozenset({"refund.deleted", "refund.erased"})
UNMOVED_POSTS = UNMOVED | {"order.edited", "order.saved", "order.orphaned"}


class Kept(Protocol):
    def list(self) -> Response: ...
    def create(self) -> Response: ...
    def show(self, number: int) -> Response: ...
    def change(self, number: int) -> Response: ...
    def delete(self, number: int) -> Response: ...


class House:
    def __init__(self, box: Box, options: Options) -> None:
        self.box, self.options = box, options
        box.unmoved = UNMOVED_POSTS if options.is_posts else UNMOVED
        self.gate = Gate(options)
        self.writing = Writing(box.shop, options)
        self.blueprint = Blueprint("woocommerce", __name__, template_folder="templates")
        self.blueprint.register_error_handler(ApiError, lambda error: answer(error.body, error.status))
        self.blueprint.after_request(self._link_home)
        self.remembered = Remembered(box, self.blueprint)
        Troubles(options.faults, ("/wp-json",), "Too Many Requests").stand_before(self.blueprint)
        self.statuses: dict[str, bool] = {}  # those that plugins registered, and whether `any` lists them
        self.bodies: dict[str, Callable[[int], Body]] = {
            "order": lambda number: self.sale_body(self.sale(number)),
            "customer": lambda number: self.customer_body(self.customer(number)),
            "product": self.product_body,
        }  # that webhooks carry; coupons add theirs
        self._paying = {order.person_id for order in box.shop.orders.values() if order.paid_at}
        box.listen(self._note)
        for path in ("/wp-json/<path:rest>", f"{API}/<path:rest>"):
            self.blueprint.add_url_rule(path, "nowhere", _nowhere, methods=["GET", "POST", "PUT", "DELETE"])

    def get(self, path: str, view: Callable[..., Response], allow: str = "GET") -> None:
        self.route("GET", path, view, allow)

    def route(self, method: str, path: str, view: Callable[..., Response], allow: str = "GET", root: str = API) -> None:
        """A route behind the key."""

        def guarded(**places: Any) -> ResponseReturnValue:
            g.key = self.gate.check(request)
            response = view(**places)
            response.headers["Allow"] = allow
            return response

        self.blueprint.add_url_rule(
            f"{root}/{path}", f"{method} {path}", guarded, methods=[method], provide_automatic_options=False
        )

    def keep(self, path: str, kept: Kept) -> None:
        """The routes of things that may be listed, made, shown, changed and deleted."""
        item = "GET, POST, PUT, PATCH, DELETE"
        self.get(path, kept.list, "GET, POST")
        self.route("POST", path, kept.create, "GET, POST")
        self.get(f"{path}/<int:number>", kept.show, item)
        for method in ("PUT", "PATCH", "POST"):
            self.route(method, f"{path}/<int:number>", kept.change, item)
        self.route("DELETE", f"{path}/<int:number>", kept.delete, item)

    def sale(self, number: int) -> Order | Checkout:
        """An order, or the draft of one."""
        if order := self.box.shop.orders.get(number):
            return order
        checkout = self.box.shop.checkouts.get(number)
        if checkout is None or not self.is_draft(checkout):
            raise not_found("orders")
        return checkout

    def is_draft(self, checkout: Checkout) -> bool:
        """Newer block checkouts make their order when it is placed."""
        return checkout.as_draft and checkout.state == "open" and not self.options.since(10, 9)

    def drafts(self) -> Iterator[Checkout]:
        return filter(self.is_draft, self.box.shop.checkouts.values())

    def sale_body(self, sale: Order | Checkout) -> Body:
        if isinstance(sale, Checkout):
            return orders.draft_body(self.writing, sale)
        return orders.order_body(self.writing, sale)

    def customer(self, number: int) -> Person:
        person = self.box.shop.people.get(number)
        if person is None or person.deleted_at or not person.registered:
            raise not_found("customers" if self.options.since(9) else "users")
        return person

    def customer_body(self, person: Person) -> Body:
        return customers.customer_body(self.writing, person, person.id in self._paying)

    def product(self, number: int) -> Product:
        if number not in self.box.shop.products:
            raise not_found("products")
        return self.box.shop.products[number]

    def product_body(self, number: int) -> Body:
        """A product's, or a variation's when the number is one of a variation."""
        variant = self.box.shop.variants.get(number)
        if variant is not None and number not in self.box.shop.products:
            return products.variation_body(self.writing, self.box.shop.products[variant.product_id], variant)
        return products.product_body(self.writing, self.product(number))

    def _link_home(self, response: Response) -> Response:
        response.headers.setdefault("Link", f'<{self.options.home_url}/wp-json/>; rel="https://api.w.org/"')
        return response

    def _note(self, event: Event) -> None:
        if isinstance(event.object, Order) and event.object.paid_at:
            self._paying.add(event.object.person_id)
        if isinstance(event.object, Shop) and event.object.timezone != self.writing.zone.key:
            self.writing.move(event.at)
        if isinstance(event.object, Product):
            self.writing.forget(event.object)


def _nowhere(rest: str) -> Response:
    raise no_route()
