"""Ids, the demo's clock, the folder that is a registry, digests of records."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from app.lib import clock
from app.lib.folder import modules
from app.lib.ids import new_ids
from app.segments import conditions
from connectors.records import digest
from tests.factory import order_record


def test_ids_rise_and_never_repeat_whoever_asks() -> None:
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(new_ids(10_000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    flat = [one for some in found for one in some]
    assert len(set(flat)) == 40_000
    assert all(some == sorted(some) for some in found)
    assert max(flat) < 2**63


def test_the_demo_s_clock_ticks_from_where_it_was_set(tmp_path: Path) -> None:
    moment = datetime(2011, 12, 9, 12, 0, tzinfo=UTC)
    try:
        clock.follow(tmp_path / "clock")
        before = clock.real_now()
        assert before <= clock.utc_now() <= clock.real_now()
        clock.set_demo_clock(tmp_path / "clock", moment)
        assert timedelta(milliseconds=-1) <= clock.utc_now() - moment < timedelta(hours=1)  # the file rounds
        assert clock.real_now().year >= 2026
    finally:
        clock.follow(None)


def test_the_folder_is_the_list() -> None:
    assert list(modules(conditions)) == sorted(path.stem for path in Path(conditions.__path__[0]).glob("[a-z]*.py"))


def test_equal_parts_have_equal_digests_and_others_have_others() -> None:
    one, same, other = order_record("1"), order_record("1"), order_record("1", note="x")
    assert one.head is not None
    assert same.head is not None
    assert other.head is not None
    assert digest(one.head) == digest(same.head) != digest(other.head)
    assert digest(msgspec.structs.replace(one.head, note="x")) == digest(other.head)
    assert 0 <= digest(one.head) < 2**63
