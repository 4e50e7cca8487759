"""Abandoned checkouts: who is among them, and the way back."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from sandbox.changes import Box
from tests.sandbox.shopify.conftest import Asker, document


def listed(asker: Asker, query: str | None = None) -> list[str]:
    data = asker.data(document("abandoned_checkouts"), first=50, query=query)
    return [node["name"] for node in data["abandonedCheckouts"]["nodes"]]


def test_only_checkouts_with_somebody_to_write_to_are_listed(small: Asker) -> None:
    anonymous = small.box.open_checkout([(10, 1)])
    reachable = small.box.open_checkout([(10, 1)], email="guest@example.com")
    assert listed(small) == [f"#{reachable.id}"]
    small.box.update_checkout(anonymous.id, email="now@example.com")
    assert listed(small) == [f"#{anonymous.id}", f"#{reachable.id}"]
    small.box.update_checkout(reachable.id, items=[])
    assert listed(small) == [f"#{anonymous.id}"]


def test_what_was_bought_at_once_was_never_abandoned_but_the_recovered_stay(small: Asker) -> None:
    at_once = small.box.open_checkout([(10, 1)], email="ann@example.com")
    small.box.complete_checkout(at_once.id)
    later = small.box.open_checkout([(10, 1)], email="bob@example.com")
    later.created_at -= timedelta(hours=1)
    small.box.complete_checkout(later.id)
    assert listed(small) == [f"#{later.id}"]
    assert listed(small, "recovery_state:not_recovered") == []
    assert listed(small, "recovery_state:recovered") == [f"#{later.id}"]


def test_the_customer_is_found_by_the_email(small: Asker) -> None:
    small.box.open_checkout([(20, 1)], email="Bob@Example.com")
    data = small.data(document("abandoned_checkouts"), first=1)
    (node,) = data["abandonedCheckouts"]["nodes"]
    assert node["customer"]["id"] == "gid://shopify/Customer/2"
    assert node["totalPriceSet"]["shopMoney"] == {"amount": "249.0", "currencyCode": "EUR"}


def test_the_address_leads_back_to_the_checkout(small: Asker, small_box: Box) -> None:
    checkout = small.box.open_checkout([(10, 1)], email="ann@example.com")
    data = small.data(document("abandoned_checkouts"), first=1)
    url = urlsplit(data["abandonedCheckouts"]["nodes"][0]["abandonedCheckoutUrl"])
    assert (url.scheme, url.hostname) == ("http", "127.0.0.1")
    assert checkout.token in url.path
    assert small_box.find_checkout(parse_qs(url.query)["key"][0]) is checkout


def test_the_order_carries_the_tokens_of_its_checkout(small: Asker) -> None:
    checkout = small.box.open_checkout([(10, 1)], email="ann@example.com")
    order = small.box.complete_checkout(checkout.id)
    found = small.data(document("order_tokens_2026_10"), id=f"gid://shopify/Order/{order.id}")["order"]
    assert (found["checkoutToken"], found["cartToken"]) == (checkout.token, checkout.cart_token)
