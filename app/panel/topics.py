"""Topics of webhooks as a merchant reads them: of what, and what became of it."""

import re

from app.lib.i18n import _, noted
from app.panel.blueprint import bp

_OF = {
    "order": noted("Orders"), "order_transaction": noted("Payments"), "refund": noted("Refunds"),
    "order_refund": noted("Refunds"), "product_variation": noted("Variants of products"),
    "checkout": noted("Checkouts"), "cart": noted("Baskets"), "customer": noted("Customers"),
    "customers_email_marketing_consent": noted("Consent to mails"),
    "customers_marketing_consent": noted("Consent to text messages"),
    "customers_whats_app_marketing_consent": noted("Consent to WhatsApp"),
    "segment": noted("Segments of the shop"), "product": noted("Products"), "inventory_level": noted("Stock"),
    "discount": noted("Discounts"), "coupon": noted("Coupons"), "bulk_operation": noted("Large requests"),
    "app": noted("The app itself"), "app_subscription": noted("Your plan"), "shop": noted("The shop"),
}  # fmt: skip
_BECAME = {
    "create": noted("new"), "created": noted("new"), "update": noted("changed"), "updated": noted("changed"),
    "delete": noted("deleted"), "deleted": noted("deleted"), "restored": noted("restored"), "paid": noted("paid"),
    "cancelled": noted("cancelled"), "fulfilled": noted("fulfilled"), "merge": noted("merged"),
    "finish": noted("done"), "uninstalled": noted("uninstalled"), "redact": noted("to be erased"),
    "data_request": noted("their data are asked for"),
}  # fmt: skip

_SAME = {"action.woocommerce_refund_deleted": "refund.deleted", "regulars.cart": "cart.updated"}


@bp.app_template_filter()
def topic_words(topic: str) -> str:
    """Orders · changed, of orders/updated; the topic itself where no word of ours fits."""
    plain = re.sub(r"^action\.woocommerce_delete_(\w+)$", r"\1.deleted", _SAME.get(topic, topic).replace("/", "."))
    of, _dot, became = plain.partition(".")
    name = _OF.get(of) or _OF.get(of.removesuffix("s"))
    if name is None:
        return topic
    return " · ".join(_(word) for word in (name, _BECAME.get(became)) if word)
