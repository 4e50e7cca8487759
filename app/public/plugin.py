"""The companion plugin's questions about personal data, by docs/companion-plugin.md: signed as the panel is."""

import time
from typing import Any

import msgspec
from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue

from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.privacy.by_address import Kind, ask_by_address, erased, exported, is_answered
from app.privacy.models import PrivacyRequest
from app.public import bp
from app.web import tokens
from app.web.roof import roof

_LARGEST = 4096  # bytes of a body
_PATIENCE, _PAUSE = 20.0, 0.25  # seconds: an answer has to come within 30
_KINDS: dict[str, Kind] = {"export": "data_request", "erase": "customer_redact"}


class Question(msgspec.Struct):
    email: str
    page: int = 1


@bp.post("/plugin/woocommerce/<shop>/<any(export, erase):what>")
def personal_data(shop: str, what: str) -> ResponseReturnValue:
    """The worker does it; as long as it is at it, another page is to be asked for."""
    context, shop_id = roof().context, _shop_id(shop)
    question = _question()
    with shop_scope(context.engine, shop_id, write=True) as scope:
        is_first = question.page <= 1
        request_id = ask_by_address(
            scope, context.keyring, _KINDS[what], question.email, utc_now(), is_first=is_first
        ).id
    _wait_for(shop_id, request_id)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        row = scope.get(PrivacyRequest, request_id)
        if what == "export":
            said = exported(row, context.keyring, utc_now()) if is_answered(row) else {"data": [], "done": False}
        else:
            said = erased(row) if is_answered(row) else _nothing_yet()
    answer = jsonify(said)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _nothing_yet() -> dict[str, Any]:
    return {"items_removed": False, "items_retained": False, "messages": [], "done": False}


def _shop_id(shop: str) -> int:
    """Of the shop that the token speaks for, which has to be this one."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        claims = tokens.read(token, roof().context)
    except tokens.BadToken:
        abort(401)
    if claims.host != "wp" or claims.shop is None or str(claims.shop.id) != shop:
        abort(401)
    return claims.shop.id


def _question() -> Question:
    request.max_content_length = _LARGEST
    try:
        question = msgspec.json.decode(request.get_data(), type=Question)
    except msgspec.DecodeError:
        abort(400)
    if "@" not in question.email or "\0" in question.email:
        abort(400)
    return question


def _wait_for(shop_id: int, request_id: int) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        with shop_scope(roof().engine, shop_id) as scope:
            if is_answered(scope.get(PrivacyRequest, request_id)):
                return
        time.sleep(_PAUSE)
