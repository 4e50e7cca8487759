"""ID tokens: who looks at the panel, for one minute."""

import secrets
from datetime import datetime

import jwt

from sandbox.shopify.options import Options

ID_TOKEN_SECONDS = 60


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
