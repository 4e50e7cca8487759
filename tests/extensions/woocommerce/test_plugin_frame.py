"""The frame in wp-admin: as high as the window leaves, and given tokens also after WordPress was signed in to again."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

ASSETS = Path(__file__).parents[3] / "extensions/woocommerce/assets"
# What stands above and below in wp-admin, as WordPress 7 measures it: its bar, the room for its footer, our own foot.
ADMIN = """<!doctype html><style>
html {{ padding-top: {bar}px }} body {{ margin: 0; font: 13px/1.5 sans-serif }}
.wrap {{ padding-top: 10px }} #wpbody-content {{ padding-bottom: {footer}px; display: flow-root }} p {{ margin: 1em 0 }}
</style><style>{style}</style>
<div id="wpbody-content"><div class="wrap regulars"><iframe id="regulars-frame"></iframe>
<p class="regulars-foot"><a href="#">Settings of this plugin</a></p></div></div>"""


@pytest.mark.parametrize(("width", "height", "bar", "footer"), [(1280, 900, 32, 65), (390, 844, 46, 100)])
def test_the_page_around_the_frame_does_not_scroll(
    browser: Browser, width: int, height: int, bar: int, footer: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_content(ADMIN.format(bar=bar, footer=footer, style=(ASSETS / "page.css").read_text()))
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    foot = page.locator(".regulars-foot").bounding_box()
    page.close()
    assert foot
    assert foot["y"] + foot["height"] > height - footer - 40, "room is left unused"


def test_a_nonce_that_ran_out_is_renewed_and_the_frame_gets_its_token(browser: Browser) -> None:
    page = browser.new_page()
    facts = '{token: "/token", renew: "/renew", nonce: "old"}'
    answers = {
        "/": f"<iframe id=regulars-frame src=/panel></iframe><script>regularsPanel = {facts}</script>"
        "<script src=/frame.js></script>",
        "/panel": "<script>onmessage = ({data}) => document.body.append(data.token)</script><body>",
        "/frame.js": (ASSETS / "frame.js").read_text(),
        "/renew": "new",
    }

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix("http://shop.example")
        if path == "/token" and "_ajax_nonce=new" not in (route.request.post_data or ""):
            route.fulfill(status=403, body="-1")
        elif path == "/token":
            route.fulfill(json={"token": "fresh"})
        else:
            route.fulfill(body=answers[path], content_type="text/javascript" if path.endswith(".js") else "text/html")

    page.route("http://shop.example/**", answer)
    page.goto("http://shop.example/")
    frame = page.frames[1]
    frame.evaluate("parent.postMessage({type: 'crm:token-request'}, '*')")
    frame.wait_for_function("document.body.textContent.includes('fresh')", timeout=20_000)
    page.close()
