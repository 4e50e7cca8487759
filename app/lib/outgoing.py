"""The one guarded HTTP client for addresses that a merchant gave: public hosts only, size and time capped."""

import os
import re
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.errors import PlatformDown, Refused, RegularsError
from app.lib.addresses import check_host, checked

__all__ = ["GuardedSession", "check_host", "guarded_session"]

_FILE_BYTES, _FILE_SECONDS = 64 * 1024**3, 6 * 3600.0
_SECRET_HEADERS = ("Authorization", "X-Shopify-Access-Token")
_SECRET_PARAMETERS = ("oauth_signature=", "consumer_secret=")


def guarded_session(
    *,
    allow_private: bool,
    shopify_origin: str | None = None,
    timeout: tuple[float, float] = (5, 60),
    max_bytes: int = 64 * 1024 * 1024,
    whole: float = 300,
) -> requests.Session:
    """A session for the few threads of one client. timeout: seconds to connect and between two reads; whole: of an
    answer, and as much for its headers; max_bytes: of an answer after decompression (a streamed one may be a large
    file). Raises Refused and PlatformDown, in words. shopify_origin (demo databases only) takes all requests to
    Shopify's hosts."""
    return GuardedSession(allow_private, shopify_origin, timeout, max_bytes, whole)


class GuardedSession(requests.Session):
    def __init__(
        self,
        allow_private: bool,
        shopify_origin: str | None,
        timeout: tuple[float, float],
        max_bytes: int,
        whole: float,
    ) -> None:
        super().__init__()
        self.trust_env = False  # no proxies and no .netrc: both would go round the check
        self.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
        self.headers["User-Agent"] = "Regulars"
        self.timeout = timeout
        self.adapters.clear()
        guarded = _Guarded(allow_private, max_bytes, whole)
        self.mount("http://", guarded)
        self.mount("https://", guarded)
        self._shopify = _Redirected(shopify_origin.rstrip("/"), max_bytes, whole) if shopify_origin else None

    def get_adapter(self, url: str | bytes) -> Any:  # Any: what the stubs of requests say
        text = url if isinstance(url, str) else url.decode()
        if self._shopify and self._shopify.takes(text):
            return self._shopify
        return super().get_adapter(text)

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        try:
            return super().prepare_request(request)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema) as error:
            raise Refused(f"{request.url!r} is not an address that can be called.") from error

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Called for the first request and again for every redirect."""
        host = _checked_url(request.url or "").hostname
        if not kwargs.get("timeout"):
            kwargs["timeout"] = self.timeout
        try:
            return super().send(request, **kwargs)
        except RegularsError:
            raise
        except requests.exceptions.SSLError as error:
            raise PlatformDown(f"{host}'s certificate cannot be trusted: {_reason(error)}") from error
        except requests.exceptions.Timeout as error:
            raise PlatformDown(f"{host} did not answer in time.") from error
        except requests.exceptions.TooManyRedirects as error:
            raise PlatformDown(f"{host} redirects in a circle.") from error
        except requests.exceptions.RequestException as error:
            raise PlatformDown(f"{host} does not answer: {_reason(error)}") from error

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """A redirect may not take secrets to another host or off TLS."""
        before, after = urlsplit(response.request.url or ""), urlsplit(prepared_request.url or "")
        moved = (before.hostname, before.scheme) != (after.hostname, after.scheme)
        upgraded = before.hostname == after.hostname and (before.scheme, after.scheme) == ("http", "https")
        if moved and not upgraded and _is_secret(response.request):
            raise Refused(f"{_origin(before)} sends us on to {_origin(after)}, where our key must not go.")
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]


class _Guarded(HTTPAdapter):
    """Connects to checked addresses only and hands out bodies that end in time and size."""

    def __init__(self, allow_private: bool, max_bytes: int, whole: float) -> None:
        self._allow_private, self._max_bytes, self._whole = allow_private, max_bytes, whole
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pool_classes(self._allow_private, self._whole)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().send(request, *args, **kwargs)
        # who asks for a stream writes it to disk as it comes: a file may be large and take its time
        limits = (_FILE_BYTES, _FILE_SECONDS) if kwargs.get("stream") else (self._max_bytes, self._whole)
        response.raw = _Capped(response.raw, _host(request), *limits)
        return response


class _Redirected(_Guarded):
    """Takes what is meant for Shopify to the demo's sandbox, the Host header kept."""

    def __init__(self, origin: str, max_bytes: int, whole: float) -> None:
        super().__init__(True, max_bytes, whole)
        self._origin = origin

    def takes(self, url: str) -> bool:
        parts = urlsplit(url)
        is_shopify = parts.hostname == "cdn.shopify.com" or (parts.hostname or "").endswith(".myshopify.com")
        return (parts.scheme == "https" and is_shopify) or url.startswith(self._origin + "/")

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        sent = request.copy()
        parts = urlsplit(request.url or "")
        sent.headers.setdefault("Host", parts.netloc)
        sent.url = self._origin + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        response = super().send(sent, *args, **kwargs)
        response.request, response.url = request, request.url or ""
        return response


