"""Many seal at once and any of them may be killed: there is one chain, and it verifies."""

import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from app.context import Context
from app.db.scope import shop_scope
from app.jobs.base import Again
from app.journal.chain import seal
from app.journal.models import JournalEntry
from app.settings import read
from sync.journal import seal_waiting
from tests.journal.conftest import NOON, Journal
from tests.sync.told import job
from tests.waiting import until

ROOT = Path(__file__).parents[2]


def sealed(journal: Journal) -> int:
    with journal.engine.connect() as db:
        return db.scalar(select(func.max(JournalEntry.place))) or 0


def test_two_who_seal_at_once_make_one_chain(journal: Journal) -> None:
    def work() -> None:
        for number in range(15):
            journal.write(NOON + timedelta(seconds=number), sealed=number % 2 == 0)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with shop_scope(journal.engine, journal.shop.id, write=True) as scope:
        seal(scope, journal.keyring, NOON)
    verdict = journal.verify()
    assert (verdict.findings, verdict.entries, verdict.waiting) == ([], 2 * 15 * 5, 0)


def test_killed_at_any_moment_it_verifies_and_goes_on(journal: Journal) -> None:
    url = journal.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.journal.writer", url, str(journal.shop.id), journal.key]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    try:
        until(lambda: sealed(journal) >= 40)
    finally:
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            writer.wait()
    verdict = journal.verify()
    assert verdict.findings == []
    assert verdict.entries >= 40
    context = Context(read({"REGULARS_HOME": "/nonexistent"}), journal.engine, journal.keyring)
    while isinstance(seal_waiting(context, job(journal.shop, "seal", "report")), Again):
        pass
    assert (journal.verify().findings, journal.verify().waiting) == ([], 0)
