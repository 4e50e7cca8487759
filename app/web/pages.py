"""How a page is put together: whole or a piece, its addresses, its language, its notice."""

from typing import Any

from flask import Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.lib import i18n
from app.lib.i18n import noted
from app.web.assets import asset
from app.web.headers import audience, origin
from app.web.refusals import client_id, shop_here
from app.web.roof import roof
from app.web.shop_page import page_csrf, shop_argument

NOTICES = {
    "saved": noted("Saved."),
    "trying": noted("It will be tried again in a moment."),
    "turned-on": noted("Turned on."),
    "turned-off": noted("Turned off."),
    "made": noted("Created."),
    "proving": noted("Shop and Regulars are being compared; what comes of it is shown here."),
    "gathering": noted("It is being put together, and can be downloaded here in a moment."),
    "erasing": noted("The person is being erased."),
}


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.i18n")
    translations: Any = app.jinja_env
    translations.install_gettext_callables(i18n.gettext, i18n.unfilled, newstyle=True)
    app.before_request(_speak)
    app.teardown_request(_hush)
    app.url_defaults(_name_the_shop)
    app.context_processor(_facts)


def done(notice: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """After an action: back to a page, which says so once."""
    return redirect(url_for(endpoint, notice=notice, **values), 303)


def is_partial() -> bool:
    """Does the page's own script ask for what changes only? Back and forward ask for all of it."""
    return request.headers.get("HX-Request-Type") == "partial"


def _speak() -> None:
    wanted = [tag for tag, _quality in request.accept_languages]
    language = i18n.choose(wanted)
    g.speaking = i18n.speaking(language, i18n.formats_of(wanted, language))
    g.speaking.__enter__()


def _hush(_error: BaseException | None) -> None:
    speaking = g.pop("speaking", None)
    if speaking is not None:
        speaking.__exit__(None, None, None)


def _name_the_shop(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint.startswith("panel.") and "shop" not in values and (shop := shop_argument()):
        values["shop"] = shop


def _facts() -> dict[str, Any]:
    host, ancestors = audience()
    sentence = NOTICES.get(request.args.get("notice", ""))
    return {
        "asset": asset,
        "host": host,
        "is_partial": is_partial(),
        "language": i18n.language(),
        "notice": i18n.gettext(sentence) if sentence else "",
        "csrf": page_csrf(),
        "parent_origin": ancestors[0] if host == "wp" else "",
        "bridge": roof().bridge_script,
        "api_key": client_id(shop_here()) if host == "shopify" else "",
        "shop": g.get("shop"),
        "shops": g.get("shops", []),
        "origin": origin,
        "here": here,
    }


def here(**changed: Any) -> str:
    """This page's address with some of its query changed; None takes one out."""
    kept = {k: v for k, v in request.args.items() if k in ("q", "sort", "filter", "shop", "tab")}
    query = {k: v for k, v in {**kept, **(request.view_args or {}), **changed}.items() if v not in (None, "")}
    return url_for(request.endpoint or "panel.home", **query)
