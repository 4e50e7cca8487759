"""The GraphQL documents against Shopify's own schema of the pinned version."""

import gzip
import json
import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, parse, validate

from connectors.shopify import queries
from connectors.shopify.queries import document
from connectors.shopify.topics import BY_API, FIXED, enum_name, topic_name
from connectors.shopify.transport import VERSION

SCHEMA = Path(__file__).parents[2] / f"node_modules/@shopify/dev-mcp/dist/data/admin_{VERSION}.json.gz"
NAMES = sorted(path.stem for path in Path(queries.__path__[0]).glob("*.graphql"))
WHOLE = [name for name in NAMES if not document(name).lstrip().startswith("fragment")]
AUDITS = ["audit_orders", "audit_customers", "audit_products"]
BULK = [name for name in WHOLE if name.startswith("bulk_") and document(name).startswith("{")] + AUDITS


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    with gzip.open(SCHEMA) as file:
        return build_client_schema(json.load(file)["data"], assume_valid=True)


def errors(schema: GraphQLSchema, text: str) -> list[str]:
    return [error.message for error in validate(schema, parse(text))]


@pytest.mark.parametrize("name", WHOLE)
def test_a_document_is_valid(schema: GraphQLSchema, name: str) -> None:
    assert errors(schema, document(name)) == []


def test_a_document_with_a_field_that_is_not_there_is_found(schema: GraphQLSchema) -> None:
    planted = document("bulk_orders").replace("processedAt", "processedAtSome", 1)
    assert any("processedAtSome" in message for message in errors(schema, planted))


def test_every_fragment_is_used() -> None:
    used = {spread for name in NAMES for spread in re.findall(r"\.\.\.([A-Z]\w+)", _text(name))}
    fragments = {_text(name).split()[1] for name in NAMES if name not in WHOLE}
    assert used == fragments


@pytest.mark.parametrize("name", BULK)
def test_a_bulk_document_keeps_the_rules_of_bulk_operations(name: str) -> None:
    text = document(name)
    assert len(text.encode()) < 65_536
    assert len(re.findall(r"\bedges\b", text)) <= 5
    assert not re.search(r"\bnodes\b|\bpageInfo\b", text)
    assert re.findall(r"edges\s*{\s*node\s*{\s*(\w+)", text)[0] == "id"


@pytest.mark.parametrize("name", [name for name in BULK if name not in AUDITS])
def test_a_row_of_a_bulk_file_begins_with_what_tells_its_kind(name: str) -> None:
    for first in re.findall(r"edges\s*{\s*node\s*{\s*(\w+)", document(name)):
        assert first in {"id", "__typename"}


def test_every_topic_of_ours_can_be_subscribed(schema: GraphQLSchema) -> None:
    known = schema.type_map["WebhookSubscriptionTopic"].values  # type: ignore[attr-defined]
    topics = [*FIXED, *BY_API]
    assert [topic for topic in topics if enum_name(topic) not in known] == []
    assert all(topic_name(enum_name(topic)) == topic for topic in topics)


def _text(name: str) -> str:
    return (Path(queries.__path__[0]) / f"{name}.graphql").read_text()
