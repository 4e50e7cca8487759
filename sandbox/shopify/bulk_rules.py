"""What a bulk query must look like; refusals in the recorded words."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
)

from sandbox.shopify.mutations import UserError

LARGEST = 65_535
CONNECTIONS = 5
DEPTH = 2
NOT_NODES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g: "
    "'{first} {{ edges {{ node {{'. Selecting via 'nodes' is not supported. Invalid connection fields: {names}."
)
NO_ID = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias and must be of 'ID' "
    "return type. Connection fields without 'id': {names}."
)
IN_LIST = "Queries that contain a connection field within a list field are not currently supported."


def refusal(message: str) -> UserError:
    return UserError(["query"], message, "INVALID")


@lru_cache(maxsize=50)
def check(schema: GraphQLSchema, text: str) -> DocumentNode | list[UserError]:
    """The parsed document, or why it cannot be run."""
    if (size := len(text.encode())) > LARGEST:
        return [refusal(f"Query is too large ({size} bytes; maximum is {LARGEST} bytes)")]
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        ended = "<EOF>" in error.message or not text.strip()
        found = "syntax error, unexpected end of file" if ended else error.message
        return [refusal(f"Invalid bulk query: {found}")]
    operation = operation_of(document)
    if operation.operation is not OperationType.QUERY:
        return [refusal("Invalid operation type. Only `query` operations are supported.")]
    if errors := validate(schema, document):
        return [refusal(f"Invalid bulk query: {error.message}") for error in errors]
    return _shape(schema, operation) or document


def operation_of(document: DocumentNode) -> OperationDefinitionNode:
    return next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))


@dataclass(slots=True)
class _Seen:
    connections: int = 0
    deepest: int = 0
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    in_list: bool = False


def _shape(schema: GraphQLSchema, operation: OperationDefinitionNode) -> list[UserError]:
    seen = _Seen()
    roots = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
    _walk(schema, schema.query_type, operation.selection_set, seen, -1, False)
    names = [node.name.value for node in roots if node.name.value in ("node", "nodes")]
    messages = [f"Bulk queries cannot contain a top level `{name}` field." for name in names]
    if len(roots) > 1:
        messages.append("You must specify a single top level query.")
    if not seen.connections:
        messages.append("Bulk queries must contain at least one connection.")
    if seen.connections > CONNECTIONS:
        messages.append(f"Bulk queries cannot contain more than {CONNECTIONS} connections.")
    if seen.deepest > DEPTH:
        messages.append(f"Bulk queries cannot contain connections with a nesting depth greater than {DEPTH}.")
    if seen.by_nodes:
        messages.append(NOT_NODES.format(first=seen.by_nodes[0], names=_names(seen.by_nodes)))
    if seen.without_id:
        messages.append(NO_ID.format(names=", ".join(seen.without_id)))
    if seen.in_list:
        messages.append(IN_LIST)
    return [refusal(message) for message in messages]


def _walk(
    schema: GraphQLSchema, kind: Any, selections: SelectionSetNode, seen: _Seen, depth: int, in_list: bool
) -> None:
    """Looks at every connection below."""
    for node in selections.selections:
        if isinstance(node, InlineFragmentNode):
            inner = schema.type_map[node.type_condition.name.value] if node.type_condition else kind
            _walk(schema, inner, node.selection_set, seen, depth, in_list)
        elif isinstance(node, FieldNode) and node.selection_set:
            definition = kind.fields[node.name.value]
            below = get_named_type(definition.type)
            if below.name.endswith("Connection"):
                _connection(schema, below, node, seen, depth + 1, in_list)
            else:
                listed = in_list or is_list_type(get_nullable_type(definition.type))
                _walk(schema, below, node.selection_set, seen, depth, listed)


def _connection(schema: GraphQLSchema, kind: Any, node: FieldNode, seen: _Seen, depth: int, in_list: bool) -> None:
    seen.connections += 1
    seen.deepest = max(seen.deepest, depth)
    seen.in_list |= in_list
    name = node.name.value
    selected = {each.name.value: each for each in _fields(node)}
    if "nodes" in selected:
        seen.by_nodes.append(name)
    for edges in (each for each in _fields(node) if each.name.value == "edges"):
        for inner in (each for each in _fields(edges) if each.name.value == "node" and each.selection_set):
            below = get_named_type(kind.fields["edges"].type).fields["node"].type
            before = seen.connections
            if inner.selection_set:
                _walk(schema, get_named_type(below), inner.selection_set, seen, depth, False)
            has_id = any(each.name.value == "id" and each.alias is None for each in _fields(inner))
            if seen.connections > before and not has_id:
                seen.without_id.append(name)


def _fields(node: FieldNode) -> list[FieldNode]:
    selections = node.selection_set.selections if node.selection_set else ()
    return [each for each in selections if isinstance(each, FieldNode)]


def _names(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
