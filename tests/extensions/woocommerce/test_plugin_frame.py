"""The frame in wp-admin is as high as the window leaves: the panel scrolls, the page around it does not."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

STYLE = Path(__file__).parents[3] / "extensions/woocommerce/assets/page.css"
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
    page.set_content(ADMIN.format(bar=bar, footer=footer, style=STYLE.read_text()))
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    foot = page.locator(".regulars-foot").bounding_box()
    page.close()
    assert foot
    assert foot["y"] + foot["height"] > height - footer - 40, "room is left unused"
