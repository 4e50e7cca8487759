"""The app that a Shopify shop has installed: its own, or the one that this house runs."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.settings import Settings


@dataclass(frozen=True)
class App:
    """client_id may be unknown: an old custom app has a token and a secret only."""

    client_id: str | None
    client_secret: str
    old_secret: str | None  # still good for what was signed before the secrets were changed
    is_house: bool

    @property
    def secrets(self) -> tuple[str, ...]:
        """Whatever may sign for it."""
        return (self.client_secret, self.old_secret) if self.old_secret else (self.client_secret,)


def app_of(kept: Mapping[str, str], settings: Settings) -> App | None:
    """The app of the shop that keeps these secrets. A shop with a secret of its own is reached by that alone, and its
    secret reaches no other shop. None where the house runs no app either."""
    if kept.get("client_secret"):
        return App(kept.get("client_id"), kept["client_secret"], kept.get("client_secret_old"), is_house=False)
    return house_app(settings)


def house_app(settings: Settings) -> App | None:
    if not settings.shopify_client_secret:
        return None
    return App(settings.shopify_client_id, settings.shopify_client_secret, settings.shopify_client_secret_old, True)


def with_app(kept: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """A shop's secrets as its client wants them: with the house's app where the shop has none of its own."""
    app = app_of(kept, settings)
    if app is None or not app.is_house or app.client_id is None:
        return dict(kept)
    return {**kept, "client_id": app.client_id, "client_secret": app.client_secret, "house": "yes"}
