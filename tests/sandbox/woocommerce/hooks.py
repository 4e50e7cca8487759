"""Webhooks made and their signatures."""

import base64
import hashlib
import hmac

from tests.sandbox.woocommerce.conftest import Arrival

SECRET = "0123456789abcdef"


def signature(arrival: Arrival, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), arrival.body, hashlib.sha256).digest()).decode()
