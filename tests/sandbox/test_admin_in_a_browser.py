"""The admin pages and the App Bridge stand-in in a real browser."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from playwright.sync_api import Error, Frame, Page

from sandbox.changes import Box
from tests.sandbox.house import SECRET, STORE, House

AXE = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"


def framed(page: Page, url: str) -> Frame:
    page.goto(url)
    handle = page.wait_for_selector("#app")
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_selector("h1")
    return frame


def test_the_bridge_signs_the_apps_own_requests_and_no_others(store: House, page: Page) -> None:
    frame = framed(page, f"{store.url}/store/regulars-demo/apps/regulars")
    frame.evaluate("fetch('/panel/resource', {method: 'POST', body: 'a=1'}).then(r => r.json())")
    elsewhere = store.panel.url.replace("localhost", "127.0.0.1") + "/panel/resource"
    frame.evaluate("url => fetch(url).then(r => r.json())", elsewhere)
    ours, other = store.panel.seen
    kind, _, token = ours["Authorization"].partition(" ")
    assert kind == "Bearer"
    assert jwt.decode(token, SECRET, algorithms=["HS256"], audience="demo-client-id")["sub"] == "1"
    assert (ours["X-Requested-With"], ours["body"]) == ("XMLHttpRequest", "a=1")
    assert "Authorization" not in other


def test_a_stale_token_is_tried_again_once_with_another(store: House, page: Page) -> None:
    frame = framed(page, f"{store.url}/store/regulars-demo/apps/regulars")
    status = "fetch('/panel/resource', {method: 'POST', body: 'a=1'}).then(r => r.status)"
    store.panel.stale = 1
    assert frame.evaluate(status) == 200
    store.panel.stale = 2
    assert frame.evaluate(status) == 401
    assert [seen["body"] for seen in store.panel.seen] == ["a=1"] * 4


def test_the_bounce_page_comes_back_with_a_token(store: House, page: Page) -> None:
    frame = framed(page, f"{store.url}/store/regulars-demo/apps/regulars")
    frame.evaluate("location.href = '/panel/bounce?shopify-reload=' + encodeURIComponent('/panel/customers?shop=s')")
    frame.wait_for_url("**/panel/customers?**")
    query = dict(parse_qsl(urlsplit(frame.url).query))
    assert query["shop"] == "s"
    assert jwt.decode(query["id_token"], SECRET, algorithms=["HS256"], audience="demo-client-id")


def test_the_apps_links_stand_in_the_sidebar_and_are_clicked_in_the_frame(store: House, page: Page) -> None:
    frame = framed(page, f"{store.url}/store/regulars-demo/apps/regulars")
    frame.evaluate("document.addEventListener('click', e => { e.preventDefault(); window.clicked = e.target.href })")
    link = page.get_by_role("navigation").get_by_role("link", name="Customers")
    assert link.get_attribute("href") == f"{STORE}/apps/regulars/customers"
    link.click()
    frame.wait_for_function("window.clicked")
    assert frame.evaluate("window.clicked").endswith("/panel/customers?shop=s")
    frame.evaluate("history.pushState({}, '', '/panel/customers?shop=s')")
    page.wait_for_url(f"**{STORE}/apps/regulars/customers")
    assert link.get_attribute("aria-current") == "page"


def test_toasts_and_the_save_bar_are_shown_by_the_admin(store: House, page: Page) -> None:
    frame = framed(page, f"{store.url}/store/regulars-demo/apps/regulars")
    frame.evaluate("shopify.toast.show('Saved')")
    page.get_by_role("status").get_by_text("Saved").wait_for()
    frame.fill("input", "new")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Discard").wait_for(state="hidden")
    assert frame.input_value("input") == "old"
    frame.fill("input", "new")
    frame.evaluate("addEventListener('submit', e => { e.preventDefault(); window.saved = true })")
    page.get_by_role("button", name="Save").click()
    frame.wait_for_function("window.saved")


ASK = """([type, whom]) => new Promise(done => {
  addEventListener("message", e => e.data.token && done(e.data.token));
  whom.split(".").reduce((at, name) => at[name], window).postMessage({type, id: "1"}, "*");
  setTimeout(() => done(null), 700);
})"""


@pytest.mark.parametrize(
    ("fixture", "path", "kind"),
    [
        ("store", f"{STORE}/apps/regulars", "bridge:token-request"),
        ("wordpress", "/wp-admin/admin.php?page=regulars", "crm:token-request"),
    ],
)
def test_the_admin_answers_its_own_frame_and_nobody_else(
    request: pytest.FixtureRequest, page: Page, fixture: str, path: str, kind: str
) -> None:
    found: House = request.getfixturevalue(fixture)
    frame = framed(page, found.url + path)
    asked: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url) if sent.method == "POST" else None)
    assert frame.evaluate(ASK, [kind, "parent"])
    assert len(asked) == 1
    # The same origin, but a frame within the frame.
    frame.evaluate("document.body.append(Object.assign(document.createElement('iframe'), {src: '/panel/inner'}))")
    handle = frame.wait_for_selector("iframe")
    inner = handle.content_frame() if handle else None
    assert inner is not None
    inner.wait_for_selector("h1")
    assert inner.evaluate(ASK, [kind, "top"]) is None
    assert page.evaluate(ASK, [kind, "top"]) is None
    assert len(asked) == 1
    # The right frame, but another page in it: the policy keeps it out.
    with pytest.raises(Error, match="ERR_BLOCKED_BY_CSP"):
        frame.goto(found.panel.url.replace("localhost", "127.0.0.1") + "/panel/")


def test_a_token_from_anyone_but_the_admin_is_not_taken(store: House, page: Page) -> None:
    frame = framed(page, f"{store.url}/store/regulars-demo/apps/regulars")
    planted = """async () => {
      const real = window.parent.postMessage;
      const asked = crypto.randomUUID;
      crypto.randomUUID = () => "known";
      window.postMessage({type: "bridge:token", id: "known", token: "forged"}, "*");
      const token = await shopify.idToken();
      crypto.randomUUID = asked;
      return token;
    }"""
    assert frame.evaluate(planted) != "forged"


@pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: npm ci --prefix tests --ignore-scripts")
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize(
    ("fixture", "paths"),
    [
        ("store", [f"{STORE}/apps/regulars", STORE, "/", "/products/coat", "/cart", "/checkout", "/account"]),
        ("wordpress", ["/wp-admin/admin.php?page=regulars", "/wp-admin/admin.php?page=wc-orders", "/checkout"]),
    ],
)
def test_axe_finds_nothing_on_any_page(
    request: pytest.FixtureRequest, page: Page, fixture: str, paths: list[str], width: int
) -> None:
    found: House = request.getfixturevalue(fixture)
    page.set_viewport_size({"width": width, "height": 740})
    page.goto(f"{found.url}/products/coat")
    page.get_by_role("button", name="Add to cart").click()
    for path in paths:
        page.goto(found.url + path)
        page.evaluate(AXE.read_text())
        result = page.evaluate("axe.run(document, {iframes: false})")
        assert [(path, fault["id"], fault["nodes"][0]["html"]) for fault in result["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_checkout_page_tells_the_shop_when_the_email_field_is_left(
    store: House, page: Page, small_box: Box
) -> None:
    page.goto(f"{store.url}/products/coat")
    page.get_by_role("button", name="Add to cart").click()
    page.get_by_role("link", name="To the checkout").click()
    page.get_by_label("Email", exact=True).fill("new@example.com")
    with page.expect_response("**/checkout/contact"):
        page.get_by_label("First name").focus()
    (checkout,) = small_box.shop.checkouts.values()
    assert (checkout.email, checkout.consent and checkout.consent.state) == ("new@example.com", "not_subscribed")
    with page.expect_response("**/checkout/contact"):
        page.get_by_label("Email me with news").check()
    assert checkout.consent is not None
    assert checkout.consent.state == "subscribed"
