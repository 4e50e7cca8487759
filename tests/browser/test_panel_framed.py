"""The panel inside each platform's admin, on another site and without cookies: tokens, navigation, changes, reload."""

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.browser.conftest import Served, enter, faults, shows_within
from tests.panel.pages import PAGES


def test_the_journey_through_the_admin(page: Page, context: BrowserContext, framed: Served) -> None:
    assert shows_within(1500, lambda: enter(page, framed))
    frame = enter(page, framed)
    assert "id_token" not in frame.url
    frame.evaluate("window.stayed = true")
    _section(page, frame, "Loyalty")
    frame.get_by_label("Points for each").fill("4")
    _save(page, frame)
    expect(frame.get_by_role("status")).to_have_text("Saved.")
    _section(page, frame, "Customers")
    frame.get_by_role("searchbox").press_sequentially("ada")
    expect(frame.locator("#list tbody tr").first).to_contain_text("Ada")
    frame.locator("#list tbody a").first.click()
    expect(frame.get_by_role("heading", level=2, name="Timeline")).to_be_visible()
    frame.evaluate("history.back()")
    expect(frame.get_by_role("searchbox")).to_be_visible()
    assert frame.evaluate("window.stayed")
    assert context.cookies(framed.url) == []


def test_every_framed_page_is_open_to_everybody(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    shop = frame.evaluate("new URLSearchParams(location.search).get('shop')")
    for name, pattern in PAGES.items():
        path = framed.path(pattern)
        named = f"{'&' if '?' in path else '?'}shop={shop}"
        frame.goto(framed.url + path + named)  # a document without a token: it bounces and comes back
        frame.wait_for_selector("main h1")
        assert "id_token" not in frame.url
        assert faults(frame) == [], name


def test_the_frame_can_be_reloaded(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    _section(page, frame, "Segments")
    with page.expect_response(lambda answer: "/panel/bounce" in answer.url):
        frame.evaluate("location.reload()")
    expect(frame.get_by_role("heading", level=1, name="Segments")).to_be_visible()


@pytest.mark.parametrize("framed", ["shopify"], indirect=True)
def test_unsaved_changes_are_kept_or_discarded_by_shopify_s_save_bar(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    _section(page, frame, "Segments")
    frame.get_by_role("link", name="New segment").click()
    bar, text = page.get_by_role("group", name="Unsaved changes"), frame.get_by_label("Who is in it")
    first, count = text.input_value(), frame.locator("#count").inner_text()
    expect(bar).to_be_hidden()
    text.fill("orders_count >= 0")
    expect(frame.locator("#count")).to_contain_text("60 customers match.")
    bar.get_by_role("button", name="Discard").click()
    expect(bar).to_be_hidden()
    expect(text).to_have_value(first)
    expect(frame.locator("#count")).to_have_text(count, use_inner_text=True)


@pytest.mark.parametrize("framed", ["shopify"], indirect=True)
def test_a_link_away_from_unsaved_changes_asks_first(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    _section(page, frame, "Segments")
    frame.get_by_role("link", name="New segment").click()
    frame.get_by_label("Name").fill("Everybody")
    dialog, back = page.get_by_role("dialog"), frame.locator("a.back")
    back.click()
    dialog.get_by_role("button", name="Stay").click()
    expect(frame.get_by_label("Name")).to_have_value("Everybody")
    back.click()
    dialog.get_by_role("button", name="Leave page").click()
    expect(frame.get_by_role("heading", level=1, name="Segments")).to_be_visible()
    expect(page.get_by_role("group", name="Unsaved changes")).to_be_hidden()
    frame.get_by_role("link", name="New segment").click()
    back.click()  # nothing was changed: nobody is asked
    expect(frame.get_by_role("heading", level=1, name="Segments")).to_be_visible()


@pytest.mark.parametrize("framed", ["shopify"], indirect=True)
def test_a_form_that_came_back_with_its_faults_can_be_sent_again_as_it_is(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    _section(page, frame, "Loyalty")
    save = frame.get_by_role("button", name="Save")
    expect(save).to_be_hidden()
    frame.get_by_label("Points for each").fill("many")
    _save(page, frame)
    expect(frame.locator("#points-error")).to_be_visible()
    expect(page.get_by_role("group", name="Unsaved changes")).to_be_hidden()
    expect(save).to_be_visible()
    frame.get_by_label("Points for each").fill("4")
    save.click()
    expect(frame.get_by_role("status")).to_have_text("Saved.")


def _save(page: Page, frame: Frame) -> None:
    """In Shopify's own bar, which appears a moment after the change, else by the form's button."""
    within = page.locator("#save-bar") if "/store/" in page.url else frame
    within.get_by_role("button", name="Save").click()


def _section(page: Page, frame: object, name: str) -> None:
    """Through the admin's own menu where it has one, else the panel's tabs."""
    menu = page.locator("#app-nav")
    inside = page.frame_locator("#app")
    if menu.count() and menu.get_by_role("link", name=name, exact=True).count():
        menu.get_by_role("link", name=name, exact=True).click()
    else:
        inside.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
    expect(inside.get_by_role("heading", level=1, name=name)).to_be_visible()
