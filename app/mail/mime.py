"""A message's bytes, put together by hand: the standard library's generator is seven times slower."""

import base64
from collections.abc import Mapping
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from app.errors import BadInput


def build(
    *, sender: tuple[str, str], to: str, subject: str, html: str, text: str, message_id: str, at: datetime,
    headers: Mapping[str, str],
) -> bytes:  # fmt: skip
    """multipart/alternative, both parts UTF-8 in base64. sender: (name, address). Lines end in CRLF."""
    boundary = f"=_{base64.b32encode(message_id.encode()).decode().rstrip('=').lower()[:40]}"
    head = {
        "From": formataddr((_checked(sender[0], "sender"), _checked(sender[1], "sender")), "utf-8"),
        "To": _checked(to, "to"),
        "Subject": Header(_checked(subject, "subject"), "utf-8", header_name="Subject").encode(linesep="\r\n"),
        "Date": format_datetime(at),
        "Message-ID": _checked(message_id, "message_id"),
        **{name: _checked(value, name) for name, value in headers.items()},
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    parts = [_part(boundary, "plain", text), _part(boundary, "html", html), f"--{boundary}--\r\n"]
    return ("".join(f"{name}: {value}\r\n" for name, value in head.items()) + "\r\n" + "".join(parts)).encode()


def _part(boundary: str, kind: str, body: str) -> str:
    encoded = base64.encodebytes(body.encode()).decode().replace("\n", "\r\n")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: base64'
    return f"--{boundary}\r\n{head}\r\n\r\n{encoded}"


def _checked(value: str, where: str) -> str:
    if "\n" in value or "\r" in value:
        raise BadInput("a header cannot hold a line break", where)
    return value
