"""The platform's own report beside the orders: what is a question, and what is rounding."""

import pytest

from connectors.auditing import ReportDay
from sync.reconcile.report import _question


@pytest.mark.parametrize(
    ("theirs", "ours", "decimals", "is_asked"),
    [
        (("2", "10.00"), ("2", "10.00"), 2, False),
        (("2", "10.004"), ("2", "9.995"), 2, False),  # 0.009 of two orders, each rounded to the cent
        (("2", "10.02"), ("2", "10.00"), 2, True),
        (("1", "10.00"), ("2", "10.00"), 2, True),
        (("1", "1000"), ("1", "1001"), 0, True),
        (("0", "-5.00"), ("0", "0"), 2, True),
    ],
)
def test_only_what_rounding_does_not_explain_is_a_question(
    theirs: tuple[str, str], ours: tuple[str, str], decimals: int, is_asked: bool
) -> None:
    said = _question(ReportDay(int(theirs[0]), theirs[1]), ReportDay(int(ours[0]), ours[1]), decimals)
    assert (said is not None) is is_asked
