"""What a shop granted us and what it pays, and which parts of our work a scope that is missing switches off."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from app.lib.i18n import noted
from connectors.base import Installation, Resource, Subscription
from connectors.shopify import types
from connectors.shopify.transport import Transport

# what a stand-alone app asks for; an embedded one asks by its shopify.app.toml, for the same
REQUESTED = (
    "read_customer_merge", "read_locations", "read_orders", "read_products", "write_app_proxy", "write_customers",
    "write_discounts",
)  # fmt: skip
# scope -> what does not work without it, in the words that a merchant reads
SCOPES: Mapping[str, str] = {
    "read_products": noted("Products are not copied, so segments and mails cannot name what was bought."),
    "read_orders": noted("Orders and abandoned checkouts are not copied: no figures, points or recovery mails."),
    "read_all_orders": noted("Only orders of the last 60 days are copied."),
    "read_customers": noted("Customers are not copied: no segments and no mails."),
    "write_customers": noted("Tags and consent are not written back to the shop."),
    "read_customer_merge": noted("Customers that were merged in the shop are not merged here at once."),
    "write_discounts": noted("No discount codes can be made for rewards and mails."),
    "read_locations": noted("Orders do not say in which store they were placed."),
}

_OPENS: Mapping[str, Sequence[Resource]] = {
    "read_all_orders": ("orders",),  # of more than 60 days; without read_orders it opens nothing
    "read_orders": ("orders", "checkouts"),
    "read_customers": ("customers",),
    "read_products": ("products",),
}
_STATUSES = {"ACTIVE": "active", "ACCEPTED": "active", "PENDING": "pending", "FROZEN": "frozen"}


class Scope(types.Part):
    handle: str


class Paid(types.Part):
    name: str
    status: str
    test: bool = False
    current_period_end: datetime | None = None


class Granted(types.Part):
    access_scopes: Sequence[Scope] = ()
    active_subscriptions: Sequence[Paid] = ()


def read(transport: Transport) -> Installation:
    granted = transport.run("installation", None, dict[str, Granted])["currentAppInstallation"]
    paid = [
        Subscription(one.name, status_of(one.status), one.current_period_end) for one in granted.active_subscriptions
    ]
    return Installation(sorted(scope.handle for scope in granted.access_scopes), paid[0] if paid else None)


def status_of(said: str) -> str:
    """A subscription's status in our words."""
    return _STATUSES.get(said.upper(), "ended")


def missing(granted: Collection[str]) -> Mapping[str, str]:
    """Scopes of ours that a shop did not grant, with what each disables."""
    has = _spread(granted)
    return {scope: disabled for scope, disabled in SCOPES.items() if scope not in has}


def opened(before: Collection[str], after: Collection[str]) -> Collection[Resource]:
    """The resources of which there is more to read than there was."""
    new = _spread(after) - _spread(before)
    return {resource for scope, resources in _OPENS.items() if scope in new for resource in resources}


def readable(granted: Collection[str]) -> Collection[Resource]:
    """The resources that a shop lets us read."""
    has = _spread(granted) - {"read_all_orders"}
    return {resource for scope, resources in _OPENS.items() if scope in has for resource in resources}


def _spread(granted: Collection[str]) -> set[str]:
    """To write is to read as well, and some lists name the one alone."""
    return {*granted, *(scope.replace("write_", "read_", 1) for scope in granted)}
