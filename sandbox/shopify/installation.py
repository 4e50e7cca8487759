"""The app in this shop: is it installed, since when, what it was granted and what the merchant pays for it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.shopify.options import Options


@dataclass(slots=True)
class Plan:
    """What stands behind AppSubscription."""

    name: str
    status: str
    created_at: datetime
    current_period_end: datetime | None
    typename: str = "AppSubscription"


@dataclass(slots=True)
class Installation:
    """since: tokens from before are worth nothing. A sandbox begins with the app installed."""

    options: Options
    is_installed: bool = True
    since: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    scopes: list[str] = field(default_factory=list)
    plan: Plan | None = None

    def __post_init__(self) -> None:
        self.scopes = self.scopes or list(self.options.scopes)

    def install(self, now: datetime, scopes: list[str] | None = None) -> None:
        if not self.is_installed:
            self.since = now.replace(microsecond=now.microsecond // 1000 * 1000)  # tokens know no less
        self.is_installed = True
        self.scopes = scopes or list(self.options.scopes)

    def uninstall(self, now: datetime) -> None:
        self.is_installed, self.since, self.plan = False, now, None
