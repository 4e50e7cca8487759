"""Channels, and addresses as they are compared."""

import re
from typing import Literal

ChannelName = Literal["email", "sms", "whatsapp"]
_BETWEEN_DIGITS = re.compile(r"[\s().\-/]+")


def address_key(address: str) -> str:
    """An email in small letters, a number without what people write between its digits."""
    key = address.strip().lower()
    return _BETWEEN_DIGITS.sub("", key) if key.startswith("+") and "@" not in key else key
