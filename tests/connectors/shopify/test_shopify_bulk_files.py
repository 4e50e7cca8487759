"""The file of a bulk operation: brought in pieces, kept until it is of no use, written again where it is gone."""

import os
import time
from pathlib import Path

import pytest
import requests

from app.errors import PlatformDown
from connectors.base import Page, Wait
from connectors.shopify.files import Files
from connectors.shopify.history import Cursor
from tests.connectors.shopify.bulk import RUN, URL, WHOLE, client, orders, poll, steps
from tests.connectors.shopify.fakes import response


def test_a_file_stays_until_what_it_held_is_kept(tmp_path: Path) -> None:
    """R21."""
    found, _ = client(tmp_path, RUN, poll())
    pages, _ = steps(found)
    assert [path.suffix for path in tmp_path.iterdir()] == [".jsonl"]
    again, session = client(tmp_path, poll())
    session.files.clear()  # nobody brings it again
    assert orders(steps(again, str(Cursor(bulk="gid://shopify/BulkOperation/1")))[0]) == ["6012345678901"]
    assert pages[-1].cursor is not None
    again.release(pages[-1].cursor)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_came_back_for_is_swept(tmp_path: Path) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.part"
    for path, age in ((old, 9), (new, 1)):
        path.write_text("x")
        os.utime(path, (time.time() - age * 86_400,) * 2)
    steps(client(tmp_path, RUN, poll())[0])
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_file_whose_address_ran_out_is_written_again(tmp_path: Path, status: int) -> None:
    found, session = client(tmp_path, poll(), RUN, poll(), status=status)
    taken = found.backfill("orders", str(Cursor(bulk="gid://shopify/BulkOperation/1", resume=500, offset=400)))
    assert isinstance(next(taken), Wait)
    session.files[URL] = response(200, WHOLE)
    assert orders(step for step in taken if isinstance(step, Page)) == ["6012345678901"]


class Server:
    """Gives a file in pieces: after each the line is cut. ignores: it knows no ranges."""

    def __init__(self, piece: int, *, ignores: bool = False) -> None:
        self.piece, self.ignores = piece, ignores
        self.asked: list[int] = []

    def __call__(self, asked: str) -> requests.Response:
        start = 0 if self.ignores else int(asked.removeprefix("bytes=").removesuffix("-") or 0)
        self.asked.append(start)
        rest = WHOLE[start:]
        status = 206 if start else 200
        self.piece *= 2 if self.ignores else 1
        headers = {"Content_Range": f"bytes {start}-{len(WHOLE) - 1}/{len(WHOLE)}"} if start else {}
        return response(status, rest[: self.piece], **headers)


@pytest.mark.parametrize("ignores", [False, True])
def test_a_file_that_is_cut_again_and_again_comes_whole(tmp_path: Path, ignores: bool) -> None:
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    server = Server(len(WHOLE) // 5, ignores=ignores)
    session.files[URL] = server
    pages, waits = steps(found)
    assert orders(pages) == ["6012345678901"]
    assert list(pages[0].failures) == []
    assert len(server.asked) == (3 if ignores else 5)
    assert all(wait.why.code == "file_broke_off" and wait.cursor for wait in waits[1:])


def test_a_worker_that_died_while_it_brought_a_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """R21."""
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    session.files[URL] = Server(300)
    taken = found.backfill("orders", None)
    waits = [step for step in (next(taken), next(taken)) if isinstance(step, Wait)]
    again, session = client(tmp_path, poll(fileSize=str(len(WHOLE))))
    server = Server(len(WHOLE))
    session.files[URL] = server
    assert orders(steps(again, waits[-1].cursor)[0]) == ["6012345678901"]
    assert server.asked == [300]


def test_a_file_that_brings_nothing_any_more_is_the_platform_s(tmp_path: Path) -> None:
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    session.files[URL] = lambda _: requests.ConnectionError("cut")
    with pytest.raises(PlatformDown, match="cut"):
        steps(found)


def test_a_beginning_that_is_another_file_s_is_begun_again(tmp_path: Path) -> None:
    found, session = client(tmp_path, RUN, poll(fileSize=str(len(WHOLE))))
    taken = found.backfill("orders", None)
    next(taken)
    session.files[URL] = lambda asked: response(416) if asked else response(200, WHOLE)
    files = Files(tmp_path, "bulk.myshopify.com", session)
    files._path("gid://shopify/BulkOperation/1").with_suffix(".part").write_bytes(b"x" * 20)
    assert orders(step for step in taken if isinstance(step, Page)) == ["6012345678901"]


def test_a_file_with_fewer_orders_than_said_says_so(tmp_path: Path) -> None:
    (page,), _ = steps(client(tmp_path, RUN, poll(rootObjectCount="2"))[0])
    assert "2" in page.failures[0].error
