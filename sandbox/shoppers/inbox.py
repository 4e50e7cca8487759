"""How a shopper finds the way back in the mail: the newest mail with a link that does not unsubscribe."""

from typing import Any

import requests

from sandbox.shoppers.visitor import TIMEOUT


def ways_back(mailbox: str, email: str) -> list[str]:
    """The links of the newest mail that lead anywhere but out, in reading order; empty when there is no such mail."""
    answer = requests.get(f"{mailbox.rstrip('/')}/api/messages", params={"to": email}, timeout=TIMEOUT)
    answer.raise_for_status()
    mails: list[dict[str, Any]] = answer.json()
    found = ([link for link in mail["links"] if not _leads_out(link, mail)] for mail in reversed(mails))
    return next(filter(None, found), [])


def _leads_out(link: str, mail: dict[str, Any]) -> bool:
    headers = {name.lower(): value for name, value in mail["headers"]}
    return "unsubscribe" in link.lower() or f"<{link}>" in headers.get("list-unsubscribe", "")
