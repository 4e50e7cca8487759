"""The admin pages over HTTP: what is framed, and who gets a token."""

import hashlib
import hmac
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from flask import Flask

from sandbox.admin import shopify, woocommerce
from sandbox.changes import Box
from sandbox.shopify.options import Options
from tests.sandbox.house import SECRET, STORE, House


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
