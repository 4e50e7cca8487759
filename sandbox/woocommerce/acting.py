"""The routes that change orders and customers, as a merchant's tools use them."""

from decimal import InvalidOperation
from typing import Any

from flask import Response, request

from sandbox.money import minor
from sandbox.orders import refund_of
from sandbox.shop import Checkout, Order, Person, Refund
from sandbox.woocommerce import params, refunds
from sandbox.woocommerce.answers import answer
from sandbox.woocommerce.batches import Batches
from sandbox.woocommerce.errors import ApiError, Failed, invalid, no_trash, not_found
from sandbox.woocommerce.house import House
from sandbox.woocommerce.ordering import Ordering, kept_meta
from sandbox.woocommerce.orders import STATUSES, status
from sandbox.woocommerce.reading import one

LONGEST = 65_535  # bytes of a note
ORDER = CUSTOMER = "GET, POST, PUT, PATCH, DELETE"


class Acting:
    def __init__(self, house: House) -> None:
        self.house, self.box = house, house.box
        for method in ("PUT", "PATCH", "POST"):
            house.route(method, "orders/<int:number>", self.change_order, ORDER)
            house.route(method, "customers/<int:number>", self.change_customer, CUSTOMER)
        house.route("DELETE", "orders/<int:number>", self.delete_order, ORDER)
        house.route("POST", "orders/<int:number>/refunds", self.refund, "GET, POST")
        house.route("DELETE", "orders/<int:number>/refunds/<int:refund>", self.delete_refund, "GET, DELETE")
        house.route("POST", "customers", self.register, "GET, POST")
        house.route("DELETE", "customers/<int:number>", self.delete_customer, CUSTOMER)
        Batches(house, "customers", self.register, self.change_customer, self.delete_customer)
        Batches(house, "orders", Ordering(house).create, self.change_order, self.delete_order)

    def change_order(self, number: int) -> Response:
        """A status; what it means is done. From the bin it comes back, with posts storage without its refunds."""
        asked = _json()
        wanted = self._status(asked)
        with self.box.lock:
            order = self._order(number)
            if order.trashed_at and wanted:
                self.box.untrash_order(number, wanted, keeps_refunds=not self.house.options.is_posts)
            elif wanted and wanted != status(order):
                self._become(order, wanted)
            if not wanted or asked.keys() - {"id", "status"}:
                self._save(order, asked)
            return one(self.house.sale_body(order))

    def _status(self, asked: dict[str, Any]) -> str:
        wanted, known = str(asked.get("status") or ""), ("auto-draft", *STATUSES, *self.house.statuses, "trash")
        if wanted and wanted not in known:
            raise invalid("status", f"status is not one of {params.listed(known)}.", "rest_not_in_enum")
        return wanted

    def _save(self, order: Order, asked: dict[str, Any]) -> None:
        """Whatever was asked for, and if it was nothing: it is saved, and told."""
        for row in asked.get("line_items") or []:
            if "quantity" in row:
                self.box.set_quantity(order.id, int(row.get("id") or 0), int(row["quantity"]))
        fields: dict[str, Any] = {}
        if "customer_note" in asked:
            fields["note"] = self._note(str(asked["customer_note"]))
        if "customer_id" in asked:
            person = int(asked["customer_id"]) or None
            fields |= {"person_id": person, "as_guest": person is None}
        if "meta_data" in asked:
            fields["meta"] = {**order.meta, **kept_meta(asked["meta_data"])}
        if email := (asked.get("billing") or {}).get("email"):
            fields["email"] = str(email)
        self.box.change_order(order.id, **fields)

    def _note(self, text: str) -> str:
        """As long as the database has room for; older ones let it fail."""
        if len(text.encode()) > LONGEST and not self.house.options.since(9):
            raise Failed("db_update_error", "Could not update post in the database.")
        return text.encode()[:LONGEST].decode(errors="ignore")

    def _become(self, order: Order, wanted: str) -> None:
        if wanted == "refunded":
            self.box.refund_rest(order.id)
        elif wanted == "cancelled" and not order.is_paid:
            self.box.cancel_order(order.id)  # what was paid is not paid back by that
        elif wanted in ("processing", "completed"):
            if not order.is_paid and not order.cancelled_at:
                self.box.pay_order(order.id)
            if wanted == "completed":
                self.box.fulfil_order(order.id)
        if status(order) != wanted:
            self.box.change_order(order.id, held_status=wanted)

    def delete_order(self, number: int) -> Response:
        with self.box.lock:
            order = self._order(number)
            body = self.house.sale_body(order)
            (self.box.delete_order if params.flag(request.args, "force") else self.box.trash_order)(number)
            return answer(body)

    def refund(self, number: int) -> Response:
        """The amount counts; lines say what of it was for what."""
        wanted = _json()
        with self.box.lock:
            order = self._order(number)
            lines = [
                (int(row["id"]), int(row["quantity"])) for row in wanted.get("line_items") or [] if row.get("quantity")
            ]
            amount = _amount(wanted, order)
            if not 0 <= amount <= order.current_minor:
                raise Failed("woocommerce_rest_cannot_create_order_refund", "Invalid refund amount.")
            refund = self._refund(order, lines, amount, str(wanted.get("reason") or ""))
            return answer(refunds.refund_body(self.house.writing, order, refund, False), 201)

    def _refund(self, order: Order, lines: list[tuple[int, int]], amount: int, note: str) -> Refund:
        """What the lines are worth and what was asked for may differ; the difference is for nothing in particular."""
        priced = refund_of(order, 0, self.box.now(), lines=lines)
        return self.box.refund(order.id, lines, amount_minor=amount - priced.total_minor, note=note)

    def delete_refund(self, number: int, refund: int) -> Response:
        if not params.flag(request.args, "force"):
            raise no_trash("The shop_order_refund", does="does")
        with self.box.lock:
            order = self._order(number)
            found = next((each for each in order.refunds if each.id == refund), None)
            if found is None:
                raise not_found("refunds")
            body = refunds.refund_body(self.house.writing, order, found, False)
            self.box.delete_refund(number, refund, by_api=True)
            return answer(body)

    def register(self) -> Response:
        wanted = _json()
        email = str(wanted.get("email") or "")
        with self.box.lock:
            person = self.box.find_person(email)
            if person is not None and person.registered:
                message = (
                    f"An account is already registered with {email}. Please log in or use a different email address."
                )
                raise ApiError(400, "registration-error-email-exists", message)
            names = (str(wanted.get(name) or "") for name in ("first_name", "last_name"))
            return answer(self.house.customer_body(self.box.register(email, *names)), 201)

    def change_customer(self, number: int) -> Response:
        wanted = _json()
        with self.box.lock:
            person = self.house.customer(number)
            self.box.change_customer(number, **_fields(wanted))
            return one(self.house.customer_body(person))

    def delete_customer(self, number: int) -> Response:
        if not params.flag(request.args, "force"):
            raise no_trash("Customers")
        with self.box.lock:
            person: Person = self.house.customer(number)
            body = self.house.customer_body(person)
            self.box.delete_customer(number)
            return answer(body)

    def _order(self, number: int) -> Order:
        sale = self.house.sale(number)
        if isinstance(sale, Checkout):
            raise not_found("orders")
        return sale


def _fields(wanted: dict[str, Any]) -> dict[str, str]:
    fields = {name: str(wanted[name]) for name in ("first_name", "last_name", "email") if name in wanted}
    meta = {row.get("key"): row.get("value") for row in wanted.get("meta_data") or []}
    return fields | ({"birthday": str(meta["birthday"])} if meta.get("birthday") else {})


def _amount(wanted: dict[str, Any], order: Order) -> int:
    try:
        return minor(str(wanted.get("amount") or 0), order.currency)
    except InvalidOperation:
        return 0


def _json() -> dict[str, Any]:
    wanted = request.get_json(silent=True)
    return wanted if isinstance(wanted, dict) else {}
