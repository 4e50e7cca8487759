"""The schema subset: true to the platform's own, and every field of it can be read."""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_client_schema,
    execute_sync,
    parse,
    validate,
)

from sandbox.shopify.schema import schema
from tests.sandbox.shopify.conftest import DOCUMENTS, Asker, document

OFFICIAL = Path(__file__).parents[2] / "node_modules/@shopify/dev-mcp/dist/data/admin_2026-10.json.gz"
# the platform has a default here that introspection does not show
HAS_DEFAULT = {("Mutation", "bulkOperationRunQuery", "groupObjects")}


@cache
def official() -> GraphQLSchema:
    if not OFFICIAL.exists():
        pytest.skip("Shopify's schema is not there: npm ci --ignore-scripts in tests/")
    return build_client_schema(json.loads(gzip.decompress(OFFICIAL.read_bytes()))["data"], assume_valid=True)


def own_types() -> list[Any]:
    return [kind for name, kind in schema().type_map.items() if not name.startswith("__")]


def test_every_type_is_one_of_the_platforms_and_of_the_same_kind() -> None:
    for kind in own_types():
        assert type(official().type_map[kind.name]) is type(kind), kind.name


def test_every_field_and_argument_has_the_platforms_type() -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            theirs = official().type_map[kind.name]
            assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
            for name, field in kind.fields.items():
                assert str(field.type) == str(theirs.fields[name].type), f"{kind.name}.{name}"
                for argument, given in field.args.items():
                    wanted = str(theirs.fields[name].args[argument].type)
                    if (kind.name, name, argument) in HAS_DEFAULT:
                        wanted = wanted.rstrip("!")
                    assert str(given.type) == wanted, f"{kind.name}.{name}({argument})"


def test_no_argument_that_the_platform_demands_is_left_out() -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType):
            theirs = official().type_map[kind.name]
            assert isinstance(theirs, GraphQLObjectType)
            for name, field in kind.fields.items():
                demanded = {each for each, given in theirs.fields[name].args.items() if str(given.type).endswith("!")}
                assert demanded <= field.args.keys(), f"{kind.name}.{name}"


def test_enums_have_all_of_the_platforms_values() -> None:
    for kind in own_types():
        if isinstance(kind, GraphQLEnumType):
            theirs = official().type_map[kind.name]
            assert isinstance(theirs, GraphQLEnumType)
            assert set(kind.values) == set(theirs.values), kind.name


def test_inputs_and_unions_are_parts_of_the_platforms() -> None:
    for kind in own_types():
        theirs = official().type_map[kind.name]
        if isinstance(kind, GraphQLInputObjectType):
            assert isinstance(theirs, GraphQLInputObjectType)
            assert {name: str(each.type) for name, each in kind.fields.items()}.items() <= {
                name: str(each.type) for name, each in theirs.fields.items()
            }.items()
        if isinstance(kind, GraphQLUnionType):
            assert isinstance(theirs, GraphQLUnionType)
            assert {each.name for each in kind.types} <= {each.name for each in theirs.types}


def test_every_field_of_every_type_can_be_read(generated: Asker) -> None:
    compiler = generated.face.executor.compiler
    for kind in own_types():
        if isinstance(kind, GraphQLObjectType):
            for name in kind.fields:
                assert compiler.spec(kind, name) is not None, f"{kind.name}.{name}"


@pytest.mark.parametrize("path", sorted(DOCUMENTS.glob("*.graphql")), ids=lambda path: path.stem)
def test_documents_are_valid(path: Path) -> None:
    assert validate(schema(), parse(path.read_text())) == []


@pytest.mark.parametrize("name", ["orders", "customers", "products", "abandoned_checkouts"])
def test_nothing_that_must_not_be_null_is_null(generated: Asker, name: str) -> None:
    data = generated.data(document(name), first=50)
    _no_nulls(data, document(name))


def _no_nulls(data: Any, text: str) -> None:
    """Checks the answer by graphql-core's own executor, over the plain data."""
    result = execute_sync(schema(), parse(text), root_value=data, variable_values={"first": 50}, type_resolver=_named)
    assert result.errors is None, result.errors


def _named(value: Any, *_: Any) -> str | None:
    """Where no name was asked for, the kinds of discount all do."""
    return value.get("__typename", "DiscountCodeApplication") if isinstance(value, dict) else None


def test_the_schema_answers_questions_about_itself(generated: Asker) -> None:
    assert generated.data("{ __schema { queryType { name } } }") == {"__schema": {"queryType": {"name": "QueryRoot"}}}


def test_shop_and_install_name_the_shop_and_the_scopes(generated: Asker) -> None:
    data = generated.data(document("shop_and_install"))
    assert data["shop"]["myshopifyDomain"] == "regulars-demo.myshopify.com"
    assert data["shop"]["enabledPresentmentCurrencies"][0] == data["shop"]["currencyCode"]
    assert {"handle": "read_all_orders"} in data["currentAppInstallation"]["accessScopes"]


def test_an_unknown_field_is_an_error_without_data(generated: Asker) -> None:
    answer = generated.ask("{ shop { favouriteColour } }")
    assert answer["errors"][0]["extensions"]["code"] == "undefinedField"
    assert "data" not in answer
