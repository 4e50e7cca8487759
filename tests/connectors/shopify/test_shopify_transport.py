"""GraphQL over HTTP when all does not go well."""

import itertools
import logging
import threading
import time
from datetime import timedelta

import pytest
import requests
from _pytest.logging import LogCaptureFixture
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import VariableValues

from app.errors import AuthLost, PlatformDown, RateLimited, RegularsError
from app.lib.clock import real_now
from connectors.base import Refusal
from connectors.shopify.queries import POINTS, document
from connectors.shopify.transport import PATIENCE, Transport
from sandbox.shopify.compiler import Call
from sandbox.shopify.cost import costs
from sandbox.shopify.schema import schema
from tests.connectors.shopify.fakes import FakeSession, Scripted, answer, response, throttled

_names = itertools.count()
FINE = {"shop": {"name": "Demo"}}
FIXED = {"access_token": "shpat_fixed"}


class Clock:
    """The time as the bucket sees it; it goes on where somebody sleeps."""

    now = 1000.0


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.shopify.pace.monotonic", lambda: Clock.now)


class Slept(list[float]):
    """Seconds that were slept instead of waited."""

    def append(self, seconds: float) -> None:
        super().append(seconds)
        Clock.now += seconds


def transport(*script: Scripted, secrets: dict[str, str] | None = None) -> tuple[Transport, FakeSession, Slept]:
    session, slept = FakeSession(*script), Slept()
    made = Transport(f"shop-{next(_names)}.myshopify.com", secrets or FIXED, session)
    made._sleep = slept.append
    return made, session, slept


def name(made: Transport) -> object:
    return made.run("shop", None, dict[str, dict[str, str]])["shop"]["name"]


def test_an_answer_is_read() -> None:
    made, session, slept = transport(answer(FINE))
    assert name(made) == "Demo"
    assert session.tokens == ["shpat_fixed"]
    assert sum(slept) < 1


def test_throttled_is_a_wait_as_long_as_the_bucket_needs() -> None:
    """R15."""
    made, _, slept = transport(throttled(cost=700, available=200, rate=100), answer(FINE))
    assert name(made) == "Demo"
    assert sum(slept) == pytest.approx(5.2, abs=0.3)


def test_a_long_throttle_is_for_the_caller_to_wait() -> None:
    made, _, slept = transport(throttled(cost=1000, available=0, rate=50))
    with pytest.raises(RateLimited) as caught:
        name(made)
    assert caught.value.seconds == pytest.approx(20.0, abs=0.5)
    assert sum(slept) < 1


def test_one_that_gave_up_its_turn_holds_up_nobody() -> None:
    made, _, _ = transport(throttled(cost=1000, available=0, rate=50))
    with pytest.raises(RateLimited):
        name(made)
    Clock.now += 30
    other = Transport(made.domain, FIXED, FakeSession(answer(FINE)))
    assert name(other) == "Demo"


def test_the_next_call_waits_until_the_bucket_can_pay_for_it() -> None:
    made, _, slept = transport(answer(FINE, cost=400, currentlyAvailable=100, restoreRate=100), answer(FINE))
    name(made)
    name(made)
    assert sum(slept) == pytest.approx(3.0, abs=0.3)


def test_two_clients_of_one_shop_share_its_bucket() -> None:
    first, _, _ = transport(answer(FINE, cost=400, currentlyAvailable=100, restoreRate=100))
    name(first)
    slept = Slept()
    second = Transport(first.domain, FIXED, FakeSession(answer(FINE)))
    second._sleep = slept.append
    name(second)
    assert sum(slept) == pytest.approx(3.0, abs=0.3)


def test_a_document_of_which_nothing_is_known_waits_until_it_could_be_paid_for_whatever_it_costs() -> None:
    made, _, slept = transport(answer(FINE, currentlyAvailable=300), answer({"nodes": []}))
    name(made)
    made.ask("inventory_items", {"ids": ["1"]})
    assert sum(slept) == pytest.approx(7.0, abs=0.3)  # a thousand is the most that a document may cost


