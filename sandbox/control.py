"""The box's own routes, which no platform has: what is in it, its books, its deliveries, and having things happen."""

from dataclasses import dataclass
from typing import Protocol

from flask import Flask, request
from flask.typing import ResponseReturnValue

from sandbox.acts import act
from sandbox.books import books
from sandbox.changes import Box
from sandbox.faults import Faults


class Deliveries(Protocol):
    """What a face lets be seen of its webhooks."""

    def counts(self) -> dict[str, int]: ...
    def flush(self, timeout: float = 60.0) -> bool: ...


@dataclass(frozen=True, slots=True)
class Info:
    face: str
    domain: str
    home_url: str
    admin_url: str
    client_id: str
    client_secret: str
    key: str
    secret: str


def register(app: Flask, box: Box, info: Info, deliveries: Deliveries, faults: Faults) -> None:
    _looking(app, box, info)
    _delivering(app, deliveries)
    _failing(app, faults)
    _acting(app, box)


def _looking(app: Flask, box: Box, info: Info) -> None:
    facts = {name: getattr(info, name) for name in Info.__slots__}

    @app.get("/_sandbox/info")
    def show_info() -> ResponseReturnValue:
        shop = box.shop
        with box.lock:
            end = shop.data_end()
        data_end = end.isoformat() if end else None
        source = {"source": shop.source, "currency": shop.currency, "timezone": shop.timezone, "planted": shop.notes}
        return facts | source | {"data_end": data_end, "front_url": f"{info.home_url}/"}

    @app.get("/_sandbox/books")
    def show_books() -> ResponseReturnValue:
        with box.lock:
            return dict(books(box.shop, info.face, info.domain))


def _delivering(app: Flask, deliveries: Deliveries) -> None:
    @app.get("/_sandbox/webhooks")
    def show_webhooks() -> ResponseReturnValue:
        return dict(deliveries.counts())

    @app.post("/_sandbox/webhooks/flush")
    def flush() -> ResponseReturnValue:
        is_done = deliveries.flush(float(request.args.get("timeout", 60)))
        return dict(deliveries.counts()), 200 if is_done else 504


def _failing(app: Flask, faults: Faults) -> None:
    @app.get("/_sandbox/faults")
    def show_faults() -> ResponseReturnValue:
        return faults.as_json()

    @app.post("/_sandbox/faults")
    def set_faults() -> ResponseReturnValue:
        try:
            faults.set(request.get_json())
        except (ValueError, TypeError) as error:
            return {"error": str(error)}, 422
        return faults.as_json()


def _acting(app: Flask, box: Box) -> None:
    @app.post("/_sandbox/act")
    def do() -> ResponseReturnValue:
        try:
            return act(box, request.get_json())
        except (LookupError, ValueError, TypeError) as error:
            return {"error": str(error)}, 422
