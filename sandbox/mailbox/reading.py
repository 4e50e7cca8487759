"""A mail as a person (or a test) reads it: its parts, its headers and its links."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from sandbox.mailbox.store import Mail


class _Hrefs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attrs).get("href")):
            self.found.append(href)


def links_of(html: str | None, text: str | None) -> list[str]:
    """Every http(s) link of both parts, once each, in reading order."""
    hrefs = _Hrefs()
    hrefs.feed(html or "")
    in_text = [link.rstrip(".,;:)") for link in re.findall(r"https?://[^\s<>\"']+", text or "")]
    return list(dict.fromkeys(link for link in [*hrefs.found, *in_text] if link.startswith(("http://", "https://"))))


def read(mail: Mail) -> dict[str, Any]:
    message = message_from_bytes(mail.raw, policy=policy.default)
    html, text = _part(message, "html"), _part(message, "plain")
    return {
        "id": mail.id,
        "at": mail.at.isoformat(),
        "to": list(mail.to),
        "from": str(message.get("From", mail.sender)),
        "envelope_from": mail.sender,
        "subject": str(message.get("Subject", "")),
        "text": text,
        "html": html,
        "links": links_of(html, text),
        "headers": [[name, str(value)] for name, value in message.items()],
    }


def _part(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body(preferencelist=(kind,))
    return None if part is None else str(part.get_content())
