"""What is left in a record or a row of somebody who was erased: the facts of the trade, without whose they were."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from connectors.records import (
    Address,
    CheckoutRecord,
    CustomerHead,
    CustomerRecord,
    Journey,
    OrderHead,
    OrderRecord,
    RefundRecord,
    Visit,
)

_WAY = ("landing_page", "referrer")  # addresses that carry who clicked


def customer(record: CustomerRecord, external_id: str) -> CustomerRecord | None:
    """Somebody, since when; None where the record says no more than who."""
    if record.head is None:
        return None
    return CustomerRecord(external_id, record.updated_at, CustomerHead(created_at=record.head.created_at))


def order(record: OrderRecord, customer_external_id: str | None) -> OrderRecord:
    """Sums, goods, country and channel stay: the books need them."""
    return replace(
        record,
        head=record.head and _head(record.head, customer_external_id),
        lines=record.lines and tuple(replace(line, attributes=()) for line in record.lines),
        refunds=record.refunds and tuple(refund(each) for each in record.refunds),
        billing=record.billing and _country(record.billing),
        shipping=record.shipping and _country(record.shipping),
        journey=record.journey and Journey(_visit(record.journey.first), _visit(record.journey.last)),
        attributes=record.attributes and (),
        tags=record.tags and (),
    )


def refund(record: RefundRecord) -> RefundRecord:
    return replace(record, reason=None)


def checkout(record: CheckoutRecord, customer_external_id: str | None) -> CheckoutRecord:
    return replace(record, email=None, url=None, consent=None, customer_external_id=customer_external_id)


def country_of(address: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of an address in its column."""
    return {name: value for name, value in address.items() if name == "country_code"}


def way_of(journey: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of a journey in its column."""
    return {
        name: visit and {key: value for key, value in visit.items() if key not in _WAY}
        for name, visit in journey.items()
    }


def _head(head: OrderHead, customer_external_id: str | None) -> OrderHead:
    return replace(head, customer_external_id=customer_external_id, email=None, phone=None, company=None, note=None)


def _country(address: Address) -> Address:
    return Address(country_code=address.country_code)


def _visit(visit: Visit | None) -> Visit | None:
    return visit and replace(visit, landing_page=None, referrer=None)
