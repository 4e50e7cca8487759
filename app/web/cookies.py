"""Cookies of the stand-alone panel: no script reads them and no other site sends them along."""

from datetime import timedelta

from werkzeug.wrappers import Response

from app.web.roof import roof


def set_cookie(answer: Response, name: str, value: str, lasts: timedelta, path: str = "/panel") -> None:
    answer.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        path=path,
        secure=(roof().settings.public_url or "").startswith("https:"),
        httponly=True,
        samesite="Lax",
    )