def test_a_longer_list_is_expected_to_cost_in_proportion() -> None:
    made, _, slept = transport(answer(FINE, currentlyAvailable=2000), *[answer({"nodes": []}, cost=20)] * 2)
    name(made)
    made.ask("inventory_items", {"ids": ["1"]})
    made._pace._left = 50.0
    made.ask("inventory_items", {"ids": ["1"] * 5})
    assert sum(slept) == pytest.approx(0.5, abs=0.1)


def test_what_a_document_is_expected_to_cost_is_what_it_was_found_to_cost() -> None:
    built = schema()
    for name, (size, points) in POINTS.items():
        parsed = parse(document(name))
        (operation,) = parsed.definitions
        assert isinstance(operation, OperationDefinitionNode)
        given = {"first": size} if "$first" in document(name) else {"ids": ["gid://shopify/X/1"]}
        assert points >= costs(built, operation, Call(VariableValues({}, given), {})).requested, name


class Shop:
    """A bucket that many ask at once, in real time; `short` counts those who came too early."""

    def __init__(self, available: float, rate: float) -> None:
        self.left, self.rate, self.at, self.short, self.lock = available, rate, time.monotonic(), 0, threading.Lock()

    def answer(self, cost: float) -> requests.Response:
        with self.lock:
            now = time.monotonic()
            self.left, self.at = min(2000.0, self.left + (now - self.at) * self.rate), now
            self.short += cost > self.left
            self.left -= cost
            said = int(self.left)
        time.sleep(0.01)  # answers overtake one another
        return answer(FINE, cost=cost, currentlyAvailable=said, restoreRate=self.rate)


