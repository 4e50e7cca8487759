"""What every answer says of itself: what it may load, who may frame it, that it is nobody else's and not kept."""

from flask import Flask, Response, g, request

from app.web.identify import is_domain
from app.web.roof import Roof, roof
from app.web.tokens import SHOPIFY_DOMAIN


def install(app: Flask) -> None:
    app.after_request(_secure)


def _secure(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "strict-origin")
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", policy(roof(), *audience()))
    if request.blueprint in {"panel", "bounce"}:
        headers.setdefault("Cache-Control", "no-store")
        response.vary.update(["Authorization", "HX-Request-Type", "Accept-Language"])
    return response


def audience() -> tuple[str, tuple[str, ...]]:
    """The host of this page and the origins that may frame it. Before a token has come, a Shopify domain is taken at
    its word: what it may frame then is the bounce page or an error, never a shop's data."""
    principal = g.get("principal")
    if principal and principal.host == "shopify":
        return "shopify", roof().shopify_admins(g.shop.domain)
    if principal and principal.host == "wp":
        return "wp", (origin(g.shop.home_url),)
    shop = request.args.get("shop", "")
    if principal is None and SHOPIFY_DOMAIN.fullmatch(shop):
        return "shopify", roof().shopify_admins(shop)
    if principal is None and is_domain(shop) and g.get("framing_shop"):
        return "wp", (origin(g.framing_shop.home_url),)
    return "standalone", ()


def policy(under: Roof, host: str, ancestors: tuple[str, ...]) -> str:
    scripts = f"'self' {under.bridge_server}" if host == "shopify" else "'self'"
    rules = {
        "default-src": "'none'",
        "script-src": scripts,
        "connect-src": scripts,
        # A mail is shown as it will look, in a sandboxed frame without scripts: its styles and pictures come along.
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: https:" + (" http:" if under.stand_in else ""),
        "frame-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": " ".join(ancestors) or "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def origin(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.split('/')[0]}"
