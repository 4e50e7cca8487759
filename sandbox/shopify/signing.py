"""Signatures and ID tokens, as the platform makes them."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import jwt

from sandbox.shopify.options import Options

ID_TOKEN_SECONDS = 60


def signed(secret: str, text: str) -> str:
    """Hex, for addresses."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def webhook_signature(secret: str, body: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()


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


def signed_query(secret: str, parameters: dict[str, str]) -> dict[str, str]:
    """The parameters of a page's first load with their hmac: sorted, joined, hex."""
    text = "&".join(f"{key}={value}" for key, value in sorted(parameters.items()))
    return {**parameters, "hmac": signed(secret, text)}
