"""Writes are made once: paced, tried again, never twice, whatever ends in between."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.db.scope import shop_scope
from app.errors import AuthLost, PlatformDown, RateLimited
from app.jobs.models import JobRow
from app.lib.clock import utc_now
from app.shops.models import Shop
from app.writes.actions import enqueue, retry
from app.writes.models import PlatformWrite
from connectors.changes import AddTags, Change, EmailConsent, RemoveTags
from sync.__main__ import HANDLERS
from sync.timetable import minute, tidy
from tests.conftest import make_shop
from tests.writes.asking import ANN, ask, tag, tags
from tests.writes.house import House, Killed, said


def raising(error: BaseException, times: int = 1) -> "Raiser":
    return Raiser(error, times)


class Raiser:
    def __init__(self, error: BaseException, times: int) -> None:
        self.error, self.left = error, times

    def __call__(self, change: Change) -> None:
        if self.left:
            self.left -= 1
            raise self.error


def changes(house: House) -> list[str]:
    return [topic for topic, _ in house.inside.told if topic == "customers/update"]


def test_a_tag_is_added_and_the_same_key_is_one_write(house: House) -> None:
    tag(house, "vip", "gold")
    tag(house, "vip", "gold")
    assert house.push() is None
    assert tags(house) == ("gold", "vip")
    (write,) = house.writes()
    assert (write.state, write.kind, write.answer) == ("done", "tags_added", {"customer": ANN, "tags": ["vip", "gold"]})


def test_what_is_so_already_is_not_written(house: House) -> None:
    house.box.change_customer(1, tags=("VIP",))
    house.inside.told.clear()
    tag(house, "vip")
    house.push()
    (write,) = house.writes()
    assert (write.state, write.echoed_at is not None, house.inside.told) == ("done", True, [])
    assert tags(house) == ("VIP",)


def test_writes_of_one_customer_go_in_their_order(house: House) -> None:
    house.line.before = raising(PlatformDown("the shop does not answer"))
    tag(house, "vip")
    ask(house, RemoveTags(ANN, ("vip",)), "k2")
    ask(house, AddTags("2", ("vip",)), "k3", "2")
    assert house.push() is not None  # the first waits, and the second for the first; the third is another's
    assert house.states() == ["uncertain", "waiting", "waiting"]
    house.push()
    assert house.states() == ["uncertain", "waiting", "done"]
    house.push_all()
    assert house.states() == ["done", "done", "done"]
    assert (tags(house), house.box.shop.people[2].tags) == ((), ("vip",))


def test_a_process_that_dies_before_the_answer_is_kept_writes_nothing_twice(house: House) -> None:
    """R37 of the outbox, for writes: in doubt what stands is read first."""
    house.line.after = raising(Killed())
    tag(house, "vip")
    with pytest.raises(Killed):
        house.push()
    assert (tags(house), house.states()) == (("vip",), ["sending"])
    house.push()
    (write,) = house.writes()
    assert (write.state, tags(house), changes(house)) == ("done", ("vip",), ["customers/update"])


def test_a_process_that_dies_before_it_sends_sends_after_all(house: House) -> None:
    house.line.before = raising(Killed())
    tag(house, "vip")
    with pytest.raises(Killed):
        house.push()
    house.push()
    assert (house.states(), tags(house)) == (["done"], ("vip",))


def test_an_answer_that_was_cut_off_is_in_doubt_until_it_was_looked_up(house: House) -> None:
    house.line.after = raising(PlatformDown("the line broke"))
    tag(house, "vip")
    again = house.push()
    (write,) = house.writes()
    assert (write.state, write.error, write.attempts) == ("uncertain", said("no_answer", "the line broke"), 1)
    assert again is not None
    assert again.at == write.due_at
    house.push_all()
    assert (house.states(), changes(house)) == (["done"], ["customers/update"])


def test_a_shop_that_stays_away_is_given_up_and_can_be_tried_by_hand(house: House) -> None:
    house.line.before = raising(PlatformDown("the shop does not answer"), 8)
    tag(house, "vip")
    house.push_all()
    (write,) = house.writes()
    assert (write.state, write.attempts, write.error) == ("failed", 8, said("gave_up", "the shop does not answer"))
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        retry(scope, write.id, utc_now())
    house.push()
    assert (house.states(), tags(house)) == (["done"], ("vip",))


def test_a_full_bucket_is_a_wait_and_no_failure(house: House) -> None:
    house.line.before = raising(RateLimited("slowly", 7.0))
    tag(house, "vip")
    before = utc_now()
    again = house.push()
    assert again is not None
    assert again.at is not None
    assert before <= again.at - timedelta(seconds=7) <= utc_now()
    assert house.states() == ["waiting"]
    house.push_all()
    assert house.states() == ["done"]


def test_a_key_that_is_refused_pauses_the_shop_and_the_write_waits(house: House) -> None:
    house.line.before = raising(AuthLost("the token is not good any more"))
    tag(house, "vip")
    with pytest.raises(AuthLost):
        house.push()
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        assert (scope.shop.state, house.states()) == ("paused", ["waiting"])
        scope.shop.state = "active"
    house.push()
    assert house.states() == ["done"]


@pytest.mark.parametrize("state", ["paused", "uninstalled"])
def test_a_shop_that_left_or_waits_for_its_merchant_is_not_called(house: House, state: str) -> None:
    tag(house, "vip")
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        scope.shop.state = state
    house.push()
    assert (house.states(), house.line.writes) == (["waiting"], [])


def test_what_the_shop_refuses_is_shown_in_its_words(house: House) -> None:
    tag(house, *[f"t{number}" for number in range(251)])
    ask(house, AddTags("999", ("vip",)), "k2", "999")
    house.push()
    errors = [write.error for write in house.writes()]
    assert house.states() == ["failed", "failed"]
    assert errors == [
        said("refused", "Shopify says: tags: Tags cannot be more than 250"),
        said("refused", "Shopify has no customer 999 any more."),
    ]


def test_a_fault_of_ours_stops_no_other_write(house: House) -> None:
    house.line.before = raising(KeyError("odd"))
    tag(house, "vip")
    ask(house, AddTags("2", ("vip",)), "k2", "2")
    house.push()
    assert house.states() == ["failed", "done"]
    assert house.writes()[0].error == said("our_fault", "KeyError: 'odd'")


def test_a_later_word_on_consent_takes_the_place_of_one_that_waits(house: House) -> None:
    now = utc_now().replace(microsecond=0)
    for seconds, state in ((1, "granted"), (2, "refused")):
        change = EmailConsent("ann@example.com", state, now - timedelta(seconds=9 - seconds), "single_opt_in")  # type: ignore[arg-type]
        ask(house, change, state, "ann@example.com")
    house.push()
    assert house.states() == ["superseded", "done"]


def test_a_platform_that_takes_no_such_writes_gets_none(house: House) -> None:
    other = make_shop(house.engine, platform="woocommerce", domain="woo.example")
    with shop_scope(house.engine, other.id, write=True) as scope:
        assert enqueue(scope, AddTags("1", ("vip",)), "1", "k1", utc_now()) is None


def test_writes_stay_within_their_shop(house: House, stranger: Shop) -> None:
    with shop_scope(house.engine, stranger.id, write=True) as scope:
        enqueue(scope, AddTags(ANN, ("theirs",)), ANN, "k1", utc_now())
    tag(house, "ours")
    house.push()
    assert (tags(house), house.states()) == (("ours",), ["done"])
    with shop_scope(house.engine, stranger.id) as scope:
        assert scope.all(select(PlatformWrite.state)) == ["waiting"]


@pytest.mark.parametrize("state", ["waiting", "sending", "uncertain"])
def test_a_write_whose_job_was_lost_is_found_again_within_a_minute(house: House, state: str) -> None:
    tag(house, "vip")
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        scope.get(PlatformWrite, house.writes()[0].id).state = state
        for job in scope.all(select(JobRow).where(JobRow.shop_id == house.shop_id)):
            scope.delete(job)
        scope.flush()
        minute(scope, utc_now())
        assert [job.name for job in scope.all(select(JobRow).where(JobRow.lane == "push"))] == ["push"]
    assert "push" in HANDLERS


def test_what_was_written_is_forgotten_after_three_months_but_not_which_codes_were_made(house: House) -> None:
    for number, kind in enumerate(("tags_added", "tags_added", "discount", "email_consent")):
        with shop_scope(house.engine, house.shop_id, write=True) as scope:
            age = timedelta(days=89 if number == 0 else 91)
            scope.add(
                PlatformWrite(
                    shop_id=house.shop_id, key=str(number), kind=kind, subject=ANN, created_at=utc_now() - age,
                    due_at=utc_now(), state="failed" if kind == "email_consent" else "done",
                )
            )  # fmt: skip
    with shop_scope(house.engine, house.shop_id, write=True) as scope:
        tidy(scope, utc_now())
    assert [write.key for write in house.writes()] == ["0", "2", "3"]
