"""The tokens that the shop makes and knows again: ID tokens of whoever looks at the panel, and what apps ask with."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hmac import compare_digest

import jwt

from sandbox.shopify.options import Options
from sandbox.shopify.signing import signed

ID_TOKEN_SECONDS = 60
LEEWAY = 10
ACCESS, REFRESH, CODE = "shpat_", "shprt_", ""
LIFETIMES = {
    "credentials": timedelta(hours=24),
    "expiring": timedelta(hours=1),
    "permanent": timedelta(days=36_500),
    "refresh": timedelta(days=90),
    "authorization": timedelta(minutes=10),
}
OVERLAP = timedelta(days=30)  # in which a refresh token still serves after its first use
_KINDS = {kind[0]: kind for kind in LIFETIMES}


def mint_id_token(options: Options, user_id: int | str, now: datetime) -> str:
    """What App Bridge hands to the panel for one minute; `now` is real time, whatever the sandbox's clock says."""
    at = int(now.timestamp())
    claims = {
        "iss": f"https://{options.domain}/admin",
        "dest": f"https://{options.domain}",
        "aud": options.client_id,
        "sub": str(user_id),
        "exp": at + ID_TOKEN_SECONDS,
        "nbf": at,
        "iat": at,
        "jti": secrets.token_hex(16),
        "sid": secrets.token_hex(32),
    }
    return jwt.encode(claims, options.client_secret, algorithm="HS256")


def is_own_id_token(options: Options, token: str) -> bool:
    """Is it one of this shop's, for this app, and still good? By real time, as all who check them go by it."""
    try:
        claims = jwt.decode(
            token, options.client_secret, algorithms=["HS256"], audience=options.client_id, leeway=LEEWAY
        )
    except jwt.PyJWTError:
        return False
    return bool(claims.get("dest") == f"https://{options.domain}")


@dataclass(slots=True)
class Mint:
    """A token says what it is and when it was made, signed, so that it outlives a restart of the sandbox; which were
    used up does not."""

    options: Options
    _gone: set[str] = field(default_factory=set)
    _used_at: dict[str, datetime] = field(default_factory=dict)
    _before: dict[str, str] = field(default_factory=dict)  # a refresh token -> the one that it takes the place of

    def make(self, kind: str, now: datetime) -> str:
        head = {"refresh": REFRESH, "authorization": CODE}.get(kind, ACCESS)
        body = f"{kind[0]}{int(now.timestamp() * 1000):011x}{secrets.token_hex(3)}"
        return f"{head}{body}{self._signature(body)}"

    def made_at(self, token: str, now: datetime, *kinds: str) -> datetime | None:
        """When a token of these kinds was made; None where it is none or no longer good."""
        body, signature = token.rpartition("_")[2][:18], token.rpartition("_")[2][18:]
        if token in self._gone or not compare_digest(self._signature(body).encode(), signature.encode()):
            return None
        kind, made = _KINDS[body[0]], datetime.fromtimestamp(int(body[1:12], 16) / 1000, UTC)
        # a clock that ticks between two readings may be a moment behind
        is_good = kind in kinds and made <= now + timedelta(seconds=1) < made + LIFETIMES[kind] + timedelta(seconds=1)
        return made if is_good else None

    def use_up(self, token: str) -> None:
        self._gone.add(token)

    def is_gone(self, token: str) -> bool:
        return token in self._gone

    def refresh(self, token: str, now: datetime) -> str | None:
        """The refresh token after this one, which goes on serving until that one is used first."""
        used_at = self._used_at.get(token)
        if self.made_at(token, now, "refresh") is None or (used_at and now > used_at + OVERLAP):
            return None
        self._used_at.setdefault(token, now)
        self._gone |= {self._before.pop(token)} if token in self._before else set()
        following = self.make("refresh", now)
        self._before[following] = token
        return following

    def _signature(self, body: str) -> str:
        return signed(self.options.client_secret, f"token:{self.options.domain}:{body}")[:24]
