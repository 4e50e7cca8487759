"""Reasons: every code has its words, in every language, and every sentence is somebody's."""

import re
from pathlib import Path
from typing import get_args

import pytest

from app.consent.models import Stop
from app.errors import AuthLost, PlatformDown, RateLimited, Refused
from app.lib.i18n import PSEUDO, speaking
from app.reasons import WORDS, Reason, told, words

ROOT = Path(__file__).parents[2]


def test_every_code_has_words_and_every_sentence_is_used() -> None:
    source = "".join(
        path.read_text() for room in ("app", "connectors", "sync", "webhooks") for path in (ROOT / room).rglob("*.py")
    )
    written = source.replace((ROOT / "app/reasons.py").read_text(), "")
    assert set(re.findall(r'Reason\(\s*"(\w+)"', written)) <= set(WORDS)
    of_errors = {"no_access", "asked_to_wait", "no_answer", "refused", "our_fault"}
    assert [code for code in WORDS if code not in of_errors and f'"{code}"' not in written] == []


@pytest.mark.parametrize("stop", get_args(Stop))
def test_who_said_stop_is_told_with_the_day(stop: str) -> None:
    kept = Reason(stop, {"on": "2026-05-03"}).kept()
    assert "May 3, 2026" in words(kept)
    with speaking("de"):
        assert "03.05.2026" in words(kept)


@pytest.mark.parametrize(
    ("error", "code"),
    [(AuthLost("x"), "no_access"), (RateLimited("x"), "asked_to_wait"), (PlatformDown("x"), "no_answer"),
     (Refused("x"), "refused"), (KeyError("x"), "our_fault")],
)  # fmt: skip
def test_an_error_says_who_is_at_fault_and_its_own_words_stand_behind(error: Exception, code: str) -> None:
    kept = Reason.of(error).kept()
    assert kept["code"] == code
    assert "x" not in words(kept).split()
    assert told(kept).endswith("KeyError: 'x'" if code == "our_fault" else ": x")


def test_numbers_and_sentences_are_those_of_the_language() -> None:
    kept = Reason("file_grows", {"records": 41_000}, "bulk 7").kept()
    assert words(kept) == "Shopify puts the records together: 41,000 so far."
    with speaking("de"):
        assert "41.000" in words(kept)
    with speaking(PSEUDO):
        assert words(kept).startswith("⟦")
    assert words(None) == told(None) == ""
