"""The panel inside each platform's admin, on another site and without cookies: tokens, navigation, changes, reload."""

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import LCP, Served, enter, faults
from tests.panel.test_pages import PAGES


def test_the_journey_through_the_admin(page: Page, context: BrowserContext, framed: Served) -> None:
    frame = enter(page, framed)
    assert frame.evaluate(LCP) < 1500
    assert "id_token" not in frame.url
    frame.evaluate("window.stayed = true")
    _section(page, frame, "Loyalty")
    frame.get_by_label("Points for each").fill("4")
    frame.get_by_role("button", name="Save").click()
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
        path = f"{framed.path(pattern)}?shop={shop}"
        frame.goto(framed.url + path)  # a document without a token: it bounces and comes back
        frame.wait_for_selector("main h1")
        assert "id_token" not in frame.url
        assert faults(frame) == [], name


def test_the_frame_can_be_reloaded(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    _section(page, frame, "Segments")
    with page.expect_response(lambda answer: "/panel/bounce" in answer.url):
        frame.evaluate("location.reload()")
    expect(frame.get_by_role("heading", level=1, name="Segments")).to_be_visible()


def _section(page: Page, frame: object, name: str) -> None:
    """Through the admin's own menu where it has one, else the panel's tabs."""
    menu = page.locator("#app-nav")
    inside = page.frame_locator("#app")
    if menu.count() and menu.get_by_role("link", name=name, exact=True).count():
        menu.get_by_role("link", name=name, exact=True).click()
    else:
        inside.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()
    expect(inside.get_by_role("heading", level=1, name=name)).to_be_visible()
