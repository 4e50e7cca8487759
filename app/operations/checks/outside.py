"""What the house needs of the world: an address that shops reach, and a mail server."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import requests

from app.errors import RegularsError
from app.mail.smtp import Transport
from app.operations.checks.line import Check, House, Line

_TAKEN = (443, 80, 8080)  # WooCommerce sends to no other port
_TIMEOUT = 5.0


def address(house: House) -> Iterator[Line]:
    url = house.settings.public_url
    if url is None:
        yield Line("warn", "PUBLIC_URL", "is not set: shops are only pulled, and no marketing mail is sent")
        return
    parts = urlsplit(url)
    if parts.scheme != "https":
        yield Line(
            "warn", "PUBLIC_URL", f"{url} is not https: Shopify delivers nothing there, and anyone can read along"
        )
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if port not in _TAKEN:
        yield Line("warn", "PUBLIC_URL", f"WooCommerce sends webhooks to ports 443, 80 and 8080 only, not to {port}")
    yield _reached(url)


def mail(house: House) -> Iterator[Line]:
    url = house.settings.smtp_url
    if url is None:
        yield Line("warn", "SMTP_URL", "is not set: shops without a mail server of their own send nothing")
        return
    try:
        with Transport(url) as transport:
            transport.greet()
    except RegularsError as error:
        yield Line("fail", "SMTP_URL", str(error))
    except (OSError, ValueError) as error:
        yield Line("fail", "SMTP_URL", f"the mail server does not let us in: {type(error).__name__}")
    else:
        yield Line("ok", "SMTP_URL", "the mail server answers")


def _reached(url: str) -> Line:
    try:
        found = requests.get(f"{url}/healthz", timeout=_TIMEOUT)
    except requests.RequestException as error:
        return Line("warn", "PUBLIC_URL", f"{url} is not reached from here ({type(error).__name__})")
    if found.status_code != 200:
        return Line("fail", "PUBLIC_URL", f"{url}/healthz answers {found.status_code}: does it lead here?")
    return Line("ok", "PUBLIC_URL", f"{url} leads here")


CHECKS: tuple[Check, ...] = (address, mail)
