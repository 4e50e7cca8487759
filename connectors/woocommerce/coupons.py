"""Coupons: what the shop says of each, without the addresses that it is restricted to."""

from connectors.records import Fact
from connectors.woocommerce import types
from connectors.woocommerce.reading import decoded, utc


def fact(body: types.Coupon) -> Fact:
    """A coupon in the trash is gone. Amounts stay as the shop writes them: some are shares."""
    said: dict[str, str | int] = {
        "code": decoded(body.code),
        "kind": body.discount_type,
        "amount": str(body.amount),
        "used": body.usage_count,
    }
    limits = {"limit": body.usage_limit, "limit_per_person": body.usage_limit_per_user}
    said |= {name: limit for name, limit in limits.items() if limit is not None}
    expires_at = utc(body.date_expires_gmt)
    if expires_at is not None:
        said["expires_at"] = expires_at.isoformat()
    return Fact("discount", str(body.id), utc(body.date_modified_gmt), said, body.status == "trash")
