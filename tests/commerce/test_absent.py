"""What may be gone is asked for, by what shows it; nothing is removed on hearsay."""

import pytest
from sqlalchemy import Engine

from app.commerce.absent import _spans
from app.shops.models import Shop
from connectors.records import Census, Deletion
from tests.commerce.said import customer, order, product, refund, take_in


def test_a_deleted_refund_is_looked_for_in_its_order(engine: Engine, shop: Shop) -> None:
    """R17: WooCommerce tells of the refund's number alone."""
    take_in(engine, shop, order("100", refunds=(refund("9"),)))
    assert take_in(engine, shop, Deletion("refund", "9")).refetch == [("order", "100")]
    assert take_in(engine, shop, Deletion("refund", "10")).refetch == []  # never known


def test_a_deleted_variant_is_looked_for_in_its_product(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, product("50"))
    assert take_in(engine, shop, Deletion("variant", "52")).refetch == [("product", "50")]


@pytest.mark.parametrize(
    ("after", "until", "missing"),
    [
        (0, None, ["9", "12", "100"]),
        (0, 99, ["9", "12"]),
        (9, 99, ["12"]),
        (8, 9, ["9"]),
        (12, None, ["100"]),
        (100, None, []),
    ],
)
def test_those_that_were_not_counted_are_asked_for(
    engine: Engine, shop: Shop, after: int, until: int | None, missing: list[str]
) -> None:
    """R7: of customers that were deleted nobody may tell."""
    people = [customer(external_id) for external_id in ("9", "10", "12", "100")]
    stub = order("5", head=order().head)  # a guest: no account that could be gone
    take_in(engine, shop, *people, stub)
    asked = take_in(engine, shop, Census("customer", after, until, ("10",))).refetch
    assert sorted(asked) == sorted(("deleted:customer", external_id) for external_id in missing)


def test_whoever_is_gone_already_is_not_asked_for_again(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, customer("7"), product("50"))
    take_in(engine, shop, Deletion("customer", "7"), Deletion("product", "50"), fresh=True)
    censuses = (Census("customer", 0, None, ()), Census("product", 0, None, ()))
    assert take_in(engine, shop, *censuses).refetch == []


def test_products_are_counted_too(engine: Engine, shop: Shop) -> None:
    take_in(engine, shop, product("50"), product("60"))
    assert take_in(engine, shop, Census("product", 0, None, ("50",))).refetch == [("deleted:product", "60")]


def test_another_shops_are_not_ours_to_miss(engine: Engine, shop: Shop, stranger: Shop) -> None:
    take_in(engine, stranger, customer("7"))
    assert take_in(engine, shop, Census("customer", 0, None, ())).refetch == []


def test_numbers_are_compared_as_texts_of_one_length() -> None:
    assert list(_spans(98, 1023)) == [("98", "99"), ("100", "999"), ("1000", "1023")]
    assert list(_spans(5, 4)) == []
