"""Changes made so in a shop: what stands is read first, or asked for by name, and only what is missing is written."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.changes import AddCodes, AddOrderNote, Change, EmailConsent, MakeDiscount, Written
from connectors.woocommerce import write_codes, write_people
from connectors.woocommerce.transport import Transport

Writer = Callable[[Transport, Any, Mapping[str, Any]], Written]

WRITERS: Mapping[type[Change], Writer] = {
    EmailConsent: write_people.consent,
    MakeDiscount: write_codes.discount,
    AddCodes: write_codes.codes,
    AddOrderNote: write_people.note,
}


def write(transport: Transport, change: Change, so_far: Mapping[str, Any]) -> Written:
    return WRITERS[type(change)](transport, change, so_far)
