"""Who is asking, in whichever admin the page is shown: a header's token, a document's id_token, or the cookie."""

from dataclasses import dataclass
from typing import Literal

from flask import Request

from app.db.scope import every_shop
from app.lib.clock import real_now
from app.team.queries import person_of
from app.web import tokens
from app.web.admit import admit
from app.web.roof import roof

COOKIE = "regulars_session"
Host = Literal["shopify", "wp", "standalone"]


class Unknown(Exception):
    """Nobody that we know. how: `header` (a bad token came with a request), `bounce` (a frame's document that needs a
    fresh token), `nobody`."""

    def __init__(self, how: Literal["header", "bounce", "nobody"], why: str = "") -> None:
        super().__init__(why or how)
        self.how = how


@dataclass(frozen=True)
class Principal:
    """shop_id: the only shop that an embedded page may see; None stand-alone, where it is one of the account's."""

    host: Host
    account_id: int
    shop_id: int | None
    user: str
    exp: int
    via: Literal["header", "id_token", "cookie"]


def identify(request: Request) -> Principal:
    """Raises Unknown. A cookie counts for nothing in a shop's admin: there, `shop` names a domain."""
    header = request.headers.get("Authorization")
    if header is not None:
        return _by_token(header.removeprefix("Bearer "), "header")
    in_a_frame = is_domain(request.args.get("shop", ""))
    token = request.args.get("id_token")
    if token and _is_document(request):
        return _by_token(token, "id_token")
    if in_a_frame:
        raise Unknown("bounce" if _is_document(request) else "header")
    return _by_cookie(request.cookies.get(COOKIE, ""))


def _is_document(request: Request) -> bool:
    return request.method == "GET" and "HX-Request" not in request.headers


def is_domain(shop: str) -> bool:
    """In a shop's admin `shop` is its domain; stand-alone it is our own number."""
    return bool(shop) and not shop.isdigit()


def _by_token(token: str, via: Literal["header", "id_token"]) -> Principal:
    try:
        claims = tokens.read(token, roof().context)
    except tokens.BadToken as error:
        # A document whose token is bad for good must not bounce: it would come back with the next one, for ever.
        how: Literal["header", "bounce", "nobody"] = "bounce" if error.is_stale else "nobody"
        raise Unknown("header" if via == "header" else how, str(error)) from error
    shop = admit(roof().context, claims, token, is_document=via == "id_token")
    if shop is None:
        raise Unknown("header" if via == "header" else "nobody", "no such shop is connected")
    host: Host = "shopify" if claims.host == "shopify" else "wp"
    return Principal(host, shop.account_id, shop.id, claims.user, claims.exp, via)


def _by_cookie(cookie: str) -> Principal:
    if cookie:
        with every_shop(roof().engine) as db:
            found = person_of(db, cookie, real_now())
        if found:
            person, session = found
            exp = int(session.expires_at.timestamp())
            return Principal("standalone", person.account_id, None, str(person.id), exp, "cookie")
    raise Unknown("nobody")
