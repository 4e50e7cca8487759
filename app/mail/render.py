"""Blocks compiled once, rendered for each recipient: subject, HTML and text. Liquid on plain dicts, every limit on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mjml
from liquid import BoundTemplate, Environment
from liquid.builtin.expressions.primitive import RangeLiteral
from liquid.exceptions import LiquidError

from app.errors import BadInput
from app.mail.blocks import Block, check, to_mjml, to_text

_LONGEST_RANGE = 1000
_make_range = RangeLiteral._make_range


def _capped(self: RangeLiteral, start: Any, stop: Any) -> range:
    made: range = _make_range(self, start, stop)
    return made[:_LONGEST_RANGE]


# (1..300000000) | join runs past every limit that the library has, so ranges end early
RangeLiteral._make_range = _capped  # type: ignore[method-assign]


class _Limits(Environment):
    loop_iteration_limit = 10_000
    output_stream_limit = 500_000
    local_namespace_limit = 100_000
    context_depth_limit = 20
    block_nesting_limit = 20


_html = _Limits(autoescape=True)
_plain = _Limits(autoescape=False)


@dataclass(frozen=True)
class Compiled:
    subject: BoundTemplate
    html: BoundTemplate
    text: BoundTemplate


@dataclass(frozen=True)
class Rendered:
    subject: str
    html: str
    text: str


def compile_mail(subject: str, blocks: Sequence[Block]) -> Compiled:
    """The templates of a mail. Raises BadInput naming the block or the Liquid that cannot be read."""
    check(blocks)
    return _compile(subject, json.dumps(list(blocks), sort_keys=True))


def render(mail: Compiled, facts: Mapping[str, Any]) -> Rendered:
    """One recipient's mail. Raises BadInput where the Liquid goes past a limit or asks for what cannot be."""
    try:
        subject = " ".join(mail.subject.render(**facts).split())
        with_subject = {**facts, "subject": subject}
        return Rendered(subject, mail.html.render(**with_subject), mail.text.render(**with_subject))
    except LiquidError as error:
        raise BadInput(str(error), "mail") from error


@lru_cache(maxsize=256)
def _compile(subject: str, blocks_json: str) -> Compiled:
    blocks = json.loads(blocks_json)
    try:
        html = mjml.mjml2html(to_mjml(blocks))
        return Compiled(_plain.from_string(subject), _html.from_string(html), _plain.from_string(to_text(blocks)))
    except (LiquidError, OSError, ValueError) as error:
        raise BadInput(str(error), "mail") from error