def test_many_threads_together_never_ask_for_more_than_the_bucket_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """R15."""
    monkeypatch.setattr("connectors.shopify.pace.monotonic", time.monotonic)
    shop, domain = Shop(1200.0, 2000.0), f"shop-{next(_names)}.myshopify.com"

    def work(cost: float) -> None:
        made = Transport(domain, FIXED, FakeSession(*[lambda _: shop.answer(cost)] * 8))
        for _ in range(8):
            name(made)

    threads = [threading.Thread(target=work, args=[150.0]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.short == 0


@pytest.mark.parametrize(
    "trouble",
    [
        PlatformDown("the guarded session's words for a connection that was cut"),
        response(500),
        response(503, b"<html>"),
        response(200, b"<html>maintenance"),
        requests.ConnectionError("cut"),
        requests.ReadTimeout("late"),
        requests.exceptions.ChunkedEncodingError("cut in the middle"),
    ],
)
def test_a_short_trouble_is_tried_again(trouble: Scripted) -> None:
    made, _, slept = transport(trouble, trouble, answer(FINE))
    assert name(made) == "Demo"
    assert len(slept) == 2


@pytest.mark.parametrize("trouble", [response(502), requests.ConnectionError("cut"), response(200, b"no json")])
def test_a_long_trouble_is_the_platform_s(trouble: Scripted) -> None:
    made, _, slept = transport(*[trouble] * 9)
    with pytest.raises(PlatformDown):
        name(made)
    assert sum(slept) <= PATIENCE


def test_a_field_that_failed_inside_shopify_is_asked_for_again_and_its_null_not_believed() -> None:
    failed = {"message": "Internal error", "path": ["shop"], "extensions": {"code": "INTERNAL_SERVER_ERROR"}}
    made, _, slept = transport(answer({"shop": None}, errors=[failed]), answer(FINE))
    assert name(made) == "Demo"
    assert len(slept) == 1


def test_429_is_waited_for_as_long_as_it_says() -> None:
    made, _, slept = transport(response(429, Retry_After="2.0"), answer(FINE))
    assert name(made) == "Demo"
    assert slept == [2.0]


def test_a_long_429_is_for_the_caller_to_wait() -> None:
    made, _, _ = transport(response(429, Retry_After="30"))
    with pytest.raises(RateLimited) as caught:
        name(made)
    assert caught.value.seconds == 30


def test_a_fixed_token_that_is_refused_is_lost() -> None:
    made, _, _ = transport(response(401))
    with pytest.raises(AuthLost):
        name(made)


def test_a_token_that_ran_out_is_renewed_once() -> None:
    secrets = {"client_id": "id", "client_secret": "one"}
    made, session, _ = transport(response(401), answer(FINE), response(401), response(401), secrets=secrets)
    assert name(made) == "Demo"
    assert session.tokens == ["token-1", "token-2"]
    with pytest.raises(AuthLost):
        name(made)
    assert session.token_requests == 3


def test_a_token_serves_until_shortly_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [real_now()]
    monkeypatch.setattr("connectors.shopify.auth.real_now", lambda: now[0])
    secrets = {"client_id": "id", "client_secret": "two"}
    made, session, _ = transport(answer(FINE), answer(FINE), answer(FINE), secrets=secrets)
    name(made)
    now[0] += timedelta(seconds=86_000)
    name(made)
    assert session.token_requests == 1
    now[0] += timedelta(seconds=200)
    name(made)
    assert session.token_requests == 2


@pytest.mark.parametrize("secrets", [{"client_id": "id"}, {"client_secret": "x"}])
def test_a_shop_without_credentials_is_told(secrets: dict[str, str]) -> None:
    with pytest.raises(AuthLost, match="without an access token"):
        name(transport(secrets=secrets)[0])


def test_a_search_that_was_not_understood_is_an_error() -> None:
    warned = answer(FINE)
    body = warned.json()
    body["extensions"]["search"] = [{"warnings": [{"field": "updated", "code": "invalid_field"}]}]
    with pytest.raises(RegularsError, match="invalid_field"):
        name(transport(response(200, body))[0])


def test_partial_data_is_kept_and_says_what_was_refused() -> None:
    denied = {"message": "Access denied", "path": ["shop", "email"], "extensions": {"code": "ACCESS_DENIED"}}
    made, _, _ = transport(answer(FINE, errors=[denied]))
    found = made.ask("shop")
    assert found.read(dict[str, dict[str, str]]) == FINE
    assert [error.words for error in found.refused] == ["shop.email: Access denied"]
    assert list(made.refusals.values()) == [Refusal("shop.email", "Access denied")]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"message": "Access denied", "extensions": {"code": "ACCESS_DENIED"}}, AuthLost),
        ({"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}, PlatformDown),
        ({"message": "Field 'x' doesn't exist on type 'Shop'"}, RegularsError),
    ],
)
def test_an_answer_without_data_says_why(error: dict[str, object], kind: type[Exception]) -> None:
    with pytest.raises(kind, match=str(error["message"])[:8]):
        name(transport(*[response(200, {"errors": [error]})] * 4)[0])


def test_errors_that_are_one_text_are_read_too() -> None:
    with pytest.raises(RegularsError, match="Not Found"):
        name(transport(response(200, {"errors": "Not Found"}))[0])


@pytest.mark.parametrize("status", [402, 403, 404, 423])
def test_a_closed_or_frozen_shop_is_the_merchant_s_to_open(status: int) -> None:
    with pytest.raises(AuthLost):
        name(transport(response(status))[0])


def test_another_version_than_the_pinned_one_is_logged_once(caplog: LogCaptureFixture) -> None:
    served = {"X_Shopify_API_Version": "2027-01", "X_Shopify_API_Deprecated_Reason": "fields"}
    body = {"data": FINE}
    made, _, _ = transport(*[response(200, body, **served) for _ in range(3)])
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            name(made)
    assert ["2027-01" in words for words in caplog.messages] == [True, False]
    assert ["deprecated" in words for words in caplog.messages] == [False, True]
