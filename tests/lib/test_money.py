"""Money: minor units by the currency's own exponent, nothing lost, nothing mixed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInput
from app.lib.money import Money, convert, exponent, parse_minor, split


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.30", "EUR", 1230), ("12.3", "EUR", 1230), ("12", "EUR", 1200), ("-0.05", "EUR", -5), ("-0.00", "EUR", 0),
        ("3300", "JPY", 3300), ("3300.00", "JPY", 3300), ("1.234", "KWD", 1234), ("0.5", "KWD", 500),
        ("99999999999.99", "USD", 9_999_999_999_999),
    ],
)  # fmt: skip
def test_an_amount_is_read_to_the_last_digit(amount: str, currency: str, minor: int) -> None:
    assert parse_minor(amount, currency) == (minor, False)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("54.505", "EUR", 5451),
        ("-54.505", "EUR", -5451),
        ("33.33", "JPY", 33),
        ("0.5", "JPY", 1),
        ("1.2345", "KWD", 1235),
    ],
)
def test_what_is_finer_than_its_currency_is_rounded_half_up_and_marked(amount: str, currency: str, minor: int) -> None:
    assert parse_minor(amount, currency) == (minor, True)


@pytest.mark.parametrize("amount", ["", "1,00", "1e3", " 1", "NaN", "--1", ".5", "1.", "٣", 1.5, None])
def test_what_is_no_amount_is_refused(amount: object) -> None:
    with pytest.raises(BadInput, match="amount"):
        parse_minor(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["", "eur", "XYZ", "EURO", "$"])
def test_an_unknown_currency_is_refused(currency: str) -> None:
    with pytest.raises(BadInput, match="currency"):
        exponent(currency)


def test_two_currencies_do_not_mix() -> None:
    """R61."""
    with pytest.raises(TypeError, match="EUR and SEK do not mix"):
        Money.parse("1.00", "EUR") + Money.parse("1.00", "SEK")


def test_money_shows_its_currency_s_digits() -> None:
    assert [str(Money(1234, code)) for code in ("EUR", "JPY", "KWD")] == ["12.34 EUR", "1234 JPY", "1.234 KWD"]


def test_converting_goes_by_both_exponents() -> None:
    assert convert(10_000, "JPY", Decimal("0.0061"), "EUR") == 6100
    assert convert(1_000, "KWD", Decimal("3.05"), "EUR") == 305
    assert convert(1, "JPY", Decimal("0.005"), "EUR") == 1  # half up


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any))
def test_parts_sum_to_the_whole(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) <= 1 for part, weight in zip(parts, weights, strict=True))


@given(st.integers(-(10**14), 10**14), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_written_reads_the_same(minor: int, currency: str) -> None:
    assert Money.parse(str(Money(minor, currency)).split()[0], currency) == Money(minor, currency)
