"""Notes on orders: those that somebody wrote over REST."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, request

from sandbox.woocommerce import params
from sandbox.woocommerce.answers import Body, answer, links
from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.house import House

LONGEST = 65_535  # bytes: what the database has room for


@dataclass(slots=True)
class Note:
    id: int
    text: str
    for_customer: bool
    created_at: datetime


class Notes:
    """By order, the newest first, all on one page."""

    def __init__(self, house: House) -> None:
        self.house, self.box = house, house.box
        self.all: dict[int, list[Note]] = {}
        house.get("orders/<int:number>/notes", self.show, "GET, POST")
        house.route("POST", "orders/<int:number>/notes", self.create, "GET, POST")

    def show(self, number: int) -> Response:
        wanted = params.one_of(request.args, "type", ("any", "customer", "internal"), "any")
        found = [
            note for note in self._of(number) if wanted in ("any", "customer" if note.for_customer else "internal")
        ]
        return answer([self._body(number, note) for note in found])

    def create(self, number: int) -> Response:
        wanted: dict[str, Any] = request.get_json(silent=True) or {}
        text = str(wanted.get("note") or "")
        with self.box.lock:
            notes = self._of(number)
            if len(text.encode()) > LONGEST:
                message = "Cannot create order note, please try again."
                raise ApiError(500, "woocommerce_api_cannot_create_order_note", message)
            note = Note(self.box.shop.next_id(), text, bool(wanted.get("customer_note")), self.box.now())
            notes.insert(0, note)
            self.box.tell("note.added", note, note.created_at)
        return answer(self._body(number, note), 201)

    def _of(self, number: int) -> list[Note]:
        if number not in self.box.shop.orders:
            raise ApiError(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        return self.all.setdefault(number, [])

    def _body(self, number: int, note: Note) -> Body:
        order = f"orders/{number}"
        return {
            "id": note.id,
            "author": "WooCommerce",
            **self.house.writing.times("date_created", note.created_at),
            "note": note.text,
            "customer_note": note.for_customer,
            "_links": links(self.house.options.home_url, f"{order}/notes/{note.id}", up=order, methods="GET, DELETE"),
        }
