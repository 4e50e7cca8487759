"""One shop's REST API over HTTP: where its routes are, how the key travels, what errors mean."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import requests

from app.errors import AuthLost, NotFound, Refused
from app.lib.i18n import _
from connectors.woocommerce import auth
from connectors.woocommerce.discover import Site, ask, domain_of, site_at
from connectors.woocommerce.errors import BadSignature, NoRoute, NotJson, NotSeen, check, no_user

Params = Mapping[str, object]
CONNECTIONS = 2  # more only make each page of a shop take longer
# What shops need that do not take the first and best way, by home: to find it out anew costs four pages of each job.
_learnt: dict[str, tuple[Sequence[auth.Mode], bool]] = {}


class Transport:
    """Sends with pretty links and the best way for the key first; learns from the first answer what this shop needs."""

    def __init__(self, home_url: str, secrets: Mapping[str, str], session: requests.Session) -> None:
        self.home_url = home_url.rstrip("/")
        self.host = domain_of(self.home_url)
        self._key, self._secret = secrets.get("consumer_key", ""), secrets.get("consumer_secret", "")
        self._session = session
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        modes, is_plain = _learnt.get(self.home_url, (auth.modes(self.home_url), False))
        self._modes = list(modes)
        self._is_plain: bool | None = is_plain or None  # None: not known yet, pretty is tried
        if not (self._key and self._secret):
            raise AuthLost(f"There is no key for {self.host}: connect the shop again.")

    def get(self, path: str, params: Params | None = None, timeout: float = 60) -> requests.Response:
        return self.send("GET", path, params, timeout=timeout)

    def send(
        self, method: str, path: str, params: Params | None = None, body: Any = None, timeout: float = 60
    ) -> requests.Response:
        """path without a slash in front: wc/v3/orders. Raises what errors.check raises."""
        if method != "GET" and self._is_plain is None:
            # a write goes out once, and not in one way after another until the key is seen
            self.get("wc/v3/webhooks", {"per_page": 1, "_fields": "id"})
        mode = self._modes[0]
        try:
            return self._send(method, path, params or {}, body, timeout)
        except NotSeen as error:
            if len(self._modes) == 1:
                raise no_user(self.host) from error  # a signature is seen wherever the query is, and it was good
            if method != "GET":
                raise
            if self._modes[0] == mode:  # else another page, asked for at the same time, found that out already
                self._modes.pop(0)
            return self.send(method, path, params, body, timeout)
        except BadSignature as error:
            if self.home_url.startswith("https://"):
                raise no_user(self.host) from error  # the shop knows the key, and knows that it is asked by TLS
            raise
        except NotJson:
            if self._is_plain is not None or not self._learn():
                raise
            return self.send(method, path, params, body, timeout)
        except NoRoute as error:
            if path.startswith("wc/") and not self._has_woocommerce():
                switched_off = _("WooCommerce is switched off at %(host)s.", host=self.host)
                raise AuthLost(switched_off, "activate") from error
            raise

    def remove(self, path: str, params: Params | None = None) -> None:
        """DELETE; what is gone is gone."""
        try:
            self.send("DELETE", path, params)
        except NotFound:
            return
        except (Refused, NotJson):  # some servers let no DELETE through; WordPress takes it by another name
            self.send("POST", path, {**(params or {}), "_method": "DELETE"})

    def index(self) -> Site:
        """The shop as it introduces itself to anybody."""
        site = site_at(self.home_url, self._session)
        self._is_plain = site.is_plain
        return site

    def _send(self, method: str, path: str, params: Params, body: Any, timeout: float) -> requests.Response:
        address, query, headers = self._signed(method, path, {name: str(value) for name, value in params.items()})
        raw = None if body is None else msgspec.json.encode(body)
        if raw is not None:
            headers["Content-Type"] = "application/json"
        url = f"{address}?{query}" if query else address
        with self._free:
            answer = self._session.request(method, url, data=raw, headers=headers, timeout=(5, timeout))
        check(answer, self.host)
        self._is_plain = bool(self._is_plain)
        if self._is_plain or len(self._modes) < len(auth.modes(self.home_url)):
            _learnt[self.home_url] = (tuple(self._modes), self._is_plain)
        return answer

    def _signed(self, method: str, path: str, params: dict[str, str]) -> tuple[str, str, dict[str, str]]:
        address = f"{self.home_url}/" if self._is_plain else f"{self.home_url}/wp-json/{path}"
        if self._is_plain:
            # the check of keys looks for wp-json/wc/ in the address, and knows no other sign of a REST call
            params = {"rest_route": f"/{path}", **params, "x": "wp-json/wc/"}
        headers = {"Accept": "application/json"}
        mode = self._modes[0]
        if mode == "basic":
            headers["Authorization"] = auth.basic(self._key, self._secret)
        elif mode == "query":
            params |= {"consumer_key": self._key, "consumer_secret": self._secret}
        else:
            params = auth.oauth(method, address, params, self._key, self._secret)
        return address, urlencode(params, safe="/", quote_via=quote), headers

    def _has_woocommerce(self) -> bool:
        """Is it only this route that is not there, or all of them?"""
        try:
            index, _is_plain = ask(self.home_url, self._session)
        except Refused:
            return True  # an index that is hidden says nothing
        return any(name.startswith("wc/") for name in index.namespaces)

    def _learn(self) -> bool:
        """Is it that this shop has plain links? Some answer pretty ones with their front page."""
        try:
            self._is_plain = ask(self.home_url, self._session)[1]
        except Refused:
            return False  # whoever turns us away from the index sent that page as well: it is waited for
        return self._is_plain
