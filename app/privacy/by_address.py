"""What WordPress's tools for personal data ask of us by an address, page by page: a request of privacy like any other,
and what came of it in the tools' own form."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlmodel import col, select

from app.consent.addresses import address_key
from app.consent.tombstones import ADDRESS, tombstone
from app.db.scope import ShopScope
from app.lib.encryption import Keyring
from app.lib.i18n import _
from app.privacy.models import PrivacyRequest
from app.privacy.person import Subject
from app.privacy.requests import close, export_of, keep

Kind = Literal["data_request", "customer_redact"]
SOURCE = "plugin"


def ask_by_address(
    scope: ShopScope, keyring: Keyring, kind: Kind, email: str, now: datetime, *, is_first: bool
) -> PrivacyRequest:
    """The request that is open for this address. Where there is none, the first page makes one."""
    name = f"{SOURCE}:{kind}:{tombstone(keyring, scope.shop_id, (ADDRESS, address_key(email)))}"
    theirs = select(PrivacyRequest).where(col(PrivacyRequest.request_key).startswith(f"{name}:"))
    latest = scope.first(theirs.order_by(col(PrivacyRequest.id).desc()).limit(1))
    if latest is not None and (latest.state != "done" or not is_first):
        return latest
    number = int(latest.request_key.rpartition(":")[2]) + 1 if latest else 1
    return keep(scope, keyring, kind, SOURCE, f"{name}:{number}", Subject(email=email), now)


def is_answered(request: PrivacyRequest) -> bool:
    return request.state in ("ready", "done")


def exported(request: PrivacyRequest, keyring: Keyring, now: datetime) -> dict[str, Any]:
    """All at once, and handed over with it. Raises NotFound where it was handed over before."""
    if request.state == "done" and request.outcome != "handed over":
        return {"data": [], "done": True}
    data = _groups(export_of(request, keyring))
    close(request, "handed over", now)
    return {"data": data, "done": True}


def erased(request: PrivacyRequest) -> dict[str, Any]:
    """In the shape that WordPress's erasers answer in."""
    counts = request.counts or {}
    kept = [_("Orders keep their sums for the books, without saying whose they were.")] if "orders" in counts else []
    return {"items_removed": bool(counts), "items_retained": False, "messages": kept, "done": True}


def _groups(said: bytes) -> list[dict[str, Any]]:
    """A group for each table, an item for each row."""
    export = msgspec.json.decode(said)
    return [
        {
            "group_id": f"regulars-{table}",
            "group_label": f"Regulars: {why}",
            "item_id": f"{table}-{row.get('id', number)}",
            "data": [{"name": name, "value": _text(value)} for name, value in row.items() if value not in (None, "")],
        }
        for table, why in export["about"].items()
        for number, row in enumerate(export.get(table, ()))
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
