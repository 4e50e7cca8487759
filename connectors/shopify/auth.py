"""Access tokens: the fixed one of an old custom app, or one that runs out and is renewed in time, once for all."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import requests

from app.errors import AuthLost
from app.lib.clock import real_now
from connectors.shopify import oauth
from connectors.shopify.oauth import App, Grant, kept_grant
from connectors.vault import Secrets, vault_of

EARLY = timedelta(minutes=5)  # before its end at which a token is renewed


class Token:
    """The token of one shop. Its secrets: `grant` (oauth.Grant), client_id and client_secret, `house` where these are
    the app's that this house runs; access_token, which never runs out: an old custom app's, or one to be migrated."""

    def __init__(self, domain: str, secrets: Secrets, session: requests.Session) -> None:
        self._domain, self._vault, self._session = domain, vault_of(secrets), session
        self._refused: str | None = None

    def value(self) -> str:
        """A token that is good for some minutes. Asks the vault each time: what was taken back there ends here."""
        kept = self._vault.read()
        if self._is_fixed(kept):
            return kept["access_token"]
        grant = self._good(kept, real_now())
        if grant is None:
            grant = kept_grant(self._vault.renew(self._renewed))
        if grant is None:
            raise self._nothing_to_ask_with()
        return grant.access_token

    def forget(self, value: str) -> bool:
        """A token that was refused is not used again; False where no other can be had."""
        self._refused = value
        return not self._is_fixed(self._vault.read())

    def lost(self, why: str) -> AuthLost:
        """What to raise where no token is taken any more."""
        return AuthLost(why, "reopen" if self._vault.read().get("house") else "connect")

    def _renewed(self, kept: Mapping[str, str]) -> Mapping[str, str]:
        """What changes in the vault; nothing where somebody was first."""
        if self._good(kept, real_now()):
            return {}
        return {"grant": self._ask(kept).text(), "access_token": ""}

    def _ask(self, kept: Mapping[str, str]) -> Grant:
        app = App(kept.get("client_id", ""), kept.get("client_secret", ""), self._domain, self._session)
        grant, permanent = kept_grant(kept), kept.get("access_token")
        if not app.client_id or not app.client_secret:
            raise self._nothing_to_ask_with()
        if grant and grant.refresh_token:
            return oauth.refresh(app, grant)
        if permanent and permanent != self._refused:
            return oauth.migrate(app, permanent)
        if kept.get("house"):  # only the shop's own organisation may use client credentials
            raise AuthLost(f"{self._domain} has to authorise the app again.", "reopen")
        return oauth.client_credentials(app)

    def _good(self, kept: Mapping[str, str], now: datetime) -> Grant | None:
        grant = kept_grant(kept)
        if grant is None or grant.access_token == self._refused:
            return None
        return grant if grant.expires_at is None or now < grant.expires_at - EARLY else None

    def _is_fixed(self, kept: Mapping[str, str]) -> bool:
        return bool(kept.get("access_token")) and not kept.get("client_id")

    def _nothing_to_ask_with(self) -> AuthLost:
        return AuthLost(f"{self._domain} is connected without an access token or client credentials.")
