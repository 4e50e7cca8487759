"""In wp-admin's frame, a token goes to the request that waits for it."""

from pathlib import Path

from playwright.sync_api import Browser

FETCH = Path(__file__).parents[2] / "ui/fetch.js"
PAGE = """<!doctype html><html data-host="wp" data-parent="http://panel.example"><script>
window.setTimeout = (giveUp) => { window.giveUp = giveUp };
</script><script>FETCH</script></html>"""
# The page is its own parent here; whoever asks for a token is answered by hand.
GIVE_UP_THEN_ASK_AGAIN = """async () => {
  const first = fetch("/one").then(() => "came", () => "gave up");
  window.giveUp();
  const second = fetch("/two").then((answer) => answer.text());
  window.postMessage({type: "crm:token", token: "fresh"}, "*");
  return [await first, await second];
}"""


def test_a_token_that_comes_after_a_request_gave_up_goes_to_the_next(browser: Browser) -> None:
    page = browser.new_page()
    page.route(
        "http://panel.example/**",
        lambda route: route.fulfill(
            body=route.request.headers.get("authorization") or PAGE.replace("FETCH", FETCH.read_text()),
            content_type="text/html",
        ),
    )
    page.goto("http://panel.example/")
    page.set_default_timeout(20_000)
    page.evaluate(f"({GIVE_UP_THEN_ASK_AGAIN})().then((said) => {{ window.said = said }})")
    page.wait_for_function("window.said")
    assert page.evaluate("window.said") == ["gave up", "Bearer fresh"]
    page.close()
