"""The panel by itself in a real browser: signed in by link, every page at two sizes, worked by hand and keyboard."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlmodel import col

from app.db.scope import shop_scope
from sync.models import Run
from tests.browser.conftest import Served, faults, shows_within
from tests.panel.pages import PAGES, copy_under_way


def sign_in(page: Page, panel: Served) -> None:
    page.goto(panel.entry)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/panel/")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_open_to_everybody(page: Page, panel: Served, width: int) -> None:
    sign_in(page, panel)
    page.set_viewport_size({"width": width, "height": 900})
    for name, pattern in PAGES.items():
        page.goto(panel.url + panel.path(pattern))
        assert faults(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways"


def test_the_narrowest_phone_does_not_scroll_sideways(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.set_viewport_size({"width": 360, "height": 700})
    for name, pattern in PAGES.items():
        page.goto(panel.url + panel.path(pattern))
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, f"{name} scrolls sideways"


def test_sections_change_without_loading_the_document_again(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.evaluate("window.stayed = true")
    for name in ("Customers", "Segments", "Loyalty", "Flows", "Connections"):
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        expect(page.get_by_role("navigation").locator("[aria-current=page]")).to_have_text(name)
        expect(page).to_have_title(f"{name} · Regulars")
        assert page.evaluate("document.activeElement.id") == "page"
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Flows")).to_be_visible()
    expect(page.locator("main")).to_have_count(1)
    assert page.evaluate("window.stayed")


def test_customers_are_found_as_one_types(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.goto(f"{panel.url}/panel/customers")
    search = page.get_by_role("searchbox")
    search.press_sequentially("ekstr")
    rows = page.locator("#list tbody tr")
    expect(page).to_have_url(re.compile(r"q=ekstr&sort=net$"))
    assert rows.count() > 0
    assert all("Ekström" in text for text in rows.all_inner_texts())
    expect(search).to_be_focused()
    page.get_by_label("Sort by").select_option("name")
    expect(page).to_have_url(re.compile("sort=name"))
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=2, name="Timeline")).to_be_visible()
    page.get_by_role("link", name="Customers", exact=True).first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Customers")).to_be_visible()


def test_a_segment_is_written_counted_and_kept(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.goto(f"{panel.url}/panel/segments/new")
    text = page.get_by_label("Who is in it")
    text.fill("orders_count >= ")
    expect(page.locator("#count")).to_contain_text("expected a value")
    text.fill("orders_count >= 0")
    expect(page.locator("#count")).to_contain_text("60 customers match.")
    page.get_by_label("Name").fill("Everybody")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Created.")
    expect(page.get_by_role("heading", level=1, name="Everybody")).to_be_visible()
    assert "notice" not in page.url


def test_a_wrong_entry_stays_with_its_reason(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.goto(f"{panel.url}/panel/loyalty")
    page.get_by_label("Points for each").fill("many")
    with page.expect_response("**/panel/loyalty") as answered:
        page.get_by_role("button", name="Save").click()
    assert answered.value.status == 422
    expect(page.get_by_label("Points for each")).to_have_value("many")
    expect(page.locator("#points-error")).to_be_visible()
    page.get_by_label("Points for each").fill("3")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")


def test_the_first_page_is_there_at_once(page: Page, panel: Served) -> None:
    sign_in(page, panel)

    def opened() -> Page:
        page.goto(f"{panel.url}/panel/")
        return page

    assert shows_within(1500, opened)


def test_the_keyboard_reaches_the_page_first(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"


def test_the_bars_of_a_copy_under_way_move_by_themselves(page: Page, panel: Served) -> None:
    copy_under_way(panel.engine, panel.ids["shop"])
    sign_in(page, panel)
    bar = page.get_by_label("Orders", exact=True)
    expect(bar).to_have_attribute("value", "3")
    _advance(panel, done=7)
    expect(bar).to_have_attribute("value", "7")
    _advance(panel, done=9, state="done")
    expect(page.get_by_text("Your shop's history is being copied")).to_have_count(0)
    expect(page.locator("#live[data-hx-trigger]")).to_have_count(0)


def _advance(panel: Served, **values: object) -> None:
    with shop_scope(panel.engine, panel.ids["shop"], write=True) as scope:
        scope.execute(update(Run).where(col(Run.state) == "running").values(**values))