def _pool_classes(allow_private: bool, whole: float) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections resolve the name themselves and connect to the very address that was checked; TLS and
    the Host header go on using the name."""

    class Checked(HTTPConnection):
        def _new_conn(self) -> Any:
            name = self._dns_host
            last: Exception | None = None
            for address in checked(name, self.port or 0, allow_private):
                self._dns_host = address
                try:
                    return super()._new_conn()
                except urllib3.exceptions.HTTPError as error:
                    last = error
                finally:
                    self._dns_host = name
            raise last or PlatformDown(f"The name {name} cannot be found.")

        def getresponse(self) -> Any:  # Any: urllib3's answer is not http.client's
            """Headers that drip a byte at a time end with the socket."""
            sock = self.sock
            timer = threading.Timer(whole, lambda: sock.shutdown(2))
            timer.daemon = True
            timer.start()
            try:
                return super().getresponse()
            finally:
                timer.cancel()

    class CheckedTLS(Checked, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Checked

    class TLSPool(HTTPSConnectionPool):
        ConnectionCls = CheckedTLS

    return {"http": Pool, "https": TLSPool}


class _Capped:
    """urllib3's answer, read with a limit of size (after decompression) and of whole time."""

    def __init__(self, raw: urllib3.HTTPResponse, host: str, max_bytes: int, whole: float) -> None:
        self._raw, self._host, self._max_bytes, self._deadline = raw, host, max_bytes, time.monotonic() + whole

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amount: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        size = 0
        try:
            # read1 comes back after every packet, so the clock is looked at even where the bytes drip
            while data := self._raw.read1(max(amount, 65536), decode_content=decode_content):
                size += len(data)
                if size > self._max_bytes:
                    raise PlatformDown(f"{self._host} answers more than {self._max_bytes // 1024} kB.")
                if time.monotonic() > self._deadline:
                    raise PlatformDown(f"{self._host} takes too long to answer.")
                yield data
        except urllib3.exceptions.ReadTimeoutError as error:
            raise PlatformDown(f"{self._host} did not answer in time.") from error
        except urllib3.exceptions.HTTPError as error:
            raise PlatformDown(f"{self._host} broke off its answer: {_reason(error)}") from error
        except PlatformDown:
            self._raw.close()
            raise


def _checked_url(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"{parts.scheme or 'an address without http'}:// is not a way we call.")
    if parts.username is not None or parts.password is not None:
        raise Refused("A name or password has no place in an address.")
    return parts


def _is_secret(request: requests.PreparedRequest) -> bool:
    return (
        request.method not in ("GET", "HEAD")
        or any(name in request.headers for name in _SECRET_HEADERS)
        or any(name in (request.url or "") for name in _SECRET_PARAMETERS)
    )


def _host(request: requests.PreparedRequest) -> str:
    return urlsplit(request.url or "").hostname or "the host"


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}"


def _reason(error: BaseException) -> str:
    """The innermost cause: what urllib3 wraps around it names our own objects."""
    inner: Any = error
    while isinstance(inner, Exception):
        found = getattr(inner, "reason", None) or next((a for a in inner.args if isinstance(a, Exception)), None)
        if not isinstance(found, Exception):
            break
        inner = found
    text = str(getattr(inner, "strerror", None) or inner).rpartition(": ")[2]
    return re.sub(r"^\[Errno \d+\] ", "", text) or type(inner).__name__
