"""Webhook subscriptions: what the app asked to be told, and the platform's refusals."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from sandbox.shopify.compiler import Arguments, Call, Field, Fields, Read
from sandbox.shopify.listing import Listing
from sandbox.shopify.mutations import UserError, mutation, payload, refused
from sandbox.shopify.search import Number, Text, Time
from sandbox.shopify.values import gid, iso, number_of

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MISSING = UserError(["id"], "Webhook subscription does not exist")
FILTER = "The specified filter is invalid, please ensure you specify the field(s) you wish to filter on."
NAME_FORMAT = "Name name field can only contain alphanumeric characters, underscores, and hyphens"


@dataclass(slots=True)
class Subscription:
    id: int
    topic: str  # ORDERS_CREATE
    uri: str
    created_at: datetime
    updated_at: datetime
    format: str = "JSON"
    filter: str | None = None
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)
    metafields: list[dict[str, str]] = field(default_factory=list)
    name: str | None = None


class Subscriptions:
    """All of one app in one shop. `wanted` is asked for every change, so it is kept by topic."""

    def __init__(self, now: Callable[[], datetime], api_version: str) -> None:
        self.now = now
        self.api_version = api_version
        self.all: dict[int, Subscription] = {}
        self.configured: list[Subscription] = []  # by the app itself: no shop lists them, no failure ends them
        self._ids = count(1)
        self._version = 0

    def version(self) -> int:
        return self._version

    def find(self, number: int) -> Subscription | None:
        return self.all.get(number)

    def wanted(self, topic: str) -> list[Subscription]:
        return [each for each in [*self.configured, *self.all.values()] if each.topic == topic]

    def configure(self, addresses: Iterable[tuple[str, str]]) -> None:
        """Topics with where each goes, for all shops that have the app."""
        at = self.now()
        self.configured = [Subscription(0, topic, uri, at, at) for topic, uri in addresses]

    def remove(self, number: int) -> None:
        self.all.pop(number, None)
        self._version += 1

    def clear(self) -> None:
        self.all.clear()
        self._version += 1

    def create(self, topic: str, given: Arguments) -> dict[str, Any]:
        address = _address(given)
        errors = self._errors(None, topic, address, given)
        if errors:
            return {"webhookSubscription": None, "userErrors": errors}
        at = self.now()
        made = Subscription(next(self._ids), topic, address or "", at, at)
        self._fill(made, given)
        self.all[made.id] = made
        return {"webhookSubscription": made, "userErrors": []}

    def update(self, text: str, given: Arguments) -> dict[str, Any]:
        found = self.find(number_of(text, "WebhookSubscription") or 0)
        if found is None:
            return refused(MISSING, "webhookSubscription")
        address = _address(given) if "uri" in given or "callbackUrl" in given else found.uri
        if errors := self._errors(found, found.topic, address, given):
            return {"webhookSubscription": None, "userErrors": errors}
        found.uri, found.updated_at = address or "", self.now()
        self._fill(found, given)
        return {"webhookSubscription": found, "userErrors": []}

    def delete(self, text: str) -> dict[str, Any]:
        found = self.find(number_of(text, "WebhookSubscription") or 0)
        if found is None:
            return refused(MISSING, "deletedWebhookSubscriptionId")
        self.remove(found.id)
        return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", found.id), "userErrors": []}

    def _fill(self, target: Subscription, given: Arguments) -> None:
        target.format = given.get("format") or target.format
        target.filter = given.get("filter", target.filter)
        target.include_fields = _given(given, "includeFields", target.include_fields)
        named = _given(given, "metafieldNamespaces", target.metafield_namespaces)
        target.metafield_namespaces = [name.replace("$app:", "app--1--", 1) for name in named]
        target.metafields = _given(given, "metafields", target.metafields)
        target.name = given.get("name", target.name)
        self._version += 1

    def _errors(self, own: Subscription | None, topic: str, address: str | None, given: Arguments) -> list[UserError]:
        others = [each for each in self.all.values() if each is not own]
        wording = _address_error(address) or _taken(others, topic, address, given)
        errors = [UserError(["webhookSubscription", "callbackUrl"], wording)] if wording else []
        if given.get("filter") and not _is_filter(given["filter"]):
            errors.append(UserError(["webhookSubscription"], FILTER))
        names = _name_errors(others, given.get("name"))
        return errors + [UserError(["webhookSubscription", "name"], each) for each in names]


def _given(given: Arguments, name: str, before: list[Any]) -> list[Any]:
    """An empty list takes away what was there; null does not."""
    found: list[Any] | None = given.get(name)
    return before if found is None else found


def _address(given: Arguments) -> str | None:
    text = given.get("uri") or given.get("callbackUrl")
    return text.strip() if text else None


def _address_error(address: str | None) -> str | None:
    """Errors name `callbackUrl` whatever was sent. Plain http is let through to this machine only."""
    if not address:
        return "Address can't be blank"
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        return f"Address protocol {parts.scheme}:// is not supported" if parts.scheme else "Address is invalid"
    if not host:
        return "Address is invalid"
    if host.endswith((".myshopify.com", ".shopify.com", ".internal", ".local")) or host == "shopify.com":
        return "Address cannot be a Shopify or an internal domain"
    return None


def _taken(others: list[Subscription], topic: str, address: str | None, given: Arguments) -> str | None:
    wanted = (topic, address, given.get("format") or "JSON", given.get("filter") or "")
    taken = any((each.topic, each.uri, each.format, each.filter or "") == wanted for each in others)
    return "Address for this topic has already been taken" if taken else None


def _is_filter(text: str) -> bool:
    """Every term names its field."""
    terms = re.findall(r"""(?:[^\s"']|"[^"]*"|'[^']*')+""", text)
    return all(":" in term or term in ("AND", "OR", "NOT") for term in terms)


def _name_errors(others: list[Subscription], name: str | None) -> list[str]:
    if name is None:
        return []
    errors = [] if name else ["Name is too short (minimum is 1 character)"]
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        errors.append(NAME_FORMAT)
    elif any((each.name or "").lower() == name.lower() for each in others):
        errors.append("Name already exists, no duplicate allowed")
    return errors


def mutations(hooks: Subscriptions) -> dict[str, Field]:
    return {
        "webhookSubscriptionCreate": mutation(lambda args: hooks.create(args["topic"], args["webhookSubscription"])),
        "webhookSubscriptionUpdate": mutation(lambda args: hooks.update(args["id"], args["webhookSubscription"])),
        "webhookSubscriptionDelete": mutation(lambda args: hooks.delete(args["id"])),
    }


class _Subscribed(Listing):
    """The list takes topics, an address and a format beside its query."""

    def pages(self, args: Arguments, call: Call) -> Read:
        topics, uri, kind = args.get("topics"), args.get("uri"), args.get("format")

        def fits(each: Subscription) -> bool:
            is_right = (not uri or each.uri == uri) and (not kind or each.format == kind)
            return is_right and (not topics or each.topic in topics)

        chosen = Listing(
            lambda: filter(fits, self.objects()), self.version, self.sorts, self.default_sort, self.filters
        )
        return chosen.pages(args, call)


def listing(hooks: Subscriptions) -> Listing:
    return _Subscribed(
        lambda: list(hooks.all.values()),
        hooks.version,
        {"ID": lambda each: each.id, "CREATED_AT": lambda each: each.created_at},
        "CREATED_AT",
        {
            "id": Number(lambda each: each.id),
            "topic": Text(lambda each: each.topic),
            "created_at": Time(lambda each: each.created_at),
            "updated_at": Time(lambda each: each.updated_at),
        },
    )


def fields(hooks: Subscriptions) -> Fields:
    return {
        "WebhookSubscription": {
            "id": lambda each: gid("WebhookSubscription", each.id),
            "legacyResourceId": lambda each: str(each.id),
            "topic": lambda each: each.topic,
            "uri": lambda each: each.uri,
            "callbackUrl": lambda each: each.uri,
            "format": lambda each: each.format,
            "filter": lambda each: each.filter,
            "includeFields": lambda each: each.include_fields,
            "metafieldNamespaces": lambda each: each.metafield_namespaces,
            "metafields": lambda each: each.metafields,
            "name": lambda each: each.name,
            "apiVersion": lambda _: hooks.api_version,
            "createdAt": lambda each: iso(each.created_at),
            "updatedAt": lambda each: iso(each.updated_at),
        },
        "WebhookSubscriptionMetafieldIdentifier": {
            "key": lambda each: each["key"],
            "namespace": lambda each: each.get("namespace"),
        },
        "ApiVersion": {"handle": lambda version: version, "supported": lambda _: True},
        "WebhookSubscriptionCreatePayload": payload("webhookSubscription"),
        "WebhookSubscriptionUpdatePayload": payload("webhookSubscription"),
        "WebhookSubscriptionDeletePayload": payload("deletedWebhookSubscriptionId"),
    }
