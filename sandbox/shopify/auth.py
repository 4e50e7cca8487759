"""Access tokens: client credentials for one, and what a token is worth."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sandbox.shopify.cost import Bucket
from sandbox.shopify.options import Options
from sandbox.shopify.signing import signed

LIFETIME = timedelta(hours=24)
PREFIX = "shpat_"
BUCKET_SECONDS = 20  # a full bucket is twenty seconds of restoring
INVALID = "[API] Invalid API key or access token (unrecognized login or wrong password)"

Answer = tuple[int, dict[str, Any]]


@dataclass(slots=True)
class Tokens:
    """A token carries when it was made, signed, so that it outlives a restart of the sandbox."""

    options: Options
    uninstalled_at: datetime | None = None
    points: Bucket = field(init=False)  # of the app in this shop, whatever its tokens

    def __post_init__(self) -> None:
        self.points = Bucket(self.options.restore_rate * BUCKET_SECONDS, self.options.restore_rate)

    def exchange(self, given: dict[str, Any], now: datetime) -> Answer:
        """The answer of the token endpoint."""
        if given.get("client_id") != self.options.client_id:
            return 400, _refusal("application_cannot_be_found", "Could not find the application of this client id.")
        if not hmac.compare_digest(str(given.get("client_secret", "")).encode(), self.options.client_secret.encode()):
            return 401, _refusal("invalid_client", "The client secret is wrong.")
        if given.get("grant_type") != "client_credentials":
            return 400, _refusal("unsupported_grant_type", "Only client_credentials is granted here.")
        self.uninstalled_at = None  # who asks with the right secret has installed the app again
        answer = {
            "access_token": self._token(int(now.timestamp())),
            "scope": ",".join(self.options.scopes),
            "expires_in": int(LIFETIME.total_seconds()) - 1,
        }
        return 200, answer

    def bucket(self, token: str, now: datetime) -> Bucket | None:
        """The bucket that pays for this token's queries; None for a token that is not good."""
        if not self._is_good(token, now):
            return None
        return self.points

    def _is_good(self, token: str, now: datetime) -> bool:
        if self.uninstalled_at is not None:
            return False
        if self.options.access_token and hmac.compare_digest(token.encode(), self.options.access_token.encode()):
            return True
        made = _made_at(token)
        if made is None or not hmac.compare_digest(token.encode(), self._token(made).encode()):
            return False
        return made <= now.timestamp() + 1 < made + LIFETIME.total_seconds()

    def _token(self, made: int) -> str:
        return f"{PREFIX}{made:08x}{signed(self.options.client_secret, f'token:{self.options.domain}:{made}')[:24]}"


def _made_at(token: str) -> int | None:
    try:
        return int(token[len(PREFIX) : len(PREFIX) + 8], 16)
    except ValueError:
        return None


def _refusal(error: str, description: str) -> dict[str, Any]:
    return {"error": error, "error_description": description}
