"""The life of a token, from the first opening of the panel to the next authorisation."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import select

from app.db.scope import shop_scope
from app.errors import AuthLost
from app.shops.models import Credential
from sandbox.shopify.auth import Tokens
from tests.shops.conftest import Clock, House


@pytest.fixture
def slow_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token takes its time: two who ask for one at once would both be answered."""
    exchange: Callable[..., Any] = Tokens.exchange

    def slowly(*given: Any) -> Any:
        time.sleep(0.3)
        return exchange(*given)

    monkeypatch.setattr(Tokens, "exchange", slowly)


def test_a_token_is_exchanged_refreshed_by_one_of_two_refused_and_authorised_again(
    house: House, clock: Clock, slow_endpoint: None
) -> None:
    tokens = house.face.tokens

    # exchanged, as the panel is opened for the first time
    assert house.open_panel().status_code == 200
    assert house.shop.state == "connecting"
    assert house.client().facts().name == "Small & Sons"
    assert tokens.granted == 1
    first = house.grant()
    assert first.refresh_token
    assert no_token_is_readable(house, first.access_token, first.refresh_token)

    # run out: of two workers at once one asks, both go on
    clock.move(minutes=56)
    with ThreadPoolExecutor(2) as workers:
        asking = [workers.submit(house.client().facts) for _ in range(2)]
        assert [one.result().name for one in asking] == ["Small & Sons"] * 2
    assert tokens.granted == 2
    second = house.grant()
    assert (second.access_token, second.refresh_token) != (first.access_token, first.refresh_token)

    # nobody came for 89 days
    clock.move(days=89)
    house.work("installation")
    assert tokens.granted == 3
    assert house.shop.state == "connecting"

    # nobody came for longer than that: it is over, and the merchant is told what to do
    clock.move(days=91)
    with pytest.raises(AuthLost, match="gives us no token"):
        house.work("installation")
    assert (house.shop.state, house.shop.remedy) == ("paused", "reopen")
    assert all(house.begin(name) for name in ("installation", "pull", "webhooks"))  # they wait too, and call nobody
    assert tokens.granted == 3
    assert "Open Regulars in your Shopify admin" in house.ask_panel("/panel/connections").text
    assert tokens.granted == 3

    # what they do
    assert house.open_panel("/panel/connections").status_code == 200
    assert (house.shop.state, house.shop.state_reason, house.shop.remedy) == ("connecting", None, None)
    assert tokens.granted == 4
    house.work("installation")
    assert house.client().facts().name == "Small & Sons"
    assert tokens.granted == 4


def no_token_is_readable(house: House, *tokens: str) -> bool:
    with shop_scope(house.context.engine, house.shop.id) as scope:
        kept = b"".join(row.value for row in scope.all(select(Credential)))
    return bool(kept) and not any(token.encode() in kept for token in tokens)
