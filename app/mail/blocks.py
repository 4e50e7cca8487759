"""Blocks (what a merchant edits) to MJML and to a text template; both are Liquid, rendered for each recipient.

A block is {"kind": …} with its fields; text fields may hold Liquid such as {{ customer.first_name }}. Kinds: heading,
text, items (the basket), button (to the basket), divider.
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from app.errors import BadInput

Block = dict[str, Any]
_LIQUID = re.compile(r"(\{%.*?%\}|\{\{.*?\}\})", re.DOTALL)

_HEAD = (
    "<mjml{lang}><mj-head><mj-title>{{{{ subject | escape }}}}</mj-title>"
    '<mj-attributes><mj-all font-family="-apple-system, Segoe UI, Helvetica, Arial, sans-serif" />'
    '<mj-text font-size="16px" line-height="1.5" color="#1f2328" /></mj-attributes>'
    '<mj-raw><meta name="color-scheme" content="light dark" /></mj-raw></mj-head>'
    '<mj-body background-color="#f4f5f7"><mj-section background-color="#ffffff" border-radius="8px"><mj-column>'
)
_ITEMS = (
    '<mj-table font-size="15px" line-height="1.4"><mj-raw>{% for item in items %}</mj-raw>'
    '<tr><td style="padding:8px 0">{{ item.quantity }} &times; {{ item.title | escape }}</td>'
    '<td style="padding:8px 0;text-align:right;white-space:nowrap">{{ item.total }}</td></tr>'
    "<mj-raw>{% endfor %}</mj-raw>"
    '<tr><td style="padding:12px 0;border-top:1px solid #d9dce1"><strong>{{ words.total }}</strong></td>'
    '<td style="padding:12px 0;border-top:1px solid #d9dce1;text-align:right"><strong>{{ total }}</strong></td></tr>'
    "</mj-table>"
)
_BUTTON = '<mj-button href="{{ recovery_url }}" background-color="#1f5f3f" font-size="16px">'
_FOOT = (
    '<mj-divider border-width="1px" border-color="#d9dce1" /><mj-text font-size="13px" color="#57606a">'
    "{{ words.why }}<br />{{ sender.name | escape }}{% if sender.postal_address != blank %}, "
    "{{ sender.postal_address | escape }}{% endif %}<br />"
    '<a href="{{ unsubscribe_url }}" style="color:#57606a">{{ words.unsubscribe }}</a></mj-text>'
    "</mj-column></mj-section></mj-body></mjml>"
)
_FOOT_TEXT = (
    "--\n{{ words.why }}\n"
    "{{ sender.name }}{% if sender.postal_address != blank %}, {{ sender.postal_address }}{% endif %}\n"
    "{{ words.unsubscribe }}: {{ unsubscribe_url }}\n"
)


def to_mjml(blocks: Sequence[Block]) -> str:
    """The MJML of a mail, Liquid in it; control tags stand in mj-raw only, as our own generator writes them."""
    return _HEAD.format(lang="") + "".join(_mjml(block) for block in blocks) + _FOOT


def to_text(blocks: Sequence[Block]) -> str:
    """The Liquid template of the text part, from the same blocks."""
    return "\n".join(filter(None, (_text(block) for block in blocks))) + "\n" + _FOOT_TEXT


def check(blocks: Sequence[Block]) -> None:
    """Raises BadInput naming the block that is not one, counted from 1."""
    for place, block in enumerate(blocks, 1):
        if block.get("kind") not in _KINDS:
            raise BadInput(f"{block.get('kind')!r} is none of {', '.join(_KINDS)}", f"block {place}")
        if "text" in _KINDS[block["kind"]] and not str(block.get("text", "")).strip():
            raise BadInput("has no text", f"block {place}")


_KINDS: dict[str, tuple[str, ...]] = {
    "heading": ("text",), "text": ("text",), "items": (), "button": ("text",), "divider": (),
}  # fmt: skip


def _mjml(block: Block) -> str:
    said = _escaped(str(block.get("text", "")))
    match block["kind"]:
        case "heading":
            return f'<mj-text font-size="24px"><h1 style="margin:0;font-size:24px">{said}</h1></mj-text>'
        case "text":
            return f"<mj-text>{said}</mj-text>"
        case "items":
            return _ITEMS
        case "button":
            return _BUTTON + said + "</mj-button>"
        case _:
            return '<mj-divider border-width="1px" border-color="#d9dce1" />'


def _escaped(text: str) -> str:
    """As HTML, what is Liquid left as it is."""
    pieces = _LIQUID.split(text)
    return "".join(
        piece if place % 2 else escape(piece, quote=False).replace("\n", "<br />") for place, piece in enumerate(pieces)
    )


def _text(block: Block) -> str:
    said = str(block.get("text", ""))
    match block["kind"]:
        case "items":
            lines = "{% for item in items %}{{ item.quantity }} x {{ item.title }}  {{ item.total }}\n{% endfor %}"
            return lines + "{{ words.total }}: {{ total }}\n"
        case "button":
            return said + ": {{ recovery_url }}\n"
        case "divider":
            return ""
        case _:
            return said + "\n"
