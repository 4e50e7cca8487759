"""Signatures, as the platform makes them."""

import base64
import hashlib
import hmac


def signed(secret: str, text: str) -> str:
    """Hex, for addresses."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def webhook_signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()
