"""A bulk query made into rows: one for each object, children after their parents but mixed with their cousins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, GraphQLObjectType, SelectionSetNode, get_named_type
from graphql.execution.values import VariableValues

from sandbox.shopify.bulk_rules import operation_of
from sandbox.shopify.compiler import Call, Compiler, Read

Row = dict[str, Any]


@dataclass(slots=True)
class Child:
    """A connection below an object."""

    read: Callable[[Any], Sequence[Any]]
    level: Callable[[Any], "Level"]


@dataclass(slots=True)
class Level:
    """What is written of an object, and what lies below it."""

    fields: list[tuple[str, Read]]
    children: list[Child]


@dataclass(slots=True)
class Place:
    source: Any
    level: Level
    parent: str | None


def plan(compiler: Compiler, document: DocumentNode) -> Child:
    """The one connection at the top of the document."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    call = Call(VariableValues({}, {}), fragments)
    root = compiler.schema.query_type
    assert root is not None
    nodes = next(iter(compiler.chosen(root, [operation_of(document).selection_set], call).values()))
    return _child(compiler, root, nodes, call)


def spread(places: Sequence[Place]) -> Iterator[Row]:
    """The rows of these objects, then those of all their children, and so on."""
    groups: list[list[Place]] = []
    for place in places:
        row = {key: read(place.source) for key, read in place.level.fields}
        if place.parent is not None:
            row["__parentId"] = place.parent
        yield row
        for child in place.level.children:
            if below := child.read(place.source):
                groups.append([Place(each, child.level(each), row["id"]) for each in below])
    if groups:
        yield from spread(_mixed(groups))


def _mixed(groups: list[list[Place]]) -> list[Place]:
    """One of each in turn."""
    return [place for turn in zip_longest(*groups) for place in turn if place is not None]


def _child(compiler: Compiler, kind: GraphQLObjectType, nodes: list[FieldNode], call: Call) -> Child:
    definition = compiler.definition(kind, nodes[0])
    spec: Any = compiler.spec(kind, nodes[0].name.value)
    read = spec.every(compiler.arguments(definition, nodes[0], call), call)
    connection: Any = get_named_type(definition.type)
    edge: Any = get_named_type(connection.fields["edges"].type)
    edges = [each for found in _below(compiler, connection, nodes, call, "edges") for each in found]
    sets = [each.selection_set for found in _below(compiler, edge, edges, call, "node") for each in found]
    chosen = [each for each in sets if each is not None]
    return Child(read, _levels(compiler, get_named_type(edge.fields["node"].type), chosen, call))


def _below(
    compiler: Compiler, kind: GraphQLObjectType, nodes: list[FieldNode], call: Call, name: str
) -> list[list[FieldNode]]:
    sets = [node.selection_set for node in nodes if node.selection_set]
    chosen = compiler.chosen(kind, sets, call).values()
    return [found for found in chosen if found[0].name.value == name]


def _levels(compiler: Compiler, kind: Any, sets: list[SelectionSetNode], call: Call) -> Callable[[Any], Level]:
    if isinstance(kind, GraphQLObjectType):
        level = _level(compiler, kind, sets, call)
        return lambda _: level
    levels = {each.name: _level(compiler, each, sets, call) for each in compiler.schema.get_possible_types(kind)}
    type_of = compiler.type_of
    return lambda source: levels[type_of(source)]


def _level(compiler: Compiler, kind: GraphQLObjectType, sets: list[SelectionSetNode], call: Call) -> Level:
    level = Level([], [])
    for key, nodes in compiler.chosen(kind, sets, call).items():
        name = nodes[0].name.value
        below = None if name.startswith("__") else get_named_type(compiler.definition(kind, nodes[0]).type)
        if below is not None and below.name.endswith("Connection"):
            level.children.append(_child(compiler, kind, nodes, call))
        else:
            level.fields.append((key, compiler.field(kind, nodes, call)))
    return level
