"""Is it up, can it do its work, and how much is there to do? For whoever runs the house and their machines."""

import hmac

from flask import Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST
from sqlmodel import select

from app.db.meta import Meta
from app.db.scope import every_shop
from app.operations import metrics
from app.operations.standing import standing
from app.public import bp
from app.web.roof import roof

_LOOPBACK = ("127.0.0.1", "::1")
_OF_PROXIES = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers and reads its database."""
    with every_shop(roof().context.engine) as db:
        db.first(select(Meta.key).limit(1))
    return jsonify(status="ok")


@bp.get("/readyz")
def readyz() -> ResponseReturnValue:
    """May it be sent requests? Without a worker it may: webhooks are kept, and worked when one is back."""
    found = standing(roof().context.engine)
    return jsonify(found.said()), 200 if found.lacks is None else 503


@bp.get("/metrics")
def show_metrics() -> ResponseReturnValue:
    """For a token where one is set, else for this very machine: not for what a proxy hands on."""
    if not _may_scrape():
        abort(404)
    return Response(metrics.text(roof().context.engine), content_type=CONTENT_TYPE_LATEST)


def _may_scrape() -> bool:
    token = roof().settings.metrics_token
    if token:
        return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    is_handed_on = any(name in request.headers for name in _OF_PROXIES)
    return request.remote_addr in _LOOPBACK and not is_handed_on
