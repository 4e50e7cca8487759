"""A form is sent once however often its button is pressed, and the button can be pressed again after the answer."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Served
from tests.browser.test_panel_alone import sign_in


@pytest.fixture
def posts(page: Page) -> list[str]:
    """The addresses of what the page sends."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.url)

    page.on("request", note)
    return sent


def test_a_double_press_sends_one_request(page: Page, panel: Served, posts: list[str]) -> None:
    sign_in(page, panel)
    page.goto(panel.url + panel.path("/panel/customers/{customer}"))
    posts.clear()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/export", hold)
    button = page.get_by_role("button", name="Export")
    button.dblclick()
    expect(button).to_have_attribute("aria-busy", "true")
    expect(button).to_be_focused()
    button.press("Enter")
    held[0].continue_()
    expect(page.get_by_role("heading", level=1, name="Privacy")).to_be_visible()
    assert len(posts) == 1


def test_a_button_can_be_pressed_again_when_its_form_did_not_arrive(
    page: Page, panel: Served, posts: list[str]
) -> None:
    sign_in(page, panel)
    page.goto(panel.url + panel.path("/panel/customers/{customer}"))
    posts.clear()
    page.route("**/export", lambda route: route.fulfill(status=204))
    button = page.get_by_role("button", name="Export")
    for times in (1, 2):
        with page.expect_response("**/export"):
            button.click()
        expect(button).not_to_have_attribute("aria-busy", "true")
        assert len(posts) == times


def test_a_page_that_the_browser_kept_comes_back_with_its_buttons(page: Page, panel: Served) -> None:
    sign_in(page, panel)
    page.route("**/sign-out", lambda route: route.fulfill(status=204))
    button = page.get_by_role("button", name="Sign out")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(button).not_to_have_attribute("aria-busy", "true")
