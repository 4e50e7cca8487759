"""Which statuses of an order count: WooCommerce Analytics' own table. A plugin's own statuses do not count."""

COUNTED = frozenset({"processing", "on-hold", "completed", "refunded"})
DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft"})  # never orders


def is_counted(status: str) -> bool:
    return status in COUNTED
