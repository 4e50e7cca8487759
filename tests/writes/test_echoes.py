"""What comes back of our own writes is no news; what the merchant did beside them is."""

from datetime import timedelta

from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.writes.models import PlatformWrite
from connectors.changes import RemoveTags
from tests.writes.asking import ANN, ask, tag, tags
from tests.writes.house import House


def test_our_own_tag_is_no_change_when_it_comes_back(house: House) -> None:
    house.read_customers()
    tag(house, "vip")
    house.push()
    house.hear()
    assert (house.events(), house.echoes()) == ([], 1)
    assert house.customer(ANN).tags == ["vip"]
    assert house.writes()[0].echoed_at is not None


def test_a_tag_in_tag_out_loop_ends_after_one_write(house: House) -> None:
    """Somebody who adds a tag whenever a customer changes would never come to an end, were echoes news."""
    house.read_customers()
    house.box.change_customer(1, first_name="Anna")
    for round_ in range(5):
        house.hear()
        changed = [kind for kind, _ in house.events() if kind == "customer.changed"]
        house.forget_events()
        if changed:
            tag(house, f"seen-{round_}", key=f"k{round_}")
        house.push()
    assert tags(house) == ("seen-0",)


def test_an_echo_that_comes_before_its_answer_is_kept_is_one_all_the_same(house: House) -> None:
    house.read_customers()
    house.line.after = lambda change: house.hear()
    tag(house, "vip")
    house.push()
    assert (house.events(), house.echoes(), house.states()) == ([], 1, ["done"])
    assert house.writes()[0].echoed_at is not None


def test_what_the_merchant_did_beside_it_is_news(house: House) -> None:
    house.read_customers()
    tag(house, "vip")
    house.push()
    house.box.change_customer(1, tags=("vip", "by hand"))
    house.hear()
    assert house.events() == [("customer.changed", {"parts": ["tags"]})]
    house.forget_events()
    house.box.change_customer(1, tags=("by hand",))  # ours is taken away again, which we did not ask for
    house.hear()
    assert house.events() == [("customer.changed", {"parts": ["tags"]})]


def test_a_tag_taken_away_comes_back_as_no_news(house: House) -> None:
    house.box.change_customer(1, tags=("a", "b"))
    house.read_customers()
    house.inside.told.clear()
    ask(house, RemoveTags(ANN, ("A",)), "k1")
    house.push()
    house.hear()
    assert (tags(house), house.events(), house.echoes()) == (("b",), [], 1)


def test_what_was_written_long_ago_excuses_nothing(house: House) -> None:
    house.read_customers()
    tag(house, "vip")
    house.push()
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        write = scope.get(PlatformWrite, house.writes()[0].id)
        write.done_at = utc_now() - timedelta(hours=2)
    house.hear()
    assert house.events() == [("customer.changed", {"parts": ["tags"]})]
