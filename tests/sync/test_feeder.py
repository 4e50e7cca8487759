"""The reader of pages: it hands over what it read and what went wrong, and ends when nobody listens any more."""

import threading
import time
from collections.abc import Iterator

import pytest

from app.errors import PlatformDown
from app.reasons import Reason
from connectors.base import Page, Wait
from connectors.records import Deletion, Hint
from sync import feeder
from sync.feeder import Feeder, Finished, Item, together


def items(number: int) -> Iterator[Item]:
    for at in range(number):
        yield Wait(0.0, Reason("resting"), str(at))


def read(one: Feeder) -> Item:
    while (item := one.get()) is None:
        pass
    return item


def test_all_comes_in_order_and_then_the_end() -> None:
    one = Feeder(items(5), "test")
    assert [read(one) for _ in range(5)] == list(items(5))
    for _ in range(2):  # whoever asks again hears the same
        with pytest.raises(Finished):
            read(one)


def test_what_the_reading_raised_is_raised() -> None:
    def fail() -> Iterator[Item]:
        yield Wait(0.0, Reason("resting"))
        raise PlatformDown("gone")

    one = Feeder(fail(), "test")
    read(one)
    with pytest.raises(PlatformDown, match="gone"):
        read(one)


def test_a_reader_that_nobody_listens_to_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another worker went on with the run: this one's reader must not wait for ever."""
    monkeypatch.setattr(feeder, "_FORSAKEN", 0.3)
    one = Feeder(items(1000), "test")
    read(one)
    assert not one.is_forsaken
    one._thread.join(5)
    assert not one._thread.is_alive()
    assert one.is_forsaken


def large(number: int) -> Page:
    """A page that waits for no other."""
    return Page([Hint("order", f"{number}.{place}") for place in range(400)], str(number))


def test_nothing_is_read_while_a_page_is_written_where_pages_are_there_at_once() -> None:
    is_writing, read_meanwhile = False, list[bool]()

    def pages() -> Iterator[Page]:
        for number in range(5):
            read_meanwhile.append(is_writing)
            yield large(number)

    one = Feeder(pages(), "test")
    for number in range(5):
        assert read(one) == large(number)
        is_writing = True
        time.sleep(0.01)  # a reader that went on would be seen
        is_writing = False
    assert read_meanwhile == [False] * 5


def test_a_platform_that_is_waited_for_is_read_ahead_of() -> None:
    is_there, asked_for_the_third = threading.Event(), threading.Event()

    def pages() -> Iterator[Page]:
        yield large(1)
        is_there.wait()
        yield large(2)
        asked_for_the_third.set()
        yield large(3)

    one = Feeder(pages(), "test")
    assert read(one) == large(1)
    assert one.get() is None
    is_there.set()
    assert asked_for_the_third.wait(30)
    assert [read(one), read(one)] == [large(2), large(3)]


def test_small_pages_are_joined_and_a_record_that_two_of_them_hold_comes_once() -> None:
    one, two, three = (Hint("order", str(number)) for number in range(3))
    pages: list[Item] = [
        Page([one, two], "0 1", total=3),
        Page([two, three], "0 2"),
        Wait(0.1, Reason("resting"), "0 2"),
        Page([], None),
    ]
    first, wait, last = together(iter(pages))
    assert isinstance(first, Page)
    assert (first.records, first.cursor, first.total) == ([one, two, three], "0 2", 3)
    assert isinstance(wait, Wait)
    assert last == Page([], None)


def test_a_page_that_is_large_enough_waits_for_no_other() -> None:
    large = Page([Hint("order", str(number)) for number in range(400)], "next")
    asked: list[str] = []

    def pages() -> Iterator[Page]:
        yield large
        asked.append("the next")

    assert next(together(pages())) == large
    assert asked == []


def test_a_page_of_a_slow_shop_waits_for_one_other_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.feeder._PROMPT", -1.0)
    pages = [Page([Hint("order", str(number))], str(number)) for number in range(3)]
    assert [page.cursor for page in together(iter(pages)) if isinstance(page, Page)] == ["0", "1", "2"]


def test_what_was_read_before_a_fault_is_handed_over_before_it() -> None:
    def pages() -> Iterator[Page]:
        yield Page((Deletion("order", "1"),), "1")
        yield Page((Deletion("order", "2"),), "2")
        raise PlatformDown("gone")

    found = together(pages())
    page = next(found)
    assert isinstance(page, Page)
    assert (len(page.records), page.cursor) == (2, "2")
    with pytest.raises(PlatformDown):
        next(found)
