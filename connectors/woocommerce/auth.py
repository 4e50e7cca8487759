"""How a key travels: Basic over https, OAuth 1.0a one-legged over http, in the query where servers drop headers."""

import secrets as random
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

from woocommerce.oauth import OAuth

Mode = Literal["basic", "query", "oauth"]


def modes(home_url: str) -> tuple[Mode, ...]:
    """The ways to try, best first. A shop behind a TLS proxy that does not tell PHP wants OAuth over https."""
    return ("basic", "query", "oauth") if home_url.startswith("https://") else ("oauth",)


def basic(key: str, secret: str) -> str:
    return "Basic " + b64encode(f"{key}:{secret}".encode()).decode()


def oauth(method: str, address: str, params: Mapping[str, str], key: str, secret: str) -> dict[str, str]:
    """The parameters with a signature. The shop signs what it thinks its own address is: always with http here, since
    it only asks for OAuth where it sees plain http; without the slash at the end of a bare home."""
    signer = _Signer(address, key, secret, method=method)
    seen = urlunsplit(urlsplit(address)._replace(scheme="http")).rstrip("/")
    signed = {
        **params,
        "oauth_consumer_key": key,
        "oauth_timestamp": str(signer.timestamp),
        "oauth_nonce": random.token_hex(20),
        "oauth_signature_method": "HMAC-SHA256",
    }
    signed["oauth_signature"] = signer.generate_oauth_signature(OrderedDict(signed), seen)
    return signed


class _Signer(OAuth):  # type: ignore[misc]  # the library has no types
    """WooCommerce's own signing; the library leaves slashes as they are, the shop does not."""

    @staticmethod
    def normalize_parameters(params: Mapping[str, str] | None) -> "OrderedDict[str, str]":
        return OrderedDict((_twice(name), _twice(value)) for name, value in (params or {}).items())


def _twice(text: str) -> str:
    return quote(str(text), safe="~").replace("%", "%25")
