"""The token endpoint: what is granted for what, and what a token is worth."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any

from sandbox.shopify.cost import Bucket
from sandbox.shopify.installation import Installation
from sandbox.shopify.options import Options
from sandbox.shopify.tokens import LIFETIMES, Mint, is_own_id_token

BUCKET_SECONDS = 20  # a full bucket is twenty seconds of restoring
INVALID = "[API] Invalid API key or access token (unrecognized login or wrong password)"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"
_OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
_DEAD_REFRESH = "This request requires an active refresh_token"

Given = dict[str, Any]
Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class Tokens:
    """granted: how often the endpoint gave something out."""

    options: Options
    installation: Installation
    mint: Mint = field(init=False)
    points: Bucket = field(init=False)  # of the app in this shop, whatever its tokens
    granted: int = 0

    def __post_init__(self) -> None:
        self.mint = Mint(self.options)
        self.points = Bucket(self.options.restore_rate * BUCKET_SECONDS, self.options.restore_rate)

    def exchange(self, given: Given, now: datetime) -> Answer:
        """The answer of the token endpoint."""
        if given.get("client_id") != self.options.client_id:
            return _refusal(400, "application_cannot_be_found", "Could not find the application of this client id.")
        if not compare_digest(str(given.get("client_secret", "")).encode(), self.options.client_secret.encode()):
            return _refusal(401, "invalid_client", "The client secret is wrong.")
        if not self.installation.is_installed:
            return _refusal(400, "app_not_installed", "The app is not installed in this shop.")
        grants: dict[Any, Callable[[Given, datetime], Answer]] = {
            "client_credentials": self._by_credentials,
            "refresh_token": self._by_refresh,
            _EXCHANGE: self._by_token,
            None: self._by_code,
        }
        grant = grants.get(given.get("grant_type"))
        if grant is None:
            return _refusal(400, "unsupported_grant_type", "This grant type is not known.")
        return grant(given, now)

    def code(self, now: datetime) -> str:
        """What the merchant takes back to the app, good once."""
        return self.mint.make("authorization", now)

    def bucket(self, token: str, now: datetime) -> Bucket | None:
        """The bucket that pays for this token's queries; None for a token that is not good."""
        kinds = ("credentials", "expiring", "permanent")
        is_good = self._is_fixed(token) or self._is_good(token, now, *kinds)
        return self.points if is_good and self.installation.is_installed else None

    def _by_credentials(self, _: Given, now: datetime) -> Answer:
        return self._grant("credentials", now)

    def _by_token(self, given: Given, now: datetime) -> Answer:
        subject, kind = str(given.get("subject_token", "")), given.get("subject_token_type")
        if given.get("requested_token_type") != _OFFLINE:
            return _refusal(400, "invalid_request", "Only offline access tokens are made here.")
        is_good = kind == _ID_TOKEN and is_own_id_token(self.options, subject)
        if kind == _OFFLINE and (self._is_fixed(subject) or self._is_good(subject, now, "permanent")):
            self.mint.use_up(subject)
            is_good = True
        if not is_good:
            return _refusal(400, "invalid_subject_token", "The subject token is invalid or expired.")
        return self._offline(given, now)

    def _by_refresh(self, given: Given, now: datetime) -> Answer:
        token = str(given.get("refresh_token", ""))
        following = self.mint.refresh(token, now) if self._is_good(token, now, "refresh") else None
        if following is None:
            return _refusal(401, "invalid_request", _DEAD_REFRESH)
        return self._grant("expiring", now, following)

    def _by_code(self, given: Given, now: datetime) -> Answer:
        code = str(given.get("code", ""))
        if not self._is_good(code, now, "authorization"):
            return _refusal(400, "invalid_request", "The authorization code was not found or was already used.")
        self.mint.use_up(code)
        return self._offline(given, now)

    def _offline(self, given: Given, now: datetime) -> Answer:
        if str(given.get("expiring", "0")) != "1":
            return self._grant("permanent", now)
        return self._grant("expiring", now, self.mint.make("refresh", now))

    def _grant(self, kind: str, now: datetime, refresh_token: str | None = None) -> Answer:
        self.granted += 1
        scope = ",".join(self.installation.scopes)
        answer: dict[str, Any] = {"access_token": self.mint.make(kind, now), "scope": scope}
        if kind != "permanent":
            answer["expires_in"] = int(LIFETIMES[kind].total_seconds()) - (kind == "credentials")
        if refresh_token:
            life = int(LIFETIMES["refresh"].total_seconds())
            answer |= {"refresh_token": refresh_token, "refresh_token_expires_in": life}
        return 200, answer

    def _is_good(self, token: str, now: datetime, *kinds: str) -> bool:
        made = self.mint.made_at(token, now, *kinds)
        return made is not None and made >= self.installation.since

    def _is_fixed(self, token: str) -> bool:
        fixed = self.options.access_token
        return bool(fixed) and not self.mint.is_gone(token) and compare_digest(token.encode(), str(fixed).encode())


def _refusal(status: int, error: str, description: str) -> Answer:
    return status, {"error": error, "error_description": description}
