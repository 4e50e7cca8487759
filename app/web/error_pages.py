"""Errors in words: what happened and what the person can do, as a page or as a piece of one."""

from flask import Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.errors import AuthLost, DiskRefused, NotFound, PlatformDown, RateLimited, Refused
from app.web.identify import Unknown
from app.web.refusals import refuse


def install(app: Flask) -> None:
    app.before_request(_check)
    app.register_error_handler(Unknown, refuse)
    app.register_error_handler(NotFound, lambda error: _page(404))
    app.register_error_handler(Refused, lambda error: _page(422, str(error)))
    for patience in (RateLimited, PlatformDown, DiskRefused):
        app.register_error_handler(patience, lambda error: _page(503, str(error)))
    app.register_error_handler(AuthLost, lambda error: _page(503, str(error)))
    app.register_error_handler(HTTPException, _http)


def _check() -> None:
    """No database keeps a NUL, and nobody types one."""
    if request.blueprint in ("panel", "bounce"):
        given = (*request.args.listvalues(), *request.form.listvalues())
        if any("\0" in text for values in given for text in values):
            abort(400)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.get_response()
    return _page(error.code or 500) if _is_page() else error.get_response()


def _page(status: int, said: str = "") -> ResponseReturnValue:
    """400 to 503 have sentences of their own; any other is one of them in general words."""
    return render_template("errors/error.html", status=status, said=said), status


def _is_page() -> bool:
    return request.path.startswith(("/panel", "/u/", "/r/")) or request.accept_mimetypes.accept_html
