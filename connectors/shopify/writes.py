"""Changes made so in a shop: what stands is read first, and only what is missing is written."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.changes import AddCodes, AddTags, Change, EmailConsent, MakeDiscount, RemoveTags, SmsConsent, Written
from connectors.shopify import write_codes, write_people
from connectors.shopify.transport import Transport

Writer = Callable[[Transport, Any, Mapping[str, Any]], Written]

WRITERS: Mapping[type[Change], Writer] = {
    AddTags: write_people.tags,
    RemoveTags: write_people.tags,
    EmailConsent: write_people.consent,
    SmsConsent: write_people.consent,
    MakeDiscount: write_codes.discount,
    AddCodes: write_codes.codes,
}


def write(transport: Transport, change: Change, so_far: Mapping[str, Any]) -> Written:
    return WRITERS[type(change)](transport, change, so_far)
