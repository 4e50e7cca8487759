"""The shop front: one small shop for people, the same behind both faces but for its colours and recovery links."""

from flask import Flask

from sandbox.changes import Box
from sandbox.front import account, browse, checkout, orders, recovery
from sandbox.front.house import House

__all__ = ["register"]


def register(app: Flask, box: Box, face: str) -> None:
    house = House(box, face)
    for part in (recovery, browse, checkout, orders, account):
        part.routes(house)
    app.register_blueprint(house.blueprint)
