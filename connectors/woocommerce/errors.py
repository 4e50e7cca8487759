"""What an answer that is no success means, and who must act."""

from datetime import UTC
from email.utils import parsedate_to_datetime

import msgspec
import requests

from app.errors import AuthLost, NotFound, PlatformDown, RateLimited, Refused, RegularsError
from app.lib.clock import real_now
from app.lib.i18n import _
from connectors.woocommerce.turned_away import firewall, is_firewall
from connectors.woocommerce.types import ErrorBody

_decode = msgspec.json.Decoder(ErrorBody).decode


class NoRoute(NotFound):
    """This WooCommerce has no such route: it is older, or newer, than what we asked for."""


class MayNot(AuthLost):
    """The key is good, and its user has no right to this: where it is asked for something less, that may be given."""


class NotSeen(AuthLost):
    """The shop answered as if no key had come along: another way of sending it may still do."""


class BadSignature(AuthLost):
    """The shop knows the key, and the signature was made with another secret or for another address."""


class NotJson(PlatformDown):
    """A web page where the REST API should answer: plain links, a cache, a maintenance page."""


def no_user(host: str) -> AuthLost:
    """A key that is good in itself, and opens nothing."""
    return AuthLost(
        _(
            "%(host)s knows the key, but the user it belongs to is gone or manages the shop no more: make a new key.",
            host=host,
        )
    )


def error_body(raw: bytes) -> ErrorBody | None:
    """WordPress's error, where the bytes are one."""
    try:
        said = _decode(raw)
    except msgspec.MsgspecError:
        return None
    return said if said.id is None else None


def check(answer: requests.Response, host: str) -> None:
    """Silence for a success in JSON; anything else is raised."""
    said = error_body(answer.content)
    if answer.ok:
        is_bare = answer.request is not None and answer.request.method == "HEAD"
        if not is_bare and answer.content[:1] not in (b"{", b"["):
            raise NotJson(_page(answer, host))
        return
    raise _meaning(answer, said, host)


def _meaning(answer: requests.Response, said: ErrorBody | None, host: str) -> RegularsError:
    status = answer.status_code
    if status == 429 or (status == 503 and "Retry-After" in answer.headers):
        return RateLimited(f"{host} asks us to wait.", _seconds(answer.headers.get("Retry-After", "")))
    if said is None and status in (401, 403):
        return PlatformDown(_in_front(answer, host))
    if said is None:
        return NotJson(_page(answer, host))
    words = f"{host} says: {said.message or said.code} ({said.code})"
    if status in (401, 403):
        return _turned_away(status, said, words, host)
    if status == 404:
        return NoRoute(words) if said.code == "rest_no_route" else NotFound(words)
    return PlatformDown(words) if status >= 500 else Refused(words)


def _turned_away(status: int, said: ErrorBody, words: str, host: str) -> RegularsError:
    """401 is also what a key gets that may only read or only write: that key is not lost."""
    known = {"host": host, "words": words}
    is_woocommerce = said.code.startswith("woocommerce_rest_cannot")
    if status == 403:
        may_not = _("The key's user may not do this. %(words)s", words=words)
        return MayNot(may_not) if is_woocommerce else PlatformDown(words)
    if "does not have" in said.message:
        return Refused(
            _(
                "The key's permissions are not enough: make a key that may read and write, and connect the shop again "
                "with that. %(words)s",
                words=words,
            )
        )
    if is_woocommerce:
        dropped = _("%(host)s does not accept our key, or its web server drops it on the way. %(words)s", **known)
        return NotSeen(dropped)
    wrong = _("%(host)s does not accept this consumer key with this secret. %(words)s", **known)
    return BadSignature(wrong) if "signature" in said.message.lower() else AuthLost(wrong)


def _in_front(answer: requests.Response, host: str) -> str:
    if is_firewall(answer):
        return str(firewall(host, answer.status_code))
    return _(
        "Something in front of %(host)s turns us away (%(status)s): a firewall, or a password.",
        host=host,
        status=answer.status_code,
    )


def _page(answer: requests.Response, host: str) -> str:
    """Whose page came in place of JSON. All of it passes, so all of it is waited for."""
    if is_firewall(answer):
        return str(firewall(host, answer.status_code))
    if answer.status_code == 503:
        return _("%(host)s is being maintained, or has too much to do (503).", host=host)
    if answer.ok:
        return f"{host} answers with a web page where its REST API should answer."
    return f"{host} answers {answer.status_code} and not in JSON."


def _seconds(text: str) -> float:
    """Retry-After: seconds, or a date; at most an hour."""
    if text.isdigit():
        return min(float(text), 3600.0)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 30.0
    return min(max((at.astimezone(UTC) - real_now()).total_seconds(), 1.0), 3600.0)
