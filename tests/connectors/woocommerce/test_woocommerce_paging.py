"""Lists that change, lie or are slow while they are walked: no row may be missed."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadInput, PlatformDown, RateLimited
from connectors.base import Wait
from connectors.woocommerce import lists, rows
from connectors.woocommerce.ahead import Ahead
from connectors.woocommerce.lists import Place, Slice, walk

PATH = "wc/v3/orders"


def ids_of(parts: list[Slice | Wait]) -> list[int]:
    return [number for part in parts if isinstance(part, Slice) for number in rows.ids(part.raw)[0]]


def numbered(*numbers: int) -> list[dict[str, int]]:
    return [{"id": number} for number in numbers]


def one_by_one(shop: Any) -> Ahead:
    return Ahead(shop, depth=0)


def at_once(shop: Any) -> Ahead:
    """Two pages are read before the one that they follow is worked on, as two connections may."""
    return Ahead(shop, start=lambda work: work())


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 200, 298, 357])
def test_every_row_comes_whatever_the_length(count: int, script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, count + 1))})
    parts = list(walk(shop, PATH, {}))
    assert sorted(set(ids_of(parts))) == list(range(1, count + 1))
    last = parts[-1]
    assert isinstance(last, Slice)
    assert (last.place, last.shortfall) == (None, "")
    assert all(params["orderby"] == "id" and params["order"] == "asc" for _, params in shop.asked)


def test_a_row_that_leaves_the_list_hides_no_other(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, 351))})

    def trash_some(path: str, params: dict[str, str]) -> None:
        if len(shop.asked) == 2:  # after the first page three of its orders go to the trash
            del shop.lists[PATH][10:13]

    shop.before = trash_some
    found = ids_of(list(walk(shop, PATH, {}, ahead=one_by_one(shop))))
    assert set(found) == set(range(1, 351))  # 101, 102 and 103 moved up a page, and came all the same


def test_so_many_may_leave_that_a_page_stays_empty(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, 251))})

    def empty_it(path: str, params: dict[str, str]) -> None:
        if len(shop.asked) == 3:
            del shop.lists[PATH][:180]

    shop.before = empty_it
    assert set(range(181, 251)) <= set(ids_of(list(walk(shop, PATH, {}, ahead=one_by_one(shop)))))


@pytest.mark.parametrize("is_hpos", [True, False])
@pytest.mark.parametrize("reading", [one_by_one, at_once])
@settings(max_examples=40)
@given(data=st.data())
def test_what_stays_from_beginning_to_end_is_always_read(
    data: st.DataObject, script: Callable[..., Any], reading: Callable[[Any], Ahead], is_hpos: bool
) -> None:
    """R12: rows come and go while the list is walked; those that stayed are never missed."""
    everything = set(range(1, data.draw(st.integers(1, 400)) + 1))
    shop = script({PATH: numbered(*sorted(everything))}, is_hpos=is_hpos)
    stayed = set(everything)

    def shake(path: str, params: dict[str, str]) -> None:
        gone = data.draw(st.sets(st.sampled_from(sorted(everything)), max_size=60))
        stayed.difference_update(gone)
        new = [max(everything) + 1 + n for n in range(data.draw(st.integers(0, 3)))] if len(shop.asked) < 8 else []
        everything.update(new)
        left = {row["id"] for row in shop.lists[PATH]} - gone
        shop.lists[PATH] = numbered(*sorted(left | set(new)))

    shop.before = shake
    parts = list(walk(shop, PATH, {}, ahead=reading(shop)))
    assert stayed <= set(ids_of(parts))


@pytest.mark.parametrize("reading", [one_by_one, at_once])
def test_rows_added_and_trashed_between_pages_are_counted_once(
    script: Callable[..., Any], reading: Callable[[Any], Ahead]
) -> None:
    """As many as came are as many as the list says at last: nothing is told as missing that is not."""
    shop = script({PATH: numbered(*range(1, 301))})

    def change(path: str, params: dict[str, str]) -> None:
        if len(shop.asked) == 2:
            shop.lists[PATH] = numbered(*range(6, 306))  # five went to the trash, five were bought

    shop.before = change
    last = list(walk(shop, PATH, {}, ahead=reading(shop)))[-1]
    assert isinstance(last, Slice)
    assert (last.place, last.shortfall) == (None, "")
    assert set(range(6, 306)) <= set(ids_of(list(walk(shop, PATH, {}))))


def test_two_pages_are_on_their_way_while_one_is_worked_on(script: Callable[..., Any]) -> None:
    """R20: a long history comes at the pace of the shop, and waits for nothing else."""
    shop = script({PATH: numbered(*range(1, 501))})
    parts = walk(shop, PATH, {}, ahead=at_once(shop))
    next(parts)
    assert [params["offset"] for _, params in shop.asked] == ["0", "99", "198"]
    list(parts)
    assert [params["offset"] for _, params in shop.asked] == ["0", "99", "198", "297", "396", "495"]  # none twice


def test_a_walk_goes_on_where_it_was_stopped(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, 351))})
    first = next(iter(walk(shop, PATH, {})))
    assert isinstance(first, Slice)
    del shop.lists[PATH][5:9]  # while nobody looked
    rest = list(walk(shop, PATH, {}, Place.read(str(first.place))))
    assert set(range(101, 351)) <= set(ids_of(rest))
    assert len(shop.asked) < 9


def test_a_walk_that_was_stopped_and_lacks_rows_is_walked_again(script: Callable[..., Any]) -> None:
    """It does not know what it saw, so nobody can tell which are missing."""
    shop = script({PATH: numbered(*range(1, 201))})
    parts = list(walk(shop, PATH, {}, Place(offset=99, last=150, seen=100)))
    assert set(ids_of(parts)) == set(range(1, 201))
    last = parts[-1]
    assert isinstance(last, Slice)
    assert (last.place, last.shortfall) == (None, "")


def test_a_slow_page_is_asked_for_again_with_fewer_rows(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, 121))})

    def time_out(path: str, params: dict[str, str]) -> None:
        if int(params["per_page"]) > 25:
            raise PlatformDown("shop.test did not answer in time.")

    shop.before = time_out
    parts = list(walk(shop, PATH, {}))
    waits = [part for part in parts if isinstance(part, Wait)]
    assert [Place.read(wait.cursor).size for wait in waits][:2] == [50, 25]
    assert set(ids_of(parts)) == set(range(1, 121))


def test_a_shop_that_is_down_is_told_as_such(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(1)})

    def down(path: str, params: dict[str, str]) -> None:
        raise PlatformDown("shop.test does not answer.")

    shop.before = down
    with pytest.raises(PlatformDown):
        list(walk(shop, PATH, {}))
    assert len(shop.asked) == 5  # 100, 50, 25, 12, 10 rows


def test_a_page_that_takes_long_makes_the_next_smaller_and_the_next_walk_begins_so(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, 301))}, seconds=lambda size: size / 4)
    assert set(ids_of(list(walk(shop, PATH, {}, ahead=one_by_one(shop))))) == set(range(1, 301))
    sizes = [params["per_page"] for _, params in shop.asked]
    assert sizes[:3] == ["100", "50", "50"]  # a hundred took 25 seconds, fifty take 12.5
    shop.asked.clear()
    list(walk(shop, PATH, {}))
    assert shop.asked[0][1]["per_page"] == "50"
    shop.seconds = lambda size: 1.0
    list(walk(shop, PATH, {}))
    assert lists.size_of(shop, PATH) == 100  # the shop has recovered


def test_a_shop_that_asks_for_a_moment_gets_it_and_the_walk_goes_on(script: Callable[..., Any]) -> None:
    shop = script({PATH: numbered(*range(1, 301))})

    def busy(path: str, params: dict[str, str]) -> None:
        if len(shop.asked) == 2:
            raise RateLimited("shop.test asks us to wait.", 7)
        if len(shop.asked) == 4:
            raise RateLimited("shop.test asks us to wait.", 600)

    shop.before = busy
    parts = walk(shop, PATH, {}, ahead=one_by_one(shop))
    found = [next(parts) for _ in range(3)]
    [wait] = [part for part in found if isinstance(part, Wait)]
    assert (wait.seconds, wait.why.code, wait.cursor) == (7, "asked_to_wait", "99,100,100,100")
    with pytest.raises(RateLimited):  # ten minutes are the job's to wait
        list(parts)


def test_a_list_without_order_is_repaired_by_its_ids(script: Callable[..., Any]) -> None:
    """Equal dates and plugins' filters hide rows and repeat others: the count says so, the ids say which."""
    whole, faulty = numbered(*range(1, 151)), numbered(*range(1, 110), 109, *range(111, 151))
    shop = script({PATH: whole})

    def confuse(path: str, params: dict[str, str]) -> None:
        shop.lists[PATH] = whole if "_fields" in params or "include" in params else faulty

    shop.before = confuse
    parts = list(walk(shop, PATH, {}))
    assert set(ids_of(parts)) == set(range(1, 151))
    last = parts[-1]
    assert isinstance(last, Slice)
    assert last.shortfall == ""


def test_a_list_that_claims_more_than_it_gives_is_listed_as_a_failure(script: Callable[..., Any]) -> None:
    """R1: never a silent gap."""
    shop = script({PATH: numbered(*range(1, 31))}, total=35)
    last = list(walk(shop, PATH, {}))[-1]
    assert isinstance(last, Slice)
    assert last.shortfall == "shop.test says that wc/v3/orders has 35 rows, but its pages held 30."


def test_a_row_without_an_id_does_not_stop_the_walk(script: Callable[..., Any]) -> None:
    shop = script({PATH: [*numbered(*range(1, 60)), {"oops": True}, *numbered(*range(60, 130))]})
    assert set(ids_of(list(walk(shop, PATH, {})))) == set(range(1, 130))


def test_a_cursor_of_another_list_is_refused() -> None:
    for cursor in ("", "x", "1,2", "1,2,3,4,5"):
        with pytest.raises(BadInput, match="cursor"):
            Place.read(cursor)
