"""How a shopper finds the way back in the mail: links that do not unsubscribe, the newest mail's first."""

from typing import Any

import requests

from sandbox.shoppers.visitor import TIMEOUT


def ways_back(mailbox: str, email: str) -> list[str]:
    """The links of all mails to an address that lead anywhere but out, the newest mail's first: a person who shops in
    two shops finds both shops' mails in one box."""
    answer = requests.get(f"{mailbox.rstrip('/')}/api/messages", params={"to": email}, timeout=TIMEOUT)
    answer.raise_for_status()
    mails: list[dict[str, Any]] = answer.json()
    return [link for mail in reversed(mails) for link in mail["links"] if not _leads_out(link, mail)]


def _leads_out(link: str, mail: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in mail["headers"]}
    return "unsubscribe" in link.lower() or f"<{link}>" in headers.get("list-unsubscribe", "")
