"""Zelda, whose every word is odd enough to be found again, and Bob, of whom everything has to stay."""

from datetime import UTC, datetime
from typing import Any

from connectors.records import (
    Address,
    Attribute,
    CheckoutItem,
    CheckoutRecord,
    ConsentRecord,
    CustomerHead,
    CustomerRecord,
    Fact,
    Journey,
    Line,
    OrderHead,
    OrderRecord,
    Record,
    RefundRecord,
    Sums,
    Visit,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HER_ID, HER_EMAIL, HER_PHONE = "777000111222", "zelda.quirk@example.com", "+491700009999"
HER_ORDERS, HER_GUEST_ORDER = ("880001", "880002"), "880003"
NEEDLES = (
    "zelda", "quirk", "777000111222", "1700009999", "Needle Street", "Pinville", "98765", "Zeldas Zirkus", "ring twice",
    "fragile cat", "zq-engraved", "zq-click", "cart/zq", "zq said so", "box for zq",
)  # fmt: skip


def address() -> Address:
    return Address("Zelda", "Quirk", "Zeldas Zirkus", "Needle Street 5", "", "Pinville", "", "98765", "DE", HER_PHONE)


def her_record(**more: Any) -> CustomerRecord:
    head = CustomerHead(
        NOW, HER_EMAIL.title(), HER_PHONE, "Zelda", "Quirk", "de", "likes a fragile cat", "enabled", True
    )
    said = (
        ConsentRecord("email", HER_EMAIL, "granted", NOW, source="form", text="zq said so"),
        ConsentRecord("sms", HER_PHONE, "refused", NOW, source="form"),
    )
    whole: dict[str, Any] = {"head": head, "address": address(), "consents": said, "tags": ("box for zq",)}
    return CustomerRecord(**{"external_id": HER_ID, "updated_at": NOW, **whole, **more})


def an_order(external_id: str, customer: str | None, email: str | None, **more: Any) -> OrderRecord:
    refund = RefundRecord("r" + external_id, external_id, 1000, NOW, reason="ring twice", lines=())
    sums = Sums("EUR", 5000, 1000, 4000)
    visit = Visit("https://shop.example/?email=zq-click", "https://mail.example/zq-click", "mail", utm_source="news")
    whole: dict[str, Any] = {
        "head": OrderHead(
            f"#{external_id}", NOW, NOW, "paid", True, sums, sums, customer_external_id=customer, email=email,
            phone=HER_PHONE, company="Zeldas Zirkus", note="ring twice", checkout_token=f"t{external_id}",
        ),
        "lines": (Line("1", "Hat", 1, 5000, 5000, attributes=(Attribute("words", "zq-engraved"),)),),
        "refunds": (refund,), "billing": address(), "shipping": address(), "journey": Journey(visit, visit),
        "attributes": (Attribute("gift", "for Zelda"),), "tags": ("box for zq",),
    }  # fmt: skip
    return OrderRecord(external_id, NOW, **{**whole, **more})


def her_orders() -> list[OrderRecord]:
    """Two of her account, one as a guest."""
    return [*(an_order(one, HER_ID, HER_EMAIL) for one in HER_ORDERS), an_order(HER_GUEST_ORDER, None, HER_EMAIL)]


def her_checkout(**more: Any) -> CheckoutRecord:
    whole: dict[str, Any] = {
        "email": HER_EMAIL, "customer_external_id": HER_ID, "items": (CheckoutItem("Hat", 1, 5000),),
        "url": "https://shop.example/cart/zq", "consent": ConsentRecord("email", HER_EMAIL, "granted", NOW, source="c"),
    }  # fmt: skip
    return CheckoutRecord("basket-1", NOW, NOW, "EUR", 5000, **{**whole, **more})


def everything() -> list[Record]:
    """All that the platform has: she, and somebody else."""
    other = OrderHead(
        "#900", NOW, NOW, "paid", True, Sums("EUR", 700, 0, 700), Sums("EUR", 700, 0, 700),
        customer_external_id="555", email="bob@example.com", note="by the door",
    )  # fmt: skip
    bob = CustomerRecord("555", NOW, CustomerHead(NOW, "bob@example.com", first_name="Bob", last_name="Stays"))
    order = OrderRecord("900", NOW, other, lines=(Line("1", "Hat", 1, 700, 700),), refunds=())
    facts = [
        Fact("purchases", HER_ID, NOW, {"orders": 2}),
        Fact("membership", f"1/{HER_ID}", NOW, {"customer": HER_ID}),
    ]
    return [her_record(), bob, *her_orders(), order, her_checkout(), *facts]
