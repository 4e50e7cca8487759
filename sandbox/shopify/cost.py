"""What a query costs, by the rule fitted to recorded answers, and the bucket that pays for it."""

import math
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    value_from_ast_untyped,
)

from sandbox.shopify.compiler import Call

HIGHEST = 1000
MUTATION = COUNT = 10
FREE = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})


def multiple(size: int) -> int:
    """How often a connection of this size counts the cost of one node."""
    return max(1, math.floor(2 * math.log(size))) if size else 0


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of each top-level field, and that of one node of the connections among them."""

    fields: dict[str, int]
    nodes: dict[str, int]
    is_mutation: bool

    @property
    def requested(self) -> int:
        return sum(self.fields.values())

    def actual(self, data: Mapping[str, Any] | None) -> int:
        """What was really found at the top level is charged; what lies below counts as asked for."""
        return sum(self._found(key, (data or {}).get(key)) for key in self.fields)

    def _found(self, key: str, value: Any) -> int:
        if self.is_mutation:
            objects = [part for part in (value or {}).values() if isinstance(part, dict)]
            return self.fields[key] if objects else MUTATION
        if key in self.nodes:
            return 2 + multiple(_size(value)) * self.nodes[key]
        return self.fields[key] if value is not None else min(self.fields[key], 1)


def _size(value: Any) -> int:
    return len(value.get("nodes") or value.get("edges") or ()) if isinstance(value, dict) else 0


def costs(schema: GraphQLSchema, operation: OperationDefinitionNode, call: Call) -> Costs:
    return _Counter(schema, call).operation(operation)


@dataclass(frozen=True, slots=True)
class _Counter:
    schema: GraphQLSchema
    call: Call

    def operation(self, operation: OperationDefinitionNode) -> Costs:
        is_mutation = operation.operation is OperationType.MUTATION
        kind = self.schema.mutation_type if is_mutation else self.schema.query_type
        found = Costs({}, {}, is_mutation)
        for parent, node in self._fields(kind, operation.selection_set):
            key = (node.alias or node.name).value
            found.fields[key] = self._mutation(parent, node) if is_mutation else self._field(parent, node)
            if (below := self._below(parent, node)).name.endswith("Connection"):
                found.nodes[key] = self._node(below, node)
        return found

    def _fields(self, kind: Any, selections: SelectionSetNode | None) -> list[tuple[Any, FieldNode]]:
        found: list[tuple[Any, FieldNode]] = []
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                if not node.name.value.startswith("__"):
                    found.append((kind, node))
            elif isinstance(node, InlineFragmentNode):
                inner = self.schema.type_map[node.type_condition.name.value] if node.type_condition else kind
                found += self._fields(inner, node.selection_set)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.call.fragments[node.name.value]
                found += self._fields(self.schema.type_map[fragment.type_condition.name.value], fragment.selection_set)
        return found

    def _below(self, kind: GraphQLObjectType, node: FieldNode) -> Any:
        return get_named_type(kind.fields[node.name.value].type)

    def _selected(self, kind: Any, node: FieldNode) -> int:
        return sum(self._field(parent, each) for parent, each in self._fields(kind, node.selection_set))

    def _field(self, kind: GraphQLObjectType, node: FieldNode) -> int:
        below = self._below(kind, node)
        if node.selection_set is None or below.name in FREE:
            return 0
        if below.name == "Count":
            return COUNT
        if below.name.endswith("Connection"):
            return 2 + multiple(self._asked(node)) * self._node(below, node)
        return 1 + self._selected(below, node)

    def _node(self, connection: Any, node: FieldNode) -> int:
        """One node of a connection, chosen by `nodes` or by `edges { node }`."""
        total = 0
        for parent, each in self._fields(connection, node.selection_set):
            below = self._below(parent, each)
            if each.name.value == "nodes":
                total += 1 + self._selected(below, each)
            elif each.name.value == "edges":
                total += sum(self._field(inner, part) for inner, part in self._fields(below, each.selection_set))
        return total

    def _mutation(self, kind: GraphQLObjectType, node: FieldNode) -> int:
        """Ten, and what lies below the objects that come back; those themselves are free."""
        payload = self._below(kind, node)
        parts = self._fields(payload, node.selection_set)
        return MUTATION + sum(self._selected(self._below(parent, part), part) for parent, part in parts)

    def _asked(self, node: FieldNode) -> int:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        size = self._value(given.get("first")) or self._value(given.get("last"))
        return size if isinstance(size, int) else 0

    def _value(self, node: ValueNode | None) -> Any:
        return None if node is None else value_from_ast_untyped(node, self.call.variables.coerced)


@dataclass(slots=True)
class Bucket:
    """Points of one app in the shop: taken when asked, given back when less was used, restored by the second (of real
    time). Keeps a record: how many asked, how many came too early, the lowest that it stood."""

    maximum: int
    restore_rate: int
    available: float = field(init=False)
    lowest: float = field(init=False)
    asked: int = 0
    too_early: int = 0
    at: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.available = self.lowest = self.maximum

    def take(self, points: int) -> bool:
        with self.lock:
            self._restore()
            self.asked += 1
            if points > self.available:
                self.too_early += 1
                return False
            self.available -= points
            self.lowest = min(self.lowest, self.available)
            return True

    def give_back(self, points: int) -> None:
        with self.lock:
            self.available = min(self.maximum, self.available + points)

    def status(self) -> dict[str, Any]:
        with self.lock:
            self._restore()
            return {
                "maximumAvailable": self.maximum,
                "currentlyAvailable": int(self.available),
                "restoreRate": self.restore_rate,
            }

    def record(self) -> dict[str, Any]:
        return {"asked": self.asked, "tooEarly": self.too_early, "lowest": int(self.lowest), **self.status()}

    def _restore(self) -> None:
        now = time.monotonic()
        self.available = min(self.maximum, self.available + (now - self.at) * self.restore_rate)
        self.at = now
