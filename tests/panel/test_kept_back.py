"""Pages say how far back a shop's orders reach on both sides, and what the shop keeps back."""

from datetime import date

from app.db.scope import shop_scope
from app.lib.clock import utc_now
from sync.models import RefusedField
from tests.panel.conftest import House

PROOF, HEALTH, CONNECTIONS = "/panel/connections/proof", "/panel/connections/health", "/panel/connections"


def test_the_oldest_order_is_shown_on_both_sides_and_why_there_are_no_older_ones(house: House) -> None:
    """R2."""
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.shop.oldest_order_on, scope.shop.oldest_there_on = date(2026, 9, 12), date(2026, 9, 11)
        scope.shop.scopes = ["read_orders", "read_products", "write_customers", "write_discounts"]
    text = house.client.get(PROOF).text
    assert "Oldest order in Regulars" in text
    assert "Oldest order in the shop" in text
    assert "12" in text.partition("Oldest order in Regulars")[2][:80]
    assert "11" in text.partition("Oldest order in the shop")[2][:80]
    assert "Only orders of the last 60 days are copied." in house.client.get(CONNECTIONS).text


def test_fields_that_are_kept_back_are_named_with_the_platform_s_reason(house: House) -> None:
    assert "What the shop keeps back" not in house.client.get(HEALTH).text
    field = {"field": "customers.nodes.defaultEmailAddress", "reason": "This app is not approved to use it."}
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        scope.add(RefusedField(shop_id=house.ours.id, first_at=utc_now(), last_at=utc_now(), **field))
    text = house.client.get(HEALTH).text
    assert "What the shop keeps back" in text
    for words in field.values():
        assert words in text
