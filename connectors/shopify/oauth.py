"""Shopify's token endpoint: a grant for an ID token, a code, a refresh token, an older token or a client's credentials.

Shopify's own library asks where it can. It goes through our guarded session, which also closes its gaps: it repeats
without a pause, and trips over an answer that is not JSON. The two grants that it lacks are asked for here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import requests
from shopify_app import ShopifyApp

from app.errors import AuthLost, PlatformDown, RateLimited, Remedy
from app.lib.clock import real_now

TIMEOUT = (5, 30)
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """What we were granted, kept in one piece: a token never stands beside another's refresh token."""

    access_token: str
    scope: str = ""
    expires_at: datetime | None = None
    refresh_token: str | None = None

    @property
    def scopes(self) -> list[str]:
        return sorted(filter(None, self.scope.split(",")))

    def text(self) -> str:
        return msgspec.json.encode(self).decode()


def kept_grant(kept: Mapping[str, str]) -> Grant | None:
    """The grant among a shop's secrets."""
    return msgspec.json.decode(kept["grant"], type=Grant) if kept.get("grant") else None


@dataclass(frozen=True)
class App:
    """An app in a shop, and the session that calls for it."""

    client_id: str
    client_secret: str
    domain: str
    session: requests.Session

    @property
    def handle(self) -> str:
        return self.domain.removesuffix(".myshopify.com")

    def library(self) -> ShopifyApp:
        return ShopifyApp(self.client_id, self.client_secret)

    def caller(self) -> httpx.Client:
        return httpx.Client(transport=_Guarded(self))


def exchange(app: App, id_token: str) -> Grant:
    """For an ID token of the shop's admin that has been checked. Raises AuthLost where the app is not installed."""
    checked: Any = {"exchangeable": True, "token": id_token, "claims": {"dest": f"https://{app.domain}"}}
    with app.caller() as caller:
        return _granted(
            app, lambda: app.library().exchange_using_token_exchange("offline", checked, http_client=caller)
        )


def refresh(app: App, grant: Grant) -> Grant:
    """For a refresh token, which the new grant's takes the place of. Where the answer is lost it can be asked again."""
    # without its ends: whether it is time is our decision, and a token that was refused runs out only later
    held: Any = {"shop": app.handle, "refresh_token": grant.refresh_token, "access_mode": "offline"}
    with app.caller() as caller:
        return _granted(app, lambda: app.library().refresh_token_exchanged_access_token(held, http_client=caller))


def client_credentials(app: App) -> Grant:
    """For the id and secret of a merchant's own app, installed in a shop of its own organisation."""
    library = app.library()
    with app.caller() as caller:
        return _granted(
            app, lambda: library.exchange_using_client_credentials(app.handle, http_client=caller), "connect"
        )


def migrate(app: App, access_token: str) -> Grant:
    """For a token that never runs out, which public apps may not use from 2027 on; it is worth nothing afterwards."""
    asked = {"grant_type": _EXCHANGE, "subject_token": access_token}
    return _ask(app, {**asked, "subject_token_type": _OFFLINE, "requested_token_type": _OFFLINE, "expiring": 1})


def by_code(app: App, code: str) -> Grant:
    """For the code that a merchant comes back with from Shopify's page that asks to install the app."""
    return _ask(app, {"code": code, "expiring": 1})


class _Guarded(httpx.BaseTransport):
    """What httpx sends goes out by our own session; answers that only time can mend are errors of ours."""

    def __init__(self, app: App) -> None:
        self._app = app

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        status, body = _post(self._app, str(request.url), request.read())
        return httpx.Response(status, content=body, headers={"Content-Type": "application/json"})


def _post(app: App, url: str, body: bytes) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        answer = app.session.post(url, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise PlatformDown(f"{app.domain} does not answer: {error}") from error
    if answer.status_code == 429:
        raise RateLimited(f"{app.domain} gives no more tokens for now.", _seconds(answer.headers.get("Retry-After")))
    if answer.status_code >= 500 or 300 <= answer.status_code < 400:
        raise PlatformDown(f"{app.domain} answered HTTP {answer.status_code} when asked for a token.")
    return answer.status_code, answer.content


def _granted(app: App, asking: Callable[[], Any], remedy: Remedy = "reopen") -> Grant:
    try:
        result = asking()
    except (ValueError, TypeError, AttributeError) as error:  # the library reads an answer without looking at it first
        raise PlatformDown(f"{app.domain} answered something else than a token: {error}") from error
    if not result.ok:
        raise _refused(app, result.log.code, remedy)
    token = result.access_token
    return Grant(
        _named(app, token.token),
        token.scope or "",
        datetime.fromisoformat(token.expires) if token.expires else None,
        getattr(token, "refresh_token", None) or None,
    )


class _Answer(msgspec.Struct):
    access_token: str = ""
    scope: str = ""
    expires_in: float | None = None
    refresh_token: str | None = None
    error: str = "no reason"


def _ask(app: App, asked: Mapping[str, Any]) -> Grant:
    body = msgspec.json.encode({"client_id": app.client_id, "client_secret": app.client_secret, **asked})
    status, content = _post(app, f"https://{app.domain}/admin/oauth/access_token", body)
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except msgspec.MsgspecError as error:
        if status == 200:
            raise PlatformDown(f"{app.domain} answered something else than a token: {error}") from error
        answer = _Answer()
    if status != 200:
        raise _refused(app, answer.error)
    ends = real_now() + timedelta(seconds=answer.expires_in) if answer.expires_in else None
    return Grant(_named(app, answer.access_token), answer.scope, ends, answer.refresh_token)


def _named(app: App, token: str) -> str:
    if not token:
        raise PlatformDown(f"{app.domain} answered without a token.")
    return token


def _refused(app: App, why: str, remedy: Remedy = "reopen") -> AuthLost:
    """Final: whatever time can mend was raised before."""
    if remedy == "connect":
        return AuthLost(
            f"{app.domain} gives no token for this client id and client secret ({why}). Is the app installed there?",
            remedy,
        )
    return AuthLost(f"{app.domain} gives us no token ({why}).", remedy)


def _seconds(retry_after: str | None) -> float:
    try:
        return max(0.5, float(retry_after or 5))
    except ValueError:
        return 60.0
