"""Errors that say who must act: the person, the merchant, time, or us."""

from datetime import datetime
from typing import Literal

Remedy = Literal["connect", "reopen", "shop", "activate"]


class RegularsError(Exception):
    """Anything that Regulars says in words; the text is fit to show."""


class NotFound(RegularsError):
    """What was asked for is not there, or not this shop's."""


class Refused(RegularsError):
    """The person asked for something that cannot be done; the text says what and why."""


class BadInput(Refused):
    """What was given cannot be read. `where` names the field, line or address."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where


class AuthLost(RegularsError):
    """The platform no longer accepts our credentials: the merchant must act. remedy: `connect` (credentials again),
    `reopen` (open the app in the shop's admin, which authorises it anew), `shop` (the shop is closed or frozen),
    `activate` (the shop's own plugin is switched off; whether it is back is asked every now and then)."""

    def __init__(self, message: str, remedy: Remedy = "connect") -> None:
        super().__init__(message)
        self.remedy = remedy


class RateLimited(RegularsError):
    """The platform asks us to wait. `seconds` is how long, where it said so."""

    def __init__(self, message: str, seconds: float = 1.0) -> None:
        super().__init__(message)
        self.seconds = seconds


class PlatformDown(RegularsError):
    """The platform does not answer, or answers what it should not: time will tell."""


class Uncertain(RegularsError):
    """It may or may not have happened (a mail handed over as the line went dead); never repeated by itself."""


class DiskRefused(RegularsError):
    """The disk is full or read-only: nothing can be kept, so nothing may be answered with success."""


class Late(RegularsError):
    """Work that may only be done at `at` or after."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"not before {at.isoformat()}")
        self.at = at
