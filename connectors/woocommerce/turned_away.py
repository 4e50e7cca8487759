"""Who answered in the shop's place, where a page or a refusal comes for the index that is open to everybody."""

import requests

from app.errors import PlatformDown, Refused
from app.lib.i18n import _

_MARKS = (
    b"cloudflare", b"cf-chl", b"just a moment", b"sucuri", b"wordfence", b"captcha", b"incapsula", b"imunify",
    b"mod_security", b"modsecurity", b"akamai", b"ddos-guard", b"access denied",
)  # fmt: skip
_HEADERS = ("cf-mitigated", "x-sucuri-block", "x-iinfo", "sg-captcha")
_FIRST_BYTES = 20_000


def why_no_index(answer: requests.Response, host: str) -> Refused | PlatformDown:
    """What stands in the way, and who can move it."""
    if is_firewall(answer):
        return firewall(host, answer.status_code)
    if answer.status_code >= 500 or answer.status_code == 429:
        return PlatformDown(_("%(host)s answers %(status)s; try again later.", host=host, status=answer.status_code))
    if "basic" in answer.headers.get("WWW-Authenticate", "").lower():
        return Refused(
            _("%(host)s asks for a password before it shows anything: open it to the world, then connect.", host=host)
        )
    if answer.status_code in (401, 403):
        return Refused(
            _("%(host)s hides its REST API (a security plugin does that); it must be open for keys.", host=host)
        )
    return Refused(
        _("%(host)s answers with a web page, not as a WooCommerce shop does: no REST API was found there.", host=host)
    )


def firewall(host: str, status: int) -> Refused:
    return Refused(
        _(
            "A firewall in front of %(host)s answers in its place (%(status)s): let through there what calls itself "
            "Regulars.",
            host=host,
            status=status,
        )
    )


def is_firewall(answer: requests.Response) -> bool:
    """A page that asks for proof of a person, or turns machines away: by its headers, or by its words."""
    if any(name in answer.headers for name in _HEADERS):
        return True
    is_page = answer.content[:1] not in (b"{", b"[")
    first = answer.content[:_FIRST_BYTES].lower()
    is_odd = answer.status_code in (202, 403, 405, 406, 409, 429, 503)
    return is_page and is_odd and any(mark in first for mark in _MARKS)
