"""The admin pages and the App Bridge stand-in: who gets a token, over HTTP and in a real browser."""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from flask import Flask, request
from flask.typing import ResponseReturnValue
from playwright.sync_api import Error, Frame, Page

from sandbox import front
from sandbox.admin import shopify, woocommerce
from sandbox.changes import Box
from sandbox.shopify.options import Options
from tests.serving import serving

AXE = Path(__file__).parents[1] / "node_modules/axe-core/axe.min.js"
STORE = "/store/regulars-demo"
SECRET = "shpss_" + "0123456789abcdef" * 2

PANEL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Panel</title>{bridge}</head><body>
<s-app-nav><a href="/panel/" rel="home">Home</a><a href="/panel/customers?shop=s">Customers</a></s-app-nav>
<main><h1>Panel {path}</h1>
<form data-save-bar><label>Name <input name="name" value="old"></label></form></main></body></html>"""


@dataclass
class Connected:
    url: str
    secret: str = "ab" * 32


@dataclass
class Panel:
    """An app to be framed: a page of any path, and a resource that shows what it was asked with."""

    url: str = ""
    bridge: str = ""
    stale: int = 0  # how many of the next tokens to call stale
    seen: list[dict[str, str]] = field(default_factory=list)

    def app(self) -> Flask:
        app = Flask("panel")

        @app.get("/panel/")
        @app.get("/panel/<path:path>")
        def page(path: str = "") -> str:
            return PANEL.format(bridge=self.bridge, path=path)

        @app.route("/panel/resource", methods=["GET", "POST"])
        def resource() -> ResponseReturnValue:
            self.seen.append({**request.headers, "body": request.get_data(as_text=True)})
            if self.stale:
                self.stale -= 1
                return "stale", 401, {"X-Shopify-Retry-Invalid-Session-Request": "1"}
            return {"seen": len(self.seen)}, {"Access-Control-Allow-Origin": "*"}

        return app


@dataclass
class House:
    """Both ends, on two sites: the shop on 127.0.0.1, the panel on localhost."""

    url: str
    panel: Panel
    app: Flask


@contextmanager
def house(box: Box, face: str) -> Iterator[House]:
    panel, app = Panel(), Flask("sandbox")
    front.register(app, box, face)
    with serving(panel.app()) as panel_port, serving(app) as port:
        panel.url = f"http://localhost:{panel_port}"
        shop_url = f"http://127.0.0.1:{port}"
        if face == "shopify":
            panel.bridge = (
                f'<script src="{shop_url}/shopifycloud/app-bridge.js" data-api-key="demo-client-id"></script>'
            )
            shopify.register(app, box, Options(app_url=panel.url, client_secret=SECRET))
        else:
            woocommerce.register(app, box, shop_url, lambda: Connected(panel.url))
        yield House(shop_url, panel, app)


@pytest.fixture
def store(small_box: Box) -> Iterator[House]:
    with house(small_box, "shopify") as found:
        yield found


@pytest.fixture
def wordpress(small_box: Box) -> Iterator[House]:
    with house(small_box, "woocommerce") as found:
        yield found


def framed(page: Page, url: str) -> Frame:
    page.goto(url)
    handle = page.wait_for_selector("#app")
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    frame.wait_for_selector("h1")
    return frame


def frame_query(answer: Any) -> dict[str, str]:
    """The parameters of the framed address."""
    source = answer.text.split('<iframe id="app"')[1].split('src="')[1].split('"')[0].replace("&amp;", "&")
    return dict(parse_qsl(urlsplit(source).query))


def test_shopifys_admin_frames_the_panel_with_a_signed_address(store: House) -> None:
    answer = store.app.test_client().get(f"{STORE}/apps/regulars/customers/7")
    assert f'src="{store.panel.url}/panel/customers/7?' in answer.text
    query = frame_query(answer)
    given = query.pop("hmac")
    signed = "&".join(f"{name}={query[name]}" for name in sorted(query))
    assert given == hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    assert (query["shop"], query["embedded"]) == ("regulars-demo.myshopify.com", "1")
    token = jwt.decode(query["id_token"], SECRET, algorithms=["HS256"], audience="demo-client-id")
    assert token["dest"] == "https://regulars-demo.myshopify.com"
    assert token["exp"] - token["nbf"] <= 70


def test_the_admin_may_frame_the_app_alone_and_is_framed_by_nobody(store: House) -> None:
    policy = store.app.test_client().get(f"{STORE}/apps/regulars").headers["Content-Security-Policy"]
    assert f"frame-src {store.panel.url};" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_an_admin_of_another_store_is_not_here(store: House) -> None:
    assert store.app.test_client().get("/store/other/apps/regulars").status_code == 404


@pytest.mark.parametrize(
    ("fixture", "path"), [("store", f"{STORE}/id-token"), ("wordpress", "/wp-admin/admin-ajax.php")]
)
def test_a_token_is_given_to_the_admins_own_pages_only(request: pytest.FixtureRequest, fixture: str, path: str) -> None:
    found: House = request.getfixturevalue(fixture)
    client = found.app.test_client()
    for origin in (None, "null", "http://evil.example", found.panel.url):
        headers = {"Origin": origin} if origin else {}
        assert client.post(path, headers=headers).status_code == 403
    assert client.post(path, headers={"Origin": "http://localhost"}).get_json()["token"].count(".") == 2
    assert client.get(path).status_code == 405


def test_without_an_app_url_the_admin_says_so(small_box: Box) -> None:
    app = Flask("sandbox")
    shopify.register(app, small_box, Options())
    assert "does not know where Regulars runs" in app.test_client().get(f"{STORE}/apps/regulars").text


def test_wp_admin_frames_the_panel_with_a_token_of_the_plugin(wordpress: House) -> None:
    answer = wordpress.app.test_client().get("/wp-admin/admin.php?page=regulars&path=segments/3")
    assert f'src="{wordpress.panel.url}/panel/segments/3?' in answer.text
    query = frame_query(answer)
    assert query["shop"] == urlsplit(wordpress.url).netloc
    token = jwt.decode(query["id_token"], "ab" * 32, algorithms=["HS256"], audience="regulars")
    assert (token["iss"], token["sub"], token["exp"] - token["iat"]) == (wordpress.url, "1", 60)


@pytest.mark.parametrize(
    ("fixture", "path", "audience"),
    [
        ("store", f"{STORE}/apps/regulars", "demo-client-id"),
        ("wordpress", "/wp-admin/admin.php?page=regulars", "regulars"),
    ],
)
def test_tokens_live_in_real_time_whatever_the_shops_clock_says(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    fixture: str,
    path: str,
    audience: str,
) -> None:
    found: House = request.getfixturevalue(fixture)
    (tmp_path / "clock").write_text("-90000")
    monkeypatch.setenv("REGULARS_CLOCK", str(tmp_path / "clock"))
    token = frame_query(found.app.test_client().get(path))["id_token"]
    secret = SECRET if fixture == "store" else "ab" * 32
    assert jwt.decode(token, secret, algorithms=["HS256"], audience=audience)


def test_a_shop_that_is_not_connected_says_so_and_gives_no_token(small_box: Box) -> None:
    app = Flask("sandbox")
    woocommerce.register(app, small_box, "http://127.0.0.1:1", lambda: None)
    client = app.test_client()
    assert "not connected to Regulars yet" in client.get("/wp-admin/admin.php?page=regulars").text
    assert client.post("/wp-admin/admin-ajax.php", headers={"Origin": "http://localhost"}).status_code == 409


@pytest.mark.parametrize(("fixture", "path"), [("store", STORE), ("wordpress", "/wp-admin/admin.php?page=wc-orders")])
def test_the_admin_lists_the_newest_orders(request: pytest.FixtureRequest, fixture: str, path: str) -> None:
    found: House = request.getfixturevalue(fixture)
    page = found.app.test_client().get(path).text
    assert page.index("#1002") < page.index("#1001")
    assert "Ann Test" in page


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
