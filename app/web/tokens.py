"""ID tokens of the shops' own admins: Shopify's, and the WordPress plugin's. A token is good or it raises BadToken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
from shopify_app import ShopifyApp
from sqlalchemy import Engine
from sqlmodel import select

from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.errors import RegularsError
from app.shops.apps import app_of
from app.shops.credentials import secrets
from app.shops.models import Shop

LEEWAY = 10  # seconds, as Shopify's own libraries allow
LONGEST_LIFE = 300  # a token that lives longer was not minted for one page
WORDPRESS_AUDIENCE = "regulars"
SHOPIFY_DOMAIN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9-]*\.myshopify\.com")


class BadToken(RegularsError):
    """Why a token was not believed; for the log, not for the person. Another token may do better where it is stale."""

    def __init__(self, why: str, is_stale: bool = False) -> None:
        super().__init__(why)
        self.is_stale = is_stale


@dataclass(frozen=True)
class Claims:
    """shop: None where nothing is known yet of a Shopify shop whose admin has the house's app open. is_house: Shopify
    vouches by it that the house's app is installed there, as of iat."""

    domain: str
    shop: Shop | None
    host: str  # shopify or wp
    user: str
    iat: int
    exp: int
    is_house: bool = False


def read(token: str, context: Context) -> Claims:
    """The claims of a token once everything about it has been checked. Uses real time."""
    unverified = _unverified(token)
    issuer = str(unverified.get("iss", ""))
    domain = _host(issuer)
    if SHOPIFY_DOMAIN.fullmatch(domain):
        return _by_shopify(token, domain, context)
    shop = _shop(context.engine, "woocommerce", home_url=[issuer.rstrip("/"), issuer.rstrip("/") + "/"])
    if shop is None or shop.state == "uninstalled":
        raise BadToken("no such shop is connected")
    claims = _wordpress(token, issuer, _secrets(context, shop).get("webhook_secret", ""))
    return _claims(claims, shop.domain, shop, "wp")


def _by_shopify(token: str, domain: str, context: Context) -> Claims:
    shop = _shop(context.engine, "shopify", domain=[domain])
    app = app_of(_secrets(context, shop) if shop else {}, context.settings)
    if app is None or app.client_id is None:
        raise BadToken("no client id or secret is known for the shop")
    claims = _shopify(token, domain, app.client_id, app.client_secret, app.old_secret)
    if not app.is_house and (shop is None or shop.state == "uninstalled"):
        raise BadToken("no such shop is connected")
    return _claims(claims, domain, shop, "shopify", app.is_house)


def _claims(found: dict[str, Any], domain: str, shop: Shop | None, host: str, is_house: bool = False) -> Claims:
    issued = found.get("iat")
    iat = issued if isinstance(issued, int) else found["nbf"]
    return Claims(domain, shop, host, str(found["sub"]), int(iat), int(found["exp"]), is_house)


def _shopify(token: str, domain: str, client_id: str, client_secret: str, old: str | None) -> dict[str, Any]:
    request: Any = {"method": "GET", "headers": {"Authorization": f"Bearer {token}"}, "url": "https://app/", "body": ""}
    result = ShopifyApp(client_id, client_secret, old).verify_app_home_req(request, "/panel/bounce")
    if not result.ok or result.id_token is None:
        raise BadToken(result.log.code, is_stale=result.log.code == "expired_id_token")
    claims: dict[str, Any] = dict(result.id_token.claims)
    dest = urlsplit(str(claims.get("dest", "")))
    # The library takes any host in dest, does not compare it with iss, and needs neither exp nor nbf.
    if dest.scheme != "https" or dest.hostname != domain or claims.get("aud") != client_id:
        raise BadToken("iss, dest and aud do not belong together")
    return _timely(claims)


def _wordpress(token: str, home_url: str, secret: str) -> dict[str, Any]:
    if not secret:
        raise BadToken("the shop has no secret to check with")
    try:
        claims = jwt.decode(
            token, secret, algorithms=["HS256"], audience=WORDPRESS_AUDIENCE, issuer=home_url, leeway=LEEWAY
        )
    except jwt.PyJWTError as error:
        raise BadToken(str(error), is_stale=isinstance(error, jwt.ExpiredSignatureError)) from error
    return _timely(claims)


def _timely(claims: dict[str, Any]) -> dict[str, Any]:
    """exp and nbf are there (that they hold now is checked already) and not far apart; somebody is named."""
    start, end = claims.get("nbf"), claims.get("exp")
    if not isinstance(start, int) or not isinstance(end, int) or not claims.get("sub"):
        raise BadToken("exp, nbf or sub is missing")
    if end - start > LONGEST_LIFE:
        raise BadToken("it lives too long")
    return claims


def _host(issuer: str) -> str:
    try:
        return urlsplit(issuer).hostname or ""
    except ValueError as error:
        raise BadToken(f"iss is no address: {error}") from error


def _unverified(token: str) -> dict[str, Any]:
    try:
        if jwt.get_unverified_header(token).get("alg") != "HS256":
            raise BadToken("only HS256 is taken")
        return jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise BadToken(str(error)) from error


def _shop(engine: Engine, platform: str, **names: list[str]) -> Shop | None:
    wanted = [getattr(Shop, column).in_(values) for column, values in names.items()]
    with every_shop(engine) as db:
        found: Shop | None = db.first(select(Shop).where(Shop.platform == platform, *wanted))
    return found


def _secrets(context: Context, shop: Shop) -> Mapping[str, str]:
    with shop_scope(context.engine, shop.id) as scope:
        return secrets(scope, context.keyring)
