"""The mailbox over HTTP: a page with the mails, and the JSON that shoppers and tests read."""

import re
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.mailbox.reading import read
from sandbox.mailbox.store import Fault, Mailbox

SHOWN = 200
# The frame around a mail inherits this page's policy: no scripts, nothing loaded but pictures.
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:; form-action 'self'"


def create_app(box: Mailbox) -> Flask:
    app = Flask("sandbox.mailbox")
    _pages(app, box)
    _messages(app, box)
    _faults(app, box)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_POLICY
        return response

    return app


def _pages(app: Flask, box: Mailbox) -> None:
    @app.get("/")
    def index() -> ResponseReturnValue:
        found = box.find(to=request.args.get("to") or None)
        newest = [read(mail) for mail in reversed(found[-SHOWN:])]
        return render_template("mailbox/index.html", mails=newest, total=len(found), to=request.args.get("to", ""))

    @app.get("/<int:mail_id>")
    def show(mail_id: int) -> ResponseReturnValue:
        mail = _read_or_404(box, mail_id)
        return render_template("mailbox/show.html", mail=mail, framed=framed(mail["html"] or ""))


def _messages(app: Flask, box: Mailbox) -> None:
    @app.get("/api/messages")
    def messages() -> ResponseReturnValue:
        found = box.find(request.args.get("to"), request.args.get("after", 0, type=int))
        return jsonify([read(mail) for mail in found])

    @app.delete("/api/messages")
    def empty() -> ResponseReturnValue:
        box.clear()
        return "", 204

    @app.get("/api/messages/<int:mail_id>")
    def message(mail_id: int) -> ResponseReturnValue:
        return jsonify(_read_or_404(box, mail_id))

    @app.get("/api/count")
    def count() -> ResponseReturnValue:
        return jsonify(count=len(box.find(request.args.get("to"))))


def _faults(app: Flask, box: Mailbox) -> None:
    @app.post("/api/faults")
    def plant() -> ResponseReturnValue:
        for fault in faults_of(request.get_json()):
            box.plant(fault)
        return "", 204

    @app.delete("/api/faults")
    def lift() -> ResponseReturnValue:
        box.lift_faults()
        return "", 204


def framed(html: str) -> str:
    """The mail's HTML with its links opening outside the frame, as a mail program does."""
    base = '<base target="_blank">'
    with_head, found = re.subn(r"<head[^>]*>", lambda head: head[0] + base, html, count=1, flags=re.IGNORECASE)
    return with_head if found else base + html


def faults_of(asked: dict[str, Any]) -> list[Fault]:
    """`{"rcpt": "554", "for": "a@b.example", "times": 1}`; "data" instead of (or beside) "rcpt" for the later stage."""
    stages = [stage for stage in ("rcpt", "data") if stage in asked]
    if not stages:
        abort(400, 'A fault needs "rcpt" or "data" with an answer such as "554 No such user".')
    address = asked["for"].lower() if asked.get("for") else None
    return [Fault(stage, _answer(str(asked[stage])), address, asked.get("times")) for stage in stages]


def _answer(text: str) -> str:
    code, _, words = text.partition(" ")
    if not (len(code) == 3 and code.isdigit() and code[0] in "45"):
        abort(400, f"{text!r} is no SMTP refusal: it must begin with 4xx or 5xx.")
    return f"{code} {words or 'Refused as asked'}"


def _read_or_404(box: Mailbox, mail_id: int) -> dict[str, Any]:
    mail = box.get(mail_id)
    if mail is None:
        abort(404)
    return read(mail)
