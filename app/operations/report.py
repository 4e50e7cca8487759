"""The proof as one page of text. It ends with the hash of what stands above and a signature by this house's key."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.db.scope import ShopScope
from app.journal.queries import head
from app.lib.encryption import Keyring
from app.lib.i18n import _
from app.lib.money import Money
from app.proof import queries
from app.proof.models import Finding, ProvedDay
from app.proof.sides import Side, side, sum_of

_MONTHS_SHOWN, _FINDINGS_SHOWN, _DAYS_SHOWN = 4, 15, 15
_SEAL = re.compile(rb"\ASHA-256:? ([0-9a-f]{64})\r?\nHMAC:? ([0-9a-f]{64})\s*\Z")


class Verdict(NamedTuple):
    """is_whole: the hash is that of the text above it. is_ours: this house signed just that for this shop."""

    is_whole: bool
    is_ours: bool


def write(scope: ShopScope, keyring: Keyring, now: datetime) -> str:
    """The report as of now, in the language that is spoken."""
    text = "\n".join(_lines(scope, now)) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text}SHA-256 {digest}\nHMAC {_mac(scope, keyring, digest)}\n"


def check(scope: ShopScope, keyring: Keyring, given: bytes) -> Verdict:
    """Is this a report as it was written here? Line ends that a mail program changed are put right."""
    text = given.replace(b"\r\n", b"\n")
    *above, digest_line, mac_line = [b"", b"", *text.rstrip().split(b"\n")]
    seal = _SEAL.match(digest_line + b"\n" + mac_line)
    if seal is None:
        return Verdict(False, False)
    digest, mac = (each.decode() for each in seal.groups())
    body = b"".join(line + b"\n" for line in above[2:])
    is_whole = hmac.compare_digest(hashlib.sha256(body).hexdigest(), digest)
    return Verdict(is_whole, is_whole and hmac.compare_digest(_mac(scope, keyring, digest), mac))


def _mac(scope: ShopScope, keyring: Keyring, digest: str) -> str:
    return keyring.mac(f"report:{scope.shop_id}:{digest}".encode()).hex()
