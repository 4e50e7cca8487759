"""Access tokens: by client credentials, renewed before they run out, or the fixed one of an older custom app."""

import hashlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import requests

from app.errors import AuthLost, PlatformDown, RateLimited

EARLY = 300.0  # seconds before its end at which a token is renewed
TIMEOUT = (5, 30)


class Grant(msgspec.Struct):
    access_token: str
    expires_in: float = 86_399
    scope: str = ""


@dataclass
class _Held:
    """The token of one app in one shop, for all clients of this process: the token endpoint is limited."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    value: str | None = None
    until: float = 0.0


_held: dict[str, _Held] = {}


class Token:
    """secrets: client_id and client_secret, or access_token."""

    def __init__(self, domain: str, secrets: Mapping[str, str], session: requests.Session) -> None:
        self._domain, self._secrets, self._session = domain, secrets, session
        self._fixed = secrets.get("access_token")
        app = f"{domain} {secrets.get('client_id')} {secrets.get('client_secret')}"
        self._held = _held.setdefault(hashlib.sha256(app.encode()).hexdigest(), _Held())

    def value(self) -> str:
        if self._fixed:
            return self._fixed
        held = self._held
        with held.lock:  # one renewal at a time
            if held.value is None or time.monotonic() > held.until:
                grant = self._ask()
                held.value, held.until = grant.access_token, time.monotonic() + grant.expires_in - EARLY
            return held.value

    def forget(self, value: str) -> bool:
        """Drops a token that was refused; False where no other can be had."""
        with self._held.lock:
            if self._held.value == value:
                self._held.value = None
        return self._fixed is None

    def _ask(self) -> Grant:
        if not self._secrets.get("client_id") or not self._secrets.get("client_secret"):
            raise AuthLost(f"{self._domain} is connected without an access token or client credentials.")
        url = f"https://{self._domain}/admin/oauth/access_token"
        body = {name: self._secrets[name] for name in ("client_id", "client_secret")}
        try:
            response = self._session.post(
                url, json={**body, "grant_type": "client_credentials"}, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException as error:
            raise PlatformDown(f"{self._domain} does not answer: {error}") from error
        if response.status_code == 429:
            raise RateLimited(f"{self._domain} gives no more tokens for now.", 5.0)
        if response.status_code >= 500:
            raise PlatformDown(f"{self._domain} answered HTTP {response.status_code} when asked for a token.")
        try:
            return msgspec.json.decode(response.content, type=Grant)
        except msgspec.MsgspecError as error:
            raise AuthLost(
                f"{self._domain} gives no token for this client id and secret (HTTP {response.status_code})."
            ) from error
