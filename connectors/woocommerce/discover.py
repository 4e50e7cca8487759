"""From the address that a merchant typed to the place where the shop's REST API answers."""

from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests

from app.errors import BadInput, PlatformDown, Refused
from app.lib.i18n import _
from connectors.woocommerce.turned_away import why_no_index

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
    """A shop that answers. named: how it writes its own addresses, which need not be the way to it; is_plain: links
    without words, by `?rest_route=`."""

    home_url: str
    name: str
    timezone: str
    named: tuple[str, ...] = ()
    is_plain: bool = False

    @property
    def domain(self) -> str:
        """host[:port][/path]: what names the shop."""
        return domain_of(self.home_url)

    @property
    def is_secure(self) -> bool:
        return self.home_url.startswith("https://")

    @property
    def is_tls_lost(self) -> bool:
        """It answers over TLS and does not know it: a proxy in front does not pass that on."""
        return self.is_secure and bool(self.named) and all(each.startswith("http://") for each in self.named)


def domain_of(home_url: str) -> str:
    return home_url.partition("://")[2].rstrip("/")


def discover(address: str, session: requests.Session) -> Site:
    """Raises BadInput, Refused or PlatformDown in words that name the address."""
    index, is_plain, base = _ask_in_turn(_candidates(address), session)
    index, site = _lived_in(index, is_plain, base, session)
    if not any(name.startswith("wc/v3") for name in index.namespaces):
        raise Refused(_no_woocommerce(index, site.domain))
    return site


def site_at(base: str, session: requests.Session) -> Site:
    """The shop that answers at a known address, where it says it lives now."""
    return _lived_in(*ask(base, session), base, session)[1]


def _lived_in(index: Index, is_plain: bool, base: str, session: requests.Session) -> tuple[Index, Site]:
    """Where the shop says it lives, if it answers there too; else where it did answer: behind a port or a proxy that
    WordPress knows nothing of, the address that it makes of itself may lead nowhere."""
    home = home_of(index, base)
    if _origin(home) != _origin(base):
        try:
            index, is_plain = ask(home, session)
        except PlatformDown:
            home = base
    named = tuple(dict.fromkeys(each.rstrip("/") for each in (index.home, index.url) if each))
    return index, Site(home, index.name, timezone(index), named, is_plain)


def home_of(index: Index, base: str) -> str:
    """Where the shop says it lives; by TLS where it was asked by TLS, whatever it thinks of that."""
    home = (index.home or index.url or base).rstrip("/")
    if base.startswith("https://") and urlsplit(home).netloc == urlsplit(base).netloc:
        return f"https://{domain_of(home)}"
    return home


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
    if not _is_host(rest) or scheme.lower() not in ("", "http", "https"):
        raise BadInput(_("%(typed)s is not the address of a shop, like https://shop.example", typed=repr(address)))
    schemes = [scheme.lower()] if scheme else ["https", "http"]
    return [f"{each}://{rest}" for each in schemes]


def _is_host(rest: str) -> bool:
    try:
        parts = urlsplit(f"http://{rest}")
        return bool(parts.hostname) and parts.port != 0 and not set(" @\\") & set(rest)
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _ask_in_turn(bases: list[str], session: requests.Session) -> tuple[Index, bool, str]:
    for base in bases[:-1]:
        try:
            return *ask(base, session), base
        except PlatformDown:
            continue  # nothing listens there: the next scheme may do, and says so itself if not
    return *ask(bases[-1], session), bases[-1]


def _index(session: requests.Session, url: str) -> Index | Refused | PlatformDown:
    """The index, or why this is none. Raises where nothing answers at all."""
    answer = session.get(url, headers={"Accept": "application/json"}, timeout=(5, 20))
    host = urlsplit(url).netloc
    if answer.ok:
        try:
            said: Any = msgspec.json.decode(answer.content)
            return msgspec.convert(said, Index, strict=False)
        except msgspec.ValidationError:
            return Refused(_("%(host)s answers, but not as WordPress does: no WooCommerce was found there.", host=host))
        except msgspec.DecodeError:
            pass
    return why_no_index(answer, host)


def _no_woocommerce(index: Index, domain: str) -> str:
    if any(name.startswith("wc/") for name in index.namespaces):
        return _("WooCommerce at %(shop)s is too old for Regulars: it needs 3.5 or newer.", shop=domain)
    return _("%(shop)s is a WordPress site, but WooCommerce is not active there.", shop=domain)


def _origin(url: str) -> tuple[str, str]:
    return urlsplit(url).scheme, urlsplit(url).netloc
