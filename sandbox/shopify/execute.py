"""Answers a GraphQL request: parse, check, price, walk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    is_non_null_type,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from sandbox.shopify.compiler import Call, Compiler, Read
from sandbox.shopify.cost import HIGHEST, Bucket, Costs, costs
from sandbox.shopify.values import ApiError

Answer = dict[str, Any]
KEPT_DOCUMENTS = 200


class Unanswerable(Exception):
    """A document that is not walked at all; carries the errors."""

    def __init__(self, *errors: Answer) -> None:
        super().__init__(errors)
        self.errors = list(errors)


@dataclass(slots=True)
class Executor:
    compiler: Compiler

    def answer(self, request: Answer, bucket: Bucket) -> Answer:
        """The body of the answer; every error of the document itself is in it too, under status 200."""
        try:
            document = self._document(request.get("query"))
            operation = _operation(document, request.get("operationName"))
            if _is_introspection(operation):
                return self._introspect(document, request)
            call = self._call(document, operation, request.get("variables") or {})
        except Unanswerable as error:
            return {"errors": error.errors}
        return self._paid(operation, call, bucket)

    def _document(self, text: Any) -> DocumentNode:
        if not isinstance(text, str) or not text.strip():
            raise Unanswerable({"message": "query missing", "extensions": {"code": "BAD_REQUEST"}})
        return _checked(self.compiler.schema, text)

    def _call(self, document: DocumentNode, operation: OperationDefinitionNode, given: Answer) -> Call:
        found = get_variable_values(self.compiler.schema, operation.variable_definitions or (), given)
        if isinstance(found, list):
            raise Unanswerable(*[_plain(error, "INVALID_VARIABLE") for error in found])
        return Call(found, _fragments(document))

    def _paid(self, operation: OperationDefinitionNode, call: Call, bucket: Bucket) -> Answer:
        """Reserves what is asked, gives back what was not used."""
        price = costs(self.compiler.schema, operation, call)
        if price.requested > HIGHEST:
            return _too_dear(price)
        if self.compiler.faults.strikes("throttled") or not bucket.take(price.requested):
            return _throttled(price, bucket)
        body = self._walk(operation, call)
        actual = min(price.requested, price.actual(body["data"]))
        bucket.give_back(price.requested - actual)
        body["extensions"] = {"cost": _cost(price.requested, actual, bucket)}
        if call.search:
            body["extensions"]["search"] = call.search
        return body

    def _walk(self, operation: OperationDefinitionNode, call: Call) -> Answer:
        """Field by field at the top. A field that fails is null; where it must not be, so is all the data."""
        is_mutation = operation.operation is OperationType.MUTATION
        schema = self.compiler.schema
        root = schema.mutation_type if is_mutation else schema.query_type
        assert root is not None
        data: Answer | None = {}
        errors: list[Answer] = []
        for key, nodes in self.compiler.chosen(root, [operation.selection_set], call).items():
            try:
                value = self._read(root, key, nodes, call)(None)
            except ApiError as error:
                value = None
                errors.append(_located(error, nodes[0]))
                if is_non_null_type(self.compiler.definition(root, nodes[0]).type):
                    data = None
            if data is not None:
                data[key] = value
        errors += [_denied(place) for path in dict.fromkeys(call.refused) for place in _places(data, path)]
        return {"data": data, **({"errors": errors} if errors else {})}

    def _read(self, root: Any, key: str, nodes: list[FieldNode], call: Call) -> Read:
        return self.compiler.field(root, nodes, replace(call, path=(key,)))

    def _introspect(self, document: DocumentNode, request: Answer) -> Answer:
        """Questions about the schema itself are graphql-core's to answer."""
        result = execute_sync(self.compiler.schema, document, variable_values=request.get("variables"))
        assert isinstance(result, ExecutionResult)
        return dict(result.formatted)


@lru_cache(maxsize=KEPT_DOCUMENTS)
def _checked(schema: GraphQLSchema, text: str) -> DocumentNode:
    try:
        document = parse(text)
    except GraphQLError as error:
        raise Unanswerable(_plain(error, "syntaxError")) from error
    if errors := validate(schema, document):
        raise Unanswerable(*[_plain(error, _code(error)) for error in errors])
    return document


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    named = [each for each in found if name is None or (each.name and each.name.value == name)]
    if len(named) != 1:
        message = "An operation name is required" if name is None else f'No operation named "{name}"'
        raise Unanswerable({"message": message, "extensions": {"code": "BAD_REQUEST"}})
    return named[0]


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def _is_introspection(operation: OperationDefinitionNode) -> bool:
    names = [each.name.value for each in operation.selection_set.selections if isinstance(each, FieldNode)]
    return bool(names) and all(name.startswith("__") for name in names)


def _cost(requested: int, actual: int | None, bucket: Bucket) -> Answer:
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}


def _throttled(price: Costs, bucket: Bucket) -> Answer:
    errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    return {"errors": errors, "extensions": {"cost": _cost(price.requested, None, bucket)}}


def _too_dear(price: Costs) -> Answer:
    message = (
        f"Query cost is {price.requested}, which exceeds the single query max cost limit {HIGHEST}. "
        "See https://shopify.dev/concepts/about-apis/rate-limits for more information on how the cost of a query "
        "is calculated."
    )
    error = {
        "message": message,
        "extensions": {"code": "MAX_COST_EXCEEDED", "cost": price.requested, "maxCost": HIGHEST},
    }
    return {"errors": [error]}


def _located(error: ApiError, node: FieldNode) -> Answer:
    place = node.loc.start_token if node.loc else None
    locations = [{"line": place.line, "column": place.column}] if place else []
    return {
        "message": error.message,
        "locations": locations,
        "extensions": {"code": error.code},
        "path": list(error.path),
    }


def _denied(place: tuple[str | int, ...]) -> Answer:
    message = (
        "This app is not approved to use this field. See https://shopify.dev/docs/apps/launch/protected-customer-data"
    )
    return {"message": message, "path": list(place), "extensions": {"code": "ACCESS_DENIED"}}


def _places(data: Any, path: tuple[str | int, ...], at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a path leads in the data, through each item of every list on the way."""
    if isinstance(data, list):
        for index, item in enumerate(data):
            yield from _places(item, path, (*at, index))
    elif not path:
        yield at
    elif isinstance(data, dict) and path[0] in data:
        yield from _places(data[path[0]], path[1:], (*at, path[0]))


def _plain(error: GraphQLError, code: str) -> Answer:
    locations = [{"line": each.line, "column": each.column} for each in error.locations or ()]
    return {"message": error.message, "locations": locations, "extensions": {"code": code}}


def _code(error: GraphQLError) -> str:
    """The platform's codes for the commonest mistakes."""
    if error.message.startswith("Cannot query field"):
        return "undefinedField"
    if "argument" in error.message and "required" in error.message:
        return "missingRequiredArguments"
    return "argumentLiteralsIncompatible" if "value" in error.message else "invalid"
