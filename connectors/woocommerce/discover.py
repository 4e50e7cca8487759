"""From the address that a merchant typed to the place where the shop's REST API answers."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests

from app.errors import BadInput, PlatformDown, Refused

_NAMED_OFFSETS = {
    3.5: "Asia/Tehran", 4.5: "Asia/Kabul", 5.5: "Asia/Kolkata", 5.75: "Asia/Kathmandu", 6.5: "Asia/Yangon",
    8.75: "Australia/Eucla", 9.5: "Australia/Darwin", -9.5: "Pacific/Marquesas",
}  # fmt: skip


class Index(msgspec.Struct):
    """What /wp-json/ says to anybody."""

    namespaces: list[str]
    name: str = ""
    home: str = ""
    url: str = ""
    timezone_string: str | None = ""
    gmt_offset: float | str | None = 0


class Site(msgspec.Struct, frozen=True):
    """A shop that answers."""

    home_url: str
    name: str
    timezone: str

    @property
    def domain(self) -> str:
        """host[:port][/path]: what names the shop."""
        return domain_of(self.home_url)


def domain_of(home_url: str) -> str:
    return home_url.partition("://")[2].rstrip("/")


def discover(address: str, session: requests.Session) -> Site:
    """Raises BadInput, Refused or PlatformDown in words that name the address."""
    index, _, base = _ask_in_turn(_candidates(address), session)
    home = (index.home or index.url or base).rstrip("/")
    if urlsplit(home).netloc != urlsplit(base).netloc or urlsplit(home).scheme != urlsplit(base).scheme:
        index, _ = ask(home, session)  # the shop lives elsewhere: it must answer there too
    if not any(name.startswith("wc/v3") for name in index.namespaces):
        raise Refused(f"{domain_of(home)} is a WordPress site, but WooCommerce is not active there.")
    return Site(home, index.name, timezone(index))


def ask(base: str, session: requests.Session) -> tuple[Index, bool]:
    """The index below an address, by pretty or by plain links."""
    first = _index(session, f"{base}/wp-json/")
    if isinstance(first, Index):
        return first, False
    second = _index(session, f"{base}/?rest_route=/")
    if isinstance(second, Index):
        return second, True
    raise first


def timezone(index: Index) -> str:
    """IANA. A shop may be set to a mere offset from UTC, which has no clock changes."""
    if index.timezone_string:
        return index.timezone_string
    offset = float(index.gmt_offset or 0)
    if offset == int(offset):
        return f"Etc/GMT{-int(offset):+d}" if offset else "UTC"
    return _NAMED_OFFSETS.get(offset, f"Etc/GMT{-round(offset):+d}")


def _candidates(address: str) -> list[str]:
    text = address.strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        rest, scheme = text, ""
    for ending in ("/wp-admin", "/wp-json", "/wp-login.php", "/index.php"):
        rest = rest.partition(ending)[0]
    rest = rest.partition("?")[0].partition("#")[0].rstrip("/")
    host = urlsplit(f"http://{rest}").hostname
    if not host or " " in rest or "@" in rest or scheme.lower() not in ("", "http", "https"):
        raise BadInput(f"{address!r} is not the address of a shop, like https://shop.example", "address")
    schemes = [scheme.lower()] if scheme else ["https", "http"]
    return [f"{each}://{rest}" for each in schemes]


def _ask_in_turn(bases: list[str], session: requests.Session) -> tuple[Index, bool, str]:
    for base in bases[:-1]:
        try:
            return *ask(base, session), base
        except PlatformDown:
            continue  # nothing listens there: the next scheme may do, and says so itself if not
    return *ask(bases[-1], session), bases[-1]


def _index(session: requests.Session, url: str) -> Index | Refused | PlatformDown:
    """The index, or why this is none. Raises where nothing answers at all."""
    host = urlsplit(url).netloc
    answer = session.get(url, headers={"Accept": "application/json"}, timeout=(5, 20))
    if answer.status_code >= 500 or answer.status_code == 429:
        return PlatformDown(f"{host} answers {answer.status_code}; try again later.")
    try:
        said: Any = msgspec.json.decode(answer.content)
    except msgspec.MsgspecError:
        return Refused(f"{host} answers with a web page, not as a WooCommerce shop does: no REST API was found there.")
    if answer.status_code in (401, 403):
        return Refused(
            f"{host} hides its REST API (a security plugin does that); it must be open for WooCommerce's keys."
        )
    try:
        return msgspec.convert(said, Index, strict=False)
    except msgspec.ValidationError:
        return Refused(f"{host} answers, but not as WordPress does: no WooCommerce was found there.")
