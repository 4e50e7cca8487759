"""Every sentence goes through gettext: in the pseudo-language no bare text is left, in pages, attributes and errors."""

import re
from html.parser import HTMLParser

import pytest

from app.lib import i18n
from tests.panel.conftest import House
from tests.panel.pages import ACTIONS, PAGES, address, change
from tests.panel.seed import FIRST, LAST, THINGS

# What rows hold, and names of things: not sentences of ours.
DATA = (
    *FIRST, *LAST, *THINGS, "Regulars", "Points", "Checkout recovery", "ours.myshopify.com", "ours", "Shopify", "EUR",
    "SEK", "vip", "Gartenweg", "Berlin", "Germany", "order", "active",
    "amount: '12,3'", "currency: 'XXQ'", "regulars owner EMAIL",
    "You left something in your basket", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
    "Sep", "Oct", "Nov", "Dec", "January", "February", "March", "April", "June", "July", "August", "September",
    "October", "November", "December", "K",
)  # fmt: skip
SILENT = ("script", "style", "time", "code", "textarea", "pre")
SPOKEN = ("title", "placeholder", "aria-label", "alt", "data-text")


class Reader(HTMLParser):
    """What a person reads or is read to, without times, codes and what is hidden from everybody."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        is_avatar = "avatar" in (known.get("class") or "")
        if tag in SILENT or is_avatar or self._silent:
            if tag not in ("input", "br", "img", "meta", "link"):
                self._silent.append(tag)
            return
        self.said += [f" {known[name]} " for name in SPOKEN if known.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def bare(html: str) -> str:
    """What is left once marked sentences, rows' own words, addresses and numbers are taken out."""
    reader = Reader()
    reader.feed(html)
    left, depth = "", 0
    for character in "\n".join(reader.said):
        depth += {"⟦": 1, "⟧": -1}.get(character, 0)
        left += character if depth == 0 else " "
    left = re.sub(r"\S+@\S+", "", left)
    for word in sorted(DATA, key=len, reverse=True):
        left = re.sub(rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])", "", left)
    return " ".join(re.findall(r"[^\W\d_]{2,}", re.sub(r"€[\d.]+K", "", left)))


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "choose", lambda wanted: i18n.PSEUDO)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_bare_text(house: House, name: str) -> None:
    assert bare(house.client.get(address(house, PAGES[name], house.ours)).text) == ""


@pytest.mark.parametrize("name", [name for name, path in PAGES.items() if "{" not in path])
def test_an_empty_page_has_no_bare_text(bare_house: House, name: str) -> None:
    assert bare(bare_house.client.get(PAGES[name]).text) == ""


@pytest.fixture
def bare_house(bare: House) -> House:
    return bare


@pytest.mark.parametrize("path", ["/panel/nowhere", "/panel/customers?after=x", "/panel/?shop=1", "/panel/sign-in/x"])
def test_an_error_has_no_bare_text(house: House, path: str) -> None:
    assert bare(house.client.get(path).text) == ""


def test_a_stranger_reads_no_bare_text(house: House) -> None:
    assert bare(house.app.test_client().get("/panel/").text) == ""


def test_a_refused_form_has_no_bare_text(house: House) -> None:
    path = address(house, ACTIONS["save a flow"], house.ours)
    for form in ({"wait": "0"}, {"subject": ""}):
        assert bare(change(house, path, **form)[1]) == ""
    assert bare(change(house, "/panel/loyalty", points_per_unit="x")[1]) == ""
    assert bare(change(house, "/panel/segments", name="Regulars", text="orders_count > 1")[1]) == ""


def test_bare_text_is_seen() -> None:
    assert bare("<p>Hello</p>") == "Hello"
    assert bare('<img alt="A cat">') == "cat"
    assert bare("<p>⟦Ñó⟧ and <b>⟦móré⟧</b></p>") == "and"
    assert bare("<p>⟦Ñó <time>5 minutes ago</time> móré⟧ Ada, €1.5K</p>") == ""
