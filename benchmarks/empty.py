"""The same server with a view that does nothing: `python -m benchmarks.empty`, settings as the web process has them."""

import sys

from flask import Flask, request

from app import settings
from app.serve import serve
from app.settings import Settings


def empty_app(settings: Settings) -> Flask:
    app = Flask("empty")
    app.add_url_rule("/", view_func=take, methods=["GET", "POST"])
    return app


def take() -> str:
    request.get_data()  # else the server ends the connection
    return ""


if __name__ == "__main__":
    sys.exit(serve(settings.read(), empty_app))
