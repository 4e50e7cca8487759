"""Blocks to a mail: what is said is escaped, what is Liquid is filled, what runs away is stopped."""

from typing import Any

import pytest

from app.errors import BadInput
from app.mail.render import compile_mail, render

FACTS: dict[str, Any] = {
    "shop": {"name": "Hats & Co"},
    "customer": {"first_name": "<b>Ada</b>"},
    "items": [{"title": "A <hat>", "quantity": 2, "total": "€49.90"}],
    "total": "€49.90",
    "sender": {"name": "Hats & Co", "postal_address": "1 High Street"},
    "words": {"total": "Total", "unsubscribe": "Unsubscribe", "why": "You agreed."},
    "recovery_url": "https://crm.example.com/r/abc",
    "unsubscribe_url": "https://crm.example.com/u/abc",
}


def mail(*blocks: dict[str, Any], subject: str = "Hello {{ customer.first_name }}") -> Any:
    return render(compile_mail(subject, blocks), FACTS)


def test_a_name_with_markup_stays_a_name() -> None:
    made = mail({"kind": "text", "text": "Dear {{ customer.first_name }}, 2 < 3"}, {"kind": "items"})
    assert "<b>Ada" not in made.html
    assert "&lt;b&gt;Ada&lt;/b&gt;" in made.html
    assert "2 &lt; 3" in made.html
    assert "A &lt;hat&gt;" in made.html
    assert made.subject == "Hello <b>Ada</b>"
    assert "Dear <b>Ada</b>, 2 < 3" in made.text
    assert "2 x A <hat>  €49.90" in made.text


def test_every_mail_can_be_left() -> None:
    made = mail({"kind": "text", "text": "hi"})
    assert made.html.count("https://crm.example.com/u/abc") == 1
    assert "Unsubscribe: https://crm.example.com/u/abc" in made.text
    assert "1 High Street" in made.html


def test_the_button_leads_back_to_the_basket() -> None:
    made = mail({"kind": "button", "text": "Back"})
    assert 'href="https://crm.example.com/r/abc"' in made.html
    assert "Back: https://crm.example.com/r/abc" in made.text


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"kind": "carousel"}, "block 1: 'carousel' is none of heading, text, items, button, divider"),
        ({"kind": "text", "text": "  "}, "block 1: has no text"),
        ({"kind": "text", "text": "{% if %}"}, "mail: "),
        ({"kind": "text", "text": "{{ customer.first_name | explode }}"}, "mail: "),
    ],
)
def test_what_cannot_be_a_mail_is_named(block: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as error:
        mail(block)
    assert str(error.value).startswith(said)


def test_a_loop_that_runs_away_is_stopped() -> None:
    with pytest.raises(BadInput):
        mail({"kind": "text", "text": "{% for a in (1..900) %}{% for b in (1..900) %}x{% endfor %}{% endfor %}"})


def test_a_range_cannot_be_made_endless() -> None:
    made = mail({"kind": "text", "text": '{{ (1..300000000) | join: "" | size }}'})
    assert len(made.text) < 2000


def test_liquid_sees_plain_values_only() -> None:
    made = mail({"kind": "text", "text": "[{{ customer.first_name.__class__ }}{{ shop.__dict__ }}]"})
    assert "[]" in made.text
