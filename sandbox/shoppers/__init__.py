"""Shoppers: a seeded script of people who act on the shop front over HTTP, so that a day passes in the shop."""

from flask import Flask, request
from flask.typing import ResponseReturnValue

from sandbox.changes import Box
from sandbox.shoppers.acts import ACTS, Day
from sandbox.shoppers.visitor import Impossible

__all__ = ["register"]


def register(app: Flask, box: Box) -> None:
    """`POST /_sandbox/shoppers {"act", "seed": 1, "mailbox": url of the mailbox, for "recover"}` -> who did what."""
    day = Day(box)

    @app.post("/_sandbox/shoppers")
    def shoppers() -> ResponseReturnValue:
        asked = request.get_json()
        act = ACTS.get(str(asked.get("act")))
        if act is None:
            return {"error": f"There is no act {asked.get('act')!r}, only {', '.join(ACTS)}."}, 400
        day.begin(asked["act"], asked.get("seed", 1), request.host_url.rstrip("/"), asked.get("mailbox"))
        try:
            act(day)
        except Impossible as reason:
            return {"error": str(reason), "act": asked["act"], "did": day.did}, 409
        return {"act": asked["act"], "did": day.did}
