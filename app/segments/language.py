"""The language of segments: text to tree and back. `orders_count >= 3 AND net_spent > 1000`.

any       = all { OR all }          all = one { AND one }
one       = NOT one | ( any ) | condition operator value
operator  = >= <= != = > <          value = number | word | "text"
"""

import re
from dataclasses import dataclass

from app.errors import BadInput

_TOKEN = re.compile(
    r"""\s*(?:(?P<operator>>=|<=|!=|=|>|<)|(?P<bracket>[()])|(?P<text>"(?:[^"\\]|\\.)*")"""
    r"""|(?P<word>[\w.:@+/%-]+)|(?P<odd>\S))"""
)
_BARE = re.compile(r"[\w.:@+/%-]+")
_KEYWORDS = ("AND", "OR", "NOT")
_DEEPEST = 20  # brackets within brackets; a person needs three
_MOST = 200  # comparisons; a database refuses a thousand


@dataclass(frozen=True)
class Condition:
    """One comparison. position: where it begins in the text, counted from 1."""

    name: str
    operator: str
    value: str
    position: int = 0


@dataclass(frozen=True)
class All:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Any:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    part: "Node"


Node = Condition | All | Any | Not


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words


def parse(text: str) -> Node:
    """The tree of a text. Raises BadInput naming the position, counted from 1, and what was expected there."""
    reader = _Reader(_tokens(text))
    node = reader.any(0)
    if reader.here.kind != "end":
        raise reader.expected("AND or OR")
    found = conditions(node)
    if len(found) > _MOST:
        raise BadInput(f"more than {_MOST} conditions", f"position {found[_MOST].position}")
    return node


def write(node: Node) -> str:
    """The text of a tree, in one standard form: `parse(write(tree))` is the tree."""
    match node:
        case Condition():
            return f"{node.name} {node.operator} {_value(node.value)}"
        case Not(part):
            return f"NOT {_bracketed(part, Condition, Not)}"
        case All(parts):
            return " AND ".join(_bracketed(part, Condition, Not) for part in parts)
        case Any(parts):
            return " OR ".join(_bracketed(part, Condition, Not, All) for part in parts)


def conditions(node: Node) -> list[Condition]:
    """Every comparison of a tree, in the order of the text."""
    match node:
        case Condition():
            return [node]
        case Not(part):
            return conditions(part)
        case All(parts) | Any(parts):
            return [found for part in parts for found in conditions(part)]


def _bracketed(node: Node, *bare: type) -> str:
    return write(node) if isinstance(node, bare) else f"({write(node)})"


def _value(value: str) -> str:
    if _BARE.fullmatch(value) and value.upper() not in _KEYWORDS:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "odd"
        token = _Token(kind, match[kind], match.start(kind) + 1)
        if kind == "odd":
            what = "a text that does not end" if token.text == '"' else repr(token.text)
            raise BadInput(f"{what} has no meaning here", f"position {token.position}")
        found.append(token)
    return [*found, _Token("end", "the end", len(text.rstrip()) + 1)]


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def here(self) -> _Token:
        return self._tokens[self._at]

    def expected(self, what: str) -> BadInput:
        found = self.here.text if self.here.kind == "end" else repr(self.here.text)
        return BadInput(f"expected {what}, found {found}", f"position {self.here.position}")

    def any(self, depth: int) -> Node:
        parts = [self._all(depth)]
        while self.here.is_word("OR"):
            self._at += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def _all(self, depth: int) -> Node:
        parts = [self._one(depth)]
        while self.here.is_word("AND"):
            self._at += 1
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise BadInput(f"more than {_DEEPEST} brackets within brackets", f"position {self.here.position}")
        if self.here.is_word("NOT"):
            self._at += 1
            return Not(self._one(depth + 1))
        if self.here.text == "(" and self.here.kind == "bracket":
            return self._group(depth)
        return self._condition()

    def _group(self, depth: int) -> Node:
        self._at += 1
        node = self.any(depth + 1)
        if self.here.kind != "bracket" or self.here.text != ")":
            raise self.expected("a closing bracket")
        self._at += 1
        return node

    def _condition(self) -> Condition:
        name = self._take("a condition such as orders_count", "word")
        operator = self._take("an operator: = != > >= < <=", "operator")
        value = self._take("a value", "word", "text")
        plain = re.sub(r"\\(.)", r"\1", value.text[1:-1]) if value.kind == "text" else value.text
        return Condition(name.text.lower(), operator.text, plain, name.position)

    def _take(self, what: str, *kinds: str) -> _Token:
        token = self.here
        if token.kind not in kinds or token.is_word(*_KEYWORDS):
            raise self.expected(what)
        self._at += 1
        return token
