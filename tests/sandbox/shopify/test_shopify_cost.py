"""What queries cost, and who pays."""

import pytest

from sandbox.shopify.cost import Bucket, multiple
from sandbox.shopify.options import Options
from tests.sandbox.shopify.conftest import DOMAIN, TOKEN, Asker, document, generated_box, make_asker


@pytest.mark.parametrize(
    ("name", "first", "points"),
    [
        ("orders", 10, 426),
        ("orders", 50, 744),
        ("orders", 100, 956),
        ("customers", 250, 233),
        ("abandoned_checkouts", 250, 409),
        ("products", 250, 156),
    ],
)
def test_documents_cost_what_they_were_found_to_cost(generated: Asker, name: str, first: int, points: int) -> None:
    assert generated.ask(document(name), first=first)["extensions"]["cost"]["requestedQueryCost"] == points


@pytest.mark.parametrize(("size", "cost"), [(0, 2), (1, 3), (10, 6), (50, 9), (100, 11), (250, 13)])
def test_a_connection_of_plain_nodes_costs_by_its_size(size: int, cost: int) -> None:
    assert 2 + multiple(size) == cost


def test_a_query_of_more_than_a_thousand_points_is_refused_and_costs_nothing(generated: Asker) -> None:
    answer = generated.ask(document("orders"), first=250)
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "MAX_COST_EXCEEDED", "cost": 1168, "maxCost": 1000}
    assert "data" not in answer


def test_counts_cost_ten_each(generated: Asker) -> None:
    answer = generated.ask("{ a: customersCount { count } b: ordersCount { count } }")
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 20


def test_a_mutation_costs_ten_and_what_lies_below_the_objects_it_answers(small: Asker) -> None:
    given = {"customerId": "gid://shopify/Customer/1", "emailMarketingConsent": {"marketingState": "UNSUBSCRIBED"}}
    answer = small.ask(document("email_consent"), input=given)
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 11
    webhook = small.ask(document("webhook_delete"), id="gid://shopify/WebhookSubscription/9")
    assert webhook["extensions"]["cost"]["requestedQueryCost"] == 10


def test_what_was_not_found_is_given_back(generated: Asker) -> None:
    answer = generated.ask('{ orders(first: 100, query: "name:nothing") { nodes { id } } }')
    assert (answer["extensions"]["cost"]["requestedQueryCost"], answer["extensions"]["cost"]["actualQueryCost"]) == (
        11,
        2,
    )


def test_an_empty_bucket_answers_throttled_with_status_200() -> None:
    asker = make_asker(generated_box(20), Options(domain=DOMAIN, access_token=TOKEN, restore_rate=50))
    first = asker.ask(document("orders"), first=100)
    assert first["extensions"]["cost"]["throttleStatus"]["maximumAvailable"] == 1000
    answer = asker.ask(document("orders"), first=100)
    assert [each["extensions"]["code"] for each in answer["errors"]] == ["THROTTLED"]
    assert answer["extensions"]["cost"]["requestedQueryCost"] == 956
    assert answer["extensions"]["cost"]["actualQueryCost"] is None


def test_a_bucket_fills_by_the_second_and_never_over_its_brim() -> None:
    bucket = Bucket(1000, 100)
    assert bucket.take(900)
    assert not bucket.take(200)
    bucket.at -= 2  # two seconds pass
    assert bucket.take(200)
    bucket.at -= 60
    assert bucket.status()["currentlyAvailable"] == 1000
