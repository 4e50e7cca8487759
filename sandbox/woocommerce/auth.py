"""Who may ask: HTTP Basic or query keys over https, one-legged OAuth 1.0a over http, as WooCommerce verifies them."""

import hashlib
import hmac
import re
import time
from base64 import b64encode
from collections import OrderedDict
from threading import Lock
from urllib.parse import quote, unquote

from flask import Request

from sandbox import clock
from sandbox.woocommerce.errors import ApiError, authentication, forbidden
from sandbox.woocommerce.keys import Key, Keys
from sandbox.woocommerce.options import Options

WINDOW = 15 * 60
REQUIRED = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
METHODS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


class Gate:
    """Opens for the keys there are; remembers the nonces of the last quarter of an hour."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.keys = Keys(options)
        self._nonces: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = Lock()

    def check(self, request: Request) -> Key:
        """The key of who may, an error for who may not."""
        key = self._key_of(request)
        if key is None:
            raise nobody(request)
        needed = "read" if request.method in ("GET", "HEAD", "OPTIONS") else "write"
        if needed not in key.permissions:
            raise authentication(f"The API key provided does not have {needed} permissions.")
        if key.user == "gone":
            raise nobody(request)
        if key.user == "customer":
            raise forbidden(nobody(request))
        return key

    def _key_of(self, request: Request) -> Key | None:
        if "wp-json/wc" not in request.environ.get("sandbox.uri", request.full_path):
            return None  # the key check looks for this in the address, and never looks further
        return (self._basic(request) if is_ssl(request) else None) or self._oauth(request)

    def _basic(self, request: Request) -> Key | None:
        consumer_key, secret = request.args.get("consumer_key"), request.args.get("consumer_secret")
        if not (consumer_key and secret) and request.authorization and request.authorization.type == "basic":
            consumer_key, secret = request.authorization.username, request.authorization.password
        key = self.keys.find(consumer_key)
        if key is not None and not hmac.compare_digest(secret or "", key.consumer_secret):
            raise authentication("Consumer secret is invalid.")
        return key

    def _oauth(self, request: Request) -> Key | None:
        params = {name: values[-1] for name, values in request.args.lists()} | _from_header(request)
        if not any(name in params for name in REQUIRED):
            return None
        if missing := [name for name in REQUIRED if not params.get(name)]:
            plural = "s" if len(missing) > 1 else ""
            message = f"Missing OAuth parameter{plural} {', '.join(missing)}"
            raise ApiError(401, "woocommerce_rest_authentication_missing_parameter", message)
        key = self.keys.find(params["oauth_consumer_key"])
        if key is None:
            raise authentication("Consumer key is invalid.")
        self._check_signature(request, params, key)
        self._check_nonce(params["oauth_timestamp"], (key.consumer_key, params["oauth_nonce"]))
        return key

    def _check_signature(self, request: Request, params: dict[str, str], key: Key) -> None:
        method = METHODS.get(params["oauth_signature_method"].upper())
        if method is None:
            raise authentication("Invalid signature - signature method is invalid.")
        base = base_string(request, self.options.home_url, params)
        digest = hmac.new(f"{key.consumer_secret}&".encode(), base.encode(), method).digest()
        is_good = hmac.compare_digest(b64encode(digest).decode(), params["oauth_signature"])
        if not is_good or any("[" in name for name in params):  # arrays are signed in a way that no client knows
            raise authentication("Invalid signature - provided signature does not match.")

    def _check_nonce(self, timestamp: str, nonce: tuple[str, str]) -> None:
        """Once for each key, and fresh by the real clock, which clients' libraries use, or by the sandbox's."""
        now = time.time()
        clocks = (now, clock.utc_now().timestamp())
        if not timestamp.isdigit() or all(abs(at - int(timestamp)) > WINDOW for at in clocks):
            raise authentication("Invalid timestamp.")
        with self._lock:
            if nonce in self._nonces:
                raise authentication("Invalid nonce - nonce has already been used.")
            self._nonces[nonce] = now
            while now - next(iter(self._nonces.values())) > WINDOW:
                self._nonces.popitem(last=False)


def is_ssl(request: Request) -> bool:
    """Behind a proxy that says so; otherwise the shop is plain http."""
    return request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"


def base_string(request: Request, home_url: str, params: dict[str, str]) -> str:
    """Host and port are those of the shop's own address, whatever was called; the scheme is what PHP sees."""
    scheme = "https" if is_ssl(request) else "http"
    address = f"{scheme}://{home_url.partition('://')[2].rstrip('/')}" + request.environ.get(
        "sandbox.path", request.path
    )
    pairs = sorted((_encode(name), _encode(value)) for name, value in params.items() if name != "oauth_signature")
    query = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join(_encode(part) for part in (request.method, address, query))


def nobody(request: Request) -> ApiError:
    """What people without a key are told; it depends on what they wanted."""
    if request.method == "POST":
        return ApiError(401, "woocommerce_rest_cannot_create", "Sorry, you are not allowed to create resources.")
    if request.method in ("PUT", "PATCH"):
        return ApiError(401, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit this resource.")
    if request.method == "DELETE":
        return ApiError(401, "woocommerce_rest_cannot_delete", "Sorry, you are not allowed to delete this resource.")
    single = re.search(r"/\d+$", request.path)
    message = "Sorry, you cannot view this resource." if single else "Sorry, you cannot list resources."
    return ApiError(401, "woocommerce_rest_cannot_view", message)


def _encode(text: str) -> str:
    return quote(text, safe="~")


def _from_header(request: Request) -> dict[str, str]:
    header = request.headers.get("Authorization", "")
    if not header.lower().startswith("oauth "):
        return {}
    pairs = re.findall(r'(oauth_[a-z_-]*)=(?:"([^"]*)"|([^,]*))', header)
    return {name: unquote(quoted or bare) for name, quoted, bare in pairs}
