"""Makes a selection set into closures once, to be run over any number of objects.

graphql-core parses and checks the documents; its own executor decides everything again for each field of each object,
which for a page of orders with their lines takes seconds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLIncludeDirective,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values

from sandbox.faults import Faults

Read = Callable[[Any], Any]
Arguments = dict[str, Any]


@dataclass(slots=True)
class Call:
    """One request on its way: its variables, fragments, and what is to be said beside the data."""

    variables: VariableValues
    fragments: dict[str, FragmentDefinitionNode]
    search: list[dict[str, Any]] = field(default_factory=list)
    path: tuple[str | int, ...] = ()
    refused: list[tuple[str | int, ...]] = field(default_factory=list)  # fields that the app is not approved for


@dataclass(frozen=True, slots=True)
class WithArguments:
    """A field whose arguments are read once, before the first object is."""

    make: Callable[[Arguments, Call], Read]


class Connection(Protocol):
    """A field that is paged in a normal query and walked to its end in a bulk query."""

    def pages(self, args: Arguments, call: Call) -> Read: ...

    def every(self, args: Arguments, call: Call) -> Callable[[Any], Sequence[Any]]: ...


Field = Read | WithArguments | Connection
Fields = dict[str, dict[str, Field]]
Chosen = dict[str, list[FieldNode]]


class Compiler:
    """`fields` says how each field of each type is read; `type_of` names the type of an object behind an interface."""

    def __init__(
        self, schema: GraphQLSchema, fields: Fields, type_of: Callable[[Any], str], faults: Faults | None = None
    ) -> None:
        self.schema = schema
        self.fields = fields
        self.type_of = type_of
        self.faults = faults or Faults()

    def selection(self, kind: Any, sets: Sequence[SelectionSetNode], call: Call) -> Read:
        """What is selected of an object, interface or union."""
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, sets, call)
        walkers = {each.name: self._object(each, sets, call) for each in self.schema.get_possible_types(kind)}
        type_of = self.type_of
        return lambda source: walkers[type_of(source)](source)

    def chosen(self, kind: GraphQLObjectType, sets: Iterable[SelectionSetNode], call: Call) -> Chosen:
        """Response key -> its field nodes, fragments resolved for this type."""
        found: Chosen = {}
        for selections in sets:
            self._choose(kind, selections, call, found)
        return found

    def definition(self, kind: GraphQLObjectType, node: FieldNode) -> GraphQLField:
        found: GraphQLField = kind.fields[node.name.value]
        return found

    def arguments(self, definition: GraphQLField, node: FieldNode, call: Call) -> Arguments:
        return get_argument_values(definition, node, call.variables)

    def field(self, kind: GraphQLObjectType, nodes: list[FieldNode], call: Call) -> Read:
        """One field with what is selected below it."""
        node = nodes[0]
        if node.name.value == "__typename":
            return lambda _: kind.name
        if f"{kind.name}.{node.name.value}" in self.faults.fields:
            call.refused.append(call.path)
            return _nothing
        definition = self.definition(kind, node)
        read = self._reader(kind, definition, node, call)
        below = get_named_type(definition.type)
        if is_leaf_type(below):
            return read
        inner = self.selection(below, [each.selection_set for each in nodes if each.selection_set], call)
        return _each(read, inner) if is_list_type(get_nullable_type(definition.type)) else _one(read, inner)

    def spec(self, kind: GraphQLObjectType, name: str) -> Field:
        """How a field is read; connections, edges and page information are the same for every type."""
        if kind.name in self.fields:
            own = self.fields[kind.name]
            return own[name] if own else _nothing  # a type registered without fields has no objects
        suffix = next((end for end in ("Connection", "Edge") if kind.name.endswith(end)), kind.name)
        return self.fields[suffix][name]

    def _object(self, kind: GraphQLObjectType, sets: Sequence[SelectionSetNode], call: Call) -> Read:
        plan = [
            (key, self.field(kind, nodes, _deeper(call, key))) for key, nodes in self.chosen(kind, sets, call).items()
        ]
        return lambda source: {key: read(source) for key, read in plan}

    def _reader(self, kind: GraphQLObjectType, definition: GraphQLField, node: FieldNode, call: Call) -> Read:
        spec = self.spec(kind, node.name.value)
        if isinstance(spec, WithArguments):
            return spec.make(self.arguments(definition, node, call), call)
        if callable(spec):
            return spec
        return spec.pages(self.arguments(definition, node, call), call)

    def _choose(self, kind: GraphQLObjectType, selections: SelectionSetNode, call: Call, found: Chosen) -> None:
        for node in selections.selections:
            if not _included(node, call):
                continue
            if isinstance(node, FieldNode):
                found.setdefault((node.alias or node.name).value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, kind):
                    self._choose(kind, node.selection_set, call, found)
            elif isinstance(node, FragmentSpreadNode):
                fragment = call.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, kind):
                    self._choose(kind, fragment.selection_set, call, found)

    def _applies(self, condition: str, kind: GraphQLObjectType) -> bool:
        wanted = self.schema.type_map[condition]
        if isinstance(wanted, GraphQLInterfaceType | GraphQLUnionType):
            return self.schema.is_sub_type(wanted, kind)
        return wanted is kind


def _nothing(_: Any) -> None:
    return None


def _included(node: Any, call: Call) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, call.variables)
    include = get_directive_values(GraphQLIncludeDirective, node, call.variables)
    return not (skip and skip["if"]) and not (include and not include["if"])


def _deeper(call: Call, key: str) -> Call:
    return replace(call, path=(*call.path, key))


def _one(read: Read, inner: Read) -> Read:
    def walk(source: Any) -> Any:
        value = read(source)
        return None if value is None else inner(value)

    return walk


def _each(read: Read, inner: Read) -> Read:
    def walk(source: Any) -> Any:
        values = read(source)
        return None if values is None else [None if value is None else inner(value) for value in values]

    return walk
