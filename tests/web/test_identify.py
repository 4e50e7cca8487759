"""Who is asking: tokens of both admins, the cookie, and everything that must not be believed."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.db.scope import shop_scope
from app.factory import create_app
from app.lib.clock import real_now
from app.lib.encryption import Keyring
from app.settings import Settings, read
from app.shops.credentials import keep
from app.shops.models import Shop
from tests.conftest import make_shop
from tests.web.tokens import CLIENT_ID, HOME, SECRET, WORDPRESS_SECRET, ago, token, wp_token

OTHERS = "shpss_" + "f" * 48


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({"REGULARS_HOME": str(tmp_path)})


@pytest.fixture
def shop(sqlite_engine: Engine, settings: Settings) -> Shop:
    shop = make_shop(sqlite_engine)
    keep_secrets(sqlite_engine, settings, shop, client_id=CLIENT_ID, client_secret=SECRET)
    return shop


@pytest.fixture
def wordpress(sqlite_engine: Engine, settings: Settings) -> Shop:
    shop = make_shop(sqlite_engine, "woocommerce", "wool.example/shop")
    keep_secrets(sqlite_engine, settings, shop, webhook_secret=WORDPRESS_SECRET)
    return shop


@pytest.fixture
def client(sqlite_engine: Engine, settings: Settings, shop: Shop, wordpress: Shop) -> Iterator[FlaskClient]:
    theirs = make_shop(sqlite_engine, domain="theirs.myshopify.com")
    keep_secrets(sqlite_engine, settings, theirs, client_id=CLIENT_ID, client_secret=OTHERS)
    app: Flask = create_app(settings, sqlite_engine)
    with app.test_client() as client:
        yield client
        assert not client._cookies, "an embedded host was given a cookie"


def keep_secrets(engine: Engine, settings: Settings, shop: Shop, **secrets: str) -> None:
    keyring = Keyring.load(settings)
    with shop_scope(engine, shop.id, write=True) as scope:
        for name, value in secrets.items():
            keep(scope, keyring, name, value, real_now())


def get(client: FlaskClient, bearer: str, path: str = "/panel/") -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {bearer}"})


def test_a_good_shopify_token_opens_the_panel(client: FlaskClient) -> None:
    assert get(client, token()).status_code == 200


def test_a_good_wordpress_token_opens_the_panel(client: FlaskClient) -> None:
    assert get(client, wp_token()).status_code == 200
    assert get(client, wp_token(iss=HOME + "/")).status_code == 200


def test_a_token_seconds_too_old_or_too_early_is_within_the_leeway(client: FlaskClient) -> None:
    assert get(client, token(nbf=ago(65), exp=ago(5))).status_code == 200
    assert get(client, token(nbf=ago(-5), exp=ago(-65))).status_code == 200


BAD_TOKENS: dict[str, Callable[[], str]] = {
    "signed by another": lambda: token(OTHERS),
    "signed in another way": lambda: token(algorithm="HS384"),
    "not signed": lambda: token("", "none"),
    "expired": lambda: token(nbf=ago(90), exp=ago(30)),
    "not yet good": lambda: token(nbf=ago(-60), exp=ago(-120)),
    "without exp": lambda: token(exp=None),
    "without nbf": lambda: token(nbf=None),
    "without a person": lambda: token(sub=None),
    "living too long": lambda: token(exp=ago(-3600)),
    "for another app": lambda: token(aud="another-app"),
    "without an app": lambda: token(aud=None),
    "with another dest": lambda: token(dest="https://theirs.myshopify.com"),
    "with a dest that is no shop": lambda: token(dest="https://evil.example"),
    "without dest": lambda: token(dest=None),
    "from another shop": lambda: token(iss="https://theirs.myshopify.com/admin", dest="https://theirs.myshopify.com"),
    "from a shop's look-alike": lambda: token(iss="https://ours.myshopify.com.evil.example/admin"),
    "without an issuer": lambda: token(iss=None),
    "from an issuer that is no address": lambda: token(iss="https://["),
    "not a token": lambda: "not-a-token",
    "empty": lambda: "",
    "not ASCII": lambda: "ä.ö.ü",
    "WordPress, signed by another": lambda: wp_token(OTHERS),
    "WordPress, for another app": lambda: wp_token(aud="another"),
    "WordPress, from another site": lambda: wp_token(iss="https://other.example"),
    "WordPress, expired": lambda: wp_token(nbf=ago(90), exp=ago(30)),
    "WordPress, living too long": lambda: wp_token(exp=ago(-301)),
    "WordPress, without exp": lambda: wp_token(exp=None),
    "WordPress, without a person": lambda: wp_token(sub=None),
}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_a_bad_token_in_a_header_is_answered_401_and_may_be_retried(client: FlaskClient, kind: str) -> None:
    bearer = f"Bearer {BAD_TOKENS[kind]()}"
    answer = client.get("/panel/", environ_overrides={"HTTP_AUTHORIZATION": bearer})
    assert answer.status_code == 401
    assert answer.headers["X-Shopify-Retry-Invalid-Session-Request"] == "1"
    assert answer.headers["X-Retry-Token"] == "1"


def test_a_shop_that_left_is_not_let_in(client: FlaskClient, sqlite_engine: Engine, shop: Shop) -> None:
    with shop_scope(sqlite_engine, shop.id, write=True) as scope:
        scope.shop.state = "uninstalled"
    assert get(client, token()).status_code == 401


def test_the_house_s_own_app_is_used_for_a_shop_without_one(sqlite_engine: Engine, tmp_path: Path) -> None:
    make_shop(sqlite_engine)
    environ = {"SHOPIFY_CLIENT_ID": CLIENT_ID, "SHOPIFY_CLIENT_SECRET": SECRET, "REGULARS_HOME": str(tmp_path)}
    client = create_app(read(environ), sqlite_engine).test_client()
    assert get(client, token()).status_code == 200


def test_the_old_secret_still_counts_while_secrets_are_changed(
    client: FlaskClient, sqlite_engine: Engine, settings: Settings, shop: Shop
) -> None:
    keep_secrets(sqlite_engine, settings, shop, client_secret=OTHERS, client_secret_old=SECRET)
    assert get(client, token()).status_code == 200
    assert get(client, token(OTHERS)).status_code == 200


def test_a_document_s_token_counts_in_the_address(client: FlaskClient) -> None:
    assert client.get(f"/panel/?shop=ours.myshopify.com&id_token={token()}").status_code == 200


def test_a_token_in_the_address_does_not_count_for_changes_or_for_scripts(client: FlaskClient) -> None:
    address = f"/panel/loyalty?shop=ours.myshopify.com&id_token={token()}"
    assert client.post(address, data={"points_per_unit": "5"}).status_code == 401
    assert client.get(address, headers={"HX-Request": "true"}).status_code == 401


def test_a_frame_without_a_token_bounces_and_keeps_its_place(client: FlaskClient) -> None:
    answer = client.get("/panel/customers?shop=ours.myshopify.com&host=aG9zdA&sort=name")
    assert answer.status_code == 302
    assert answer.location.startswith(
        "/panel/bounce?shop=ours.myshopify.com&host=aG9zdA&shopify-reload=%2Fpanel%2Fcust"
    )
    page = client.get(answer.location)
    assert f'data-api-key="{CLIENT_ID}"' in page.text
    assert page.text.count("<script") == 1
    assert "https://cdn.shopify.com/shopifycloud/app-bridge.js" in page.text


def test_a_stale_document_bounces_without_its_token(client: FlaskClient) -> None:
    answer = client.get(f"/panel/?shop=ours.myshopify.com&id_token={token(nbf=ago(90), exp=ago(30))}")
    assert answer.status_code == 302
    assert "id_token" not in answer.location


def test_a_document_whose_token_is_bad_for_good_does_not_bounce_for_ever(client: FlaskClient) -> None:
    assert client.get(f"/panel/?shop=ours.myshopify.com&id_token={token(OTHERS)}").status_code == 401


def test_the_bounce_page_leads_nowhere_else(client: FlaskClient) -> None:
    assert client.get("/panel/bounce?shop=ours.myshopify.com&shopify-reload=https://evil.example").status_code == 404
    assert client.get("/panel/bounce?shop=ours.myshopify.com&shopify-reload=//evil.example").status_code == 404
    assert client.get("/panel/bounce?shop=unknown.example&shopify-reload=/panel/").status_code == 404


def test_wordpress_bounces_to_its_own_admin_page(client: FlaskClient) -> None:
    answer = client.get("/panel/?shop=wool.example/shop", follow_redirects=True)
    assert 'data-parent="https://wool.example"' in answer.text
    assert 'data-back="/panel/?shop=wool.example%2Fshop"' in answer.text


def test_nobody_is_told_how_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/panel/")
    assert answer.status_code == 401
    assert "regulars owner EMAIL" in answer.text
    assert "X-Shopify-Retry-Invalid-Session-Request" not in answer.headers


@pytest.mark.parametrize(
    ("bearer", "ancestors"),
    [
        (token, "frame-ancestors https://ours.myshopify.com https://admin.shopify.com"),
        (wp_token, "frame-ancestors https://wool.example"),
    ],
)
def test_only_the_shop_s_own_admin_may_frame_the_panel(client: FlaskClient, bearer: Any, ancestors: str) -> None:
    policy = get(client, bearer()).headers["Content-Security-Policy"].split("; ")
    assert ancestors in policy
    assert "default-src 'none'" in policy
    assert not any("unsafe-eval" in rule for rule in policy)
    assert not any("unsafe-inline" in rule for rule in policy if rule.startswith("script-src"))


def test_a_made_up_shop_cannot_write_into_the_policy(client: FlaskClient) -> None:
    answer = client.get("/panel/bounce?shop=a.myshopify.com%20https://evil.example&shopify-reload=/panel/")
    assert "evil" not in answer.headers["Content-Security-Policy"]


def test_embedded_pages_name_their_shop_in_every_address(client: FlaskClient) -> None:
    page = get(client, token()).text
    assert 'href="/panel/customers?shop=ours.myshopify.com"' in page
    assert "<s-app-nav>" in page
    assert page.index("app-bridge.js") < page.index("/static/app-")


def test_answers_are_kept_by_nobody_and_differ_by_who_asks(client: FlaskClient) -> None:
    answer = get(client, token())
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Authorization", "HX-Request-Type"} <= set(answer.vary.as_set(preserve_casing=True))
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_the_app_s_own_address_leads_to_the_panel_with_what_the_admin_said(client: FlaskClient) -> None:
    answer = client.get(f"/?shop=ours.myshopify.com&host=aG9zdA&id_token={token()}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.request.path == "/panel/"
    assert client.get("/").location == "/panel/"
    assert client.get("/?shop=ours.myshopify.com").headers["Cache-Control"] == "no-store"


def test_the_app_s_own_address_leads_nowhere_else(client: FlaskClient) -> None:
    assert client.get("/?shopify-reload=//evil.example").location == "/panel/?shopify-reload=//evil.example"


def test_every_document_in_shopify_s_admin_begins_with_app_bridge(client: FlaskClient) -> None:
    """A page that was not found is one too, and so is the one that says that nobody is signed in."""
    stranger = token(OTHERS)
    for path in ("/panel/", "/panel/segments/new", "/panel/customers/1", "/panel/nowhere"):
        for id_token in (token(), stranger):
            page = client.get(f"{path}?shop=ours.myshopify.com&id_token={id_token}").text
            first = re.findall(r"<script[^>]*>", page)[0]
            assert first == (
                f'<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js" data-api-key="{CLIENT_ID}">'
            )
            assert page.index(first) < page.index("<link")


def test_shopify_s_menu_has_no_entry_of_its_own_for_home(client: FlaskClient) -> None:
    """`rel=home` says where the app's own name leads; a visible entry beside it is refused in review."""
    menu = re.search(r"<s-app-nav>(.*?)</s-app-nav>", get(client, token()).text, re.DOTALL)
    assert menu is not None
    links = re.findall(r"<a ([^>]*)>([^<]*)</a>", menu[1])
    assert [text for attributes, text in links if 'rel="home"' in attributes] == ["Home"]
    assert links[0][1] == "Home"
    assert all("svg" not in text and text.strip() for _, text in links)


@pytest.mark.parametrize("path", ["/panel/bounce?shop=ours.myshopify.com&shopify-reload=/panel/", "/panel/nowhere"])
def test_what_stands_before_the_panel_is_framed_by_that_shop_alone(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    rules = answer.headers["Content-Security-Policy"].split("; ")
    framed = [rule for rule in rules if rule.startswith("frame-ancestors")]
    wanted = "https://ours.myshopify.com https://admin.shopify.com" if "shop=" in path else "'none'"
    assert framed == [f"frame-ancestors {wanted}"]


def test_a_bounce_is_kept_by_nobody(client: FlaskClient) -> None:
    page = client.get("/panel/bounce?shop=ours.myshopify.com&shopify-reload=/panel/")
    assert page.headers["Cache-Control"] == "no-store"
