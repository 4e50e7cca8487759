"""ID tokens as the admins of both platforms make them."""

from typing import Any

import jwt

from app.lib.clock import real_now

SECRET = "shpss_" + "0123456789abcdef" * 3
CLIENT_ID = "a-client-id-of-our-own-app"
WORDPRESS_SECRET = "wp-secret-wp-secret-wp-secret-wp-secret"
HOME = "https://wool.example/shop"


def token(secret: str = SECRET, algorithm: str = "HS256", **changed: Any) -> str:
    """A Shopify ID token, good but for what is changed; None takes a claim out."""
    now = int(real_now().timestamp())
    claims = {
        "iss": "https://ours.myshopify.com/admin",
        "dest": "https://ours.myshopify.com",
        "aud": CLIENT_ID,
        "sub": "42",
        "nbf": now,
        "iat": now,
        "exp": now + 60,
        **changed,
    }
    return jwt.encode({k: v for k, v in claims.items() if v is not None}, secret, algorithm)


def wp_token(secret: str = WORDPRESS_SECRET, **changed: Any) -> str:
    return token(secret, **{"iss": HOME, "dest": None, "aud": "regulars", **changed})


def ago(seconds: int) -> int:
    return int(real_now().timestamp()) - seconds
