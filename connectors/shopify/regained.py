"""What Shopify gives by now that it refused before: a level of protected data is granted without a word to us.

Each field is asked for in the very record of which it was refused: of another it might be nothing in any case."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from connectors.base import Resource
from connectors.shopify.pages import KINDS, Kind
from connectors.shopify.transport import Transport
from connectors.shopify.withheld import Refused

_RESOURCES: Sequence[Resource] = ("products", "customers", "orders", "checkouts")


def of(transport: Transport, examples: Mapping[str, str]) -> Mapping[str, Resource]:
    """The fields, each with what has to be read again for it."""
    found: dict[str, Resource] = {}
    for resource in _RESOURCES:
        found |= dict.fromkeys(_given(transport, KINDS[resource], examples), resource)
    return found


def _given(transport: Transport, kind: Kind, examples: Mapping[str, str]) -> Iterator[str]:
    if kind.field in examples and _is_listed(transport, kind):
        yield kind.field
    paths = {field: field.removeprefix(f"{kind.gid}.") for field in examples if field.startswith(f"{kind.gid}.")}
    refused = dict(_refused(transport, kind, list(dict.fromkeys(examples[field] for field in paths))))
    for field, path in paths.items():
        if not any(_holds(known, path) for known in refused[examples[field]]):
            yield field


def _is_listed(transport: Transport, kind: Kind) -> bool:
    """May there be a list of them at all?"""
    answer = transport.ask(kind.document, {"first": 1, "after": None, "query": None})
    return bytes(answer.read(dict[str, msgspec.Raw])[kind.field]) != b"null"


def _refused(transport: Transport, kind: Kind, ids: list[str]) -> Iterator[tuple[str, Collection[str]]]:
    """What is refused of each now. Of one that is gone nothing is: whatever the field was, it is looked for again."""
    for start in range(0, len(ids), kind.at_once):
        some = ids[start : start + kind.at_once]
        answer = transport.ask(kind.by_id, {"ids": [f"gid://shopify/{kind.gid}/{one}" for one in some]})
        refused = Refused(answer.refused, ("nodes",))
        yield from ((one, refused.of(index)) for index, one in enumerate(some))


def _holds(refused: str, path: str) -> bool:
    """Refused is a field itself, or all of what it stands in."""
    return not refused or f"{path}.".startswith(f"{refused}.")
