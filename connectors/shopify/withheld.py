"""What Shopify keeps back of a row: fields that it refuses us (a scope, a level of protected data) come as null."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from connectors import records
from connectors.records import CustomerRecord, OrderRecord, Record
from connectors.shopify.transport import DENIED, GraphError

_EMPTY = (None, "", records.Address(), records.Journey())
_OF_ADDRESS = {
    "firstName": "first_name", "lastName": "last_name", "company": "company", "address1": "address1",
    "address2": "address2", "city": "city", "provinceCode": "province", "zip": "zip",
    "countryCodeV2": "country_code", "phone": "phone",
}  # fmt: skip


def _address(theirs: str, ours: str) -> Mapping[str, str]:
    return {theirs: ours, **{f"{theirs}.{name}": f"{ours}.{field}" for name, field in _OF_ADDRESS.items()}}


# a field of the row -> the part of the record, or the field in it, that it alone tells
_TELLS: Mapping[type[Record], Mapping[str, str]] = {
    OrderRecord: {
        "email": "head.email",
        "phone": "head.phone",
        "customer": "head.customer_external_id",
        "customerLocale": "head.locale",
        "note": "head.note",
        "purchasingEntity": "head.company",
        "retailLocation": "head.location",
        "sourceName": "head.source",
        "cartToken": "head.cart_token",
        "checkoutToken": "head.checkout_token",
        "customerJourneySummary": "journey",
        "lineItems.nodes.product": "lines.product_external_id",
        "lineItems.nodes.variant": "lines.variant_external_id",
        "lineItems.nodes.sellingPlan": "lines.selling_plan",
        **_address("billingAddress", "billing"),
        **_address("shippingAddress", "shipping"),
    },
    CustomerRecord: {
        "defaultEmailAddress": "head.email",
        "defaultPhoneNumber": "head.phone",
        "firstName": "head.first_name",
        "lastName": "head.last_name",
        "locale": "head.locale",
        "note": "head.note",
        "state": "head.state",
        **_address("defaultAddress", "address"),
    },
}


class Refused:
    """The fields that an answer's errors name, of each of its nodes. root: the steps to their list."""

    def __init__(self, errors: Sequence[GraphError], root: Sequence[str] = ()) -> None:
        self._everywhere: set[str] = set()
        self._at: dict[int, set[str]] = {}
        for error in errors:
            self._note(error, error.path[len(root) :] if error.path[: len(root)] == list(root) else [])

    def of(self, index: int) -> Collection[str]:
        return self._everywhere | self._at.get(index, set())

    @property
    def everywhere(self) -> Collection[str]:
        """What the app may not have of any node, whichever the error named."""
        return self._everywhere

    def _note(self, error: GraphError, path: Sequence[str | int]) -> None:
        field = ".".join(step for step in path if isinstance(step, str))
        if path and isinstance(path[0], int) and error.code != DENIED:  # a trouble with this one
            self._at.setdefault(path[0], set()).add(field)
        else:
            self._everywhere.add(field)


def mark(record: Record, refused: Collection[str]) -> Record:
    """The record with the names of what is empty in it only because it was refused; a whole part is left out."""
    if not refused or not isinstance(record, OrderRecord | CustomerRecord):
        return record
    names = set(_named(_TELLS[type(record)], refused))
    parts = {name: None for name in names if "." not in name and getattr(record, name) in _EMPTY}
    return replace(record, withheld=tuple(sorted(name for name in names if "." in name)), **parts)


def _named(tells: Mapping[str, str], refused: Collection[str]) -> Iterator[str]:
    for field in refused:
        steps = field.split(".")
        paths = (".".join(steps[:length]) for length in range(len(steps), 0, -1))
        if not field:  # an error that names no place may mean any
            yield from tells.values()
        elif found := next((path for path in paths if path in tells), None):  # a null may have made its parent null
            yield tells[found]
