"""The companion plugin's connection: made, seen to every ten minutes, left."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.lib.outgoing import guarded_session
from connectors.base import Companion
from connectors.woocommerce import companion
from connectors.woocommerce.transport import Transport
from sandbox.woocommerce.plugin import Connection, Plugin
from tests.shops.handing import box

URL, SECRET = "https://crm.example", "ab" * 32
ADDRESS = f"{URL}/webhooks/woocommerce/7"
OURS = Connection("7", URL, SECRET)


@dataclass
class Pair:
    plugin: Plugin
    transport: Transport

    def announce(self, *, anew: bool = False) -> Companion:
        return companion.announce(self.transport, "7", URL, SECRET, anew=anew)


@pytest.fixture
def pair() -> Iterator[Pair]:
    with box() as (url, face), guarded_session(allow_private=True) as session:
        secrets = {"consumer_key": face.options.key, "consumer_secret": face.options.secret}
        yield Pair(face.plugin, Transport(url, secrets, session))


@pytest.mark.parametrize("had", [None, Connection("7", URL, "cd" * 32), Connection("7", "https://old.example", SECRET)])
def test_a_plugin_that_lost_its_connection_or_has_an_old_one_gets_it_again(pair: Pair, had: Connection | None) -> None:
    pair.plugin.connected = had
    assert pair.announce() == "connected"
    assert pair.plugin.connected == OURS


def test_one_that_knows_us_is_only_asked(pair: Pair) -> None:
    pair.announce()
    kept = pair.plugin.connected
    assert pair.announce() == "connected"
    assert pair.plugin.connected is kept


def test_a_merchant_who_disconnected_in_the_plugin_is_let_be_until_they_connect_again(pair: Pair) -> None:
    pair.announce()
    pair.plugin.leave()
    assert pair.announce() == "left"
    assert pair.plugin.connected is None
    assert pair.announce(anew=True) == "connected"
    assert pair.plugin.connected == OURS


def test_leaving_ends_our_connection_and_no_other(pair: Pair) -> None:
    pair.announce()
    elsewhere = Connection("7", "https://other.example", SECRET)
    pair.plugin.connected = elsewhere
    companion.leave(pair.transport, ADDRESS)
    assert pair.plugin.connected is elsewhere
    pair.plugin.connected = OURS
    companion.leave(pair.transport, ADDRESS)
    assert pair.plugin.connected is None
    assert not pair.plugin.left
