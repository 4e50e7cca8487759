"""The plugin in wp-admin: activation, the connection, who sees the panel, privacy tools, what stays behind."""

import hashlib
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from playwright.sync_api import Browser, expect

from tests.extensions.woocommerce.conftest import KEY, NAME, SECRET, Pair, WordPress

PAGE = "wp-admin/admin.php?page=regulars"
PANEL = "wp-json/wc-regulars/v1/panel/"
CONNECTION = "wp-json/wc-regulars/v1/connection"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def nonce_of(pair: Pair, who: requests.Session) -> str:
    page = who.get(f"{pair.wordpress.home}/{PAGE}", timeout=30).text
    found = re.search(r'var regularsPanel = .*?"nonce":"(\w+)"', page)
    assert found
    return found[1]


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields that a button of the page sends."""
    form = re.search(rf'<form[^>]*>(?:(?!</form>).)*?value="{action}".*?</form>', page, re.DOTALL)
    assert form, f"there is no form for {action}"
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))


def test_it_activates_without_a_notice(activated: WordPress) -> None:
    admin = activated.signed_in("admin")
    plugins = admin.get(f"{activated.home}/wp-admin/plugins.php", timeout=30).text
    assert re.search(rf'<tr class="active[^"]*" data-slug="{NAME}"', plugins)
    assert "Connect to Regulars" in admin.get(f"{activated.home}/{PAGE}", timeout=30).text
    assert "regulars" not in activated.complaints.lower(), activated.complaints


def test_the_button_leads_to_regulars_and_sends_nothing_itself(activated: WordPress) -> None:
    admin, post = activated.signed_in("admin"), f"{activated.home}/wp-admin/admin-post.php"
    fields = form_of(admin.get(f"{activated.home}/{PAGE}", timeout=30).text, "regulars_connect")
    fields["server"] = "https://crm.example/"
    answer = admin.post(post, data=fields, allow_redirects=False, timeout=30)
    to = urlsplit(answer.headers["Location"])
    assert (answer.status_code, to.netloc, to.path) == (302, "crm.example", "/connect/woocommerce")
    query = {name: values[0] for name, values in parse_qs(to.query).items()}
    assert (query["address"], query["return"]) == (activated.home, f"{activated.home}/{PAGE}")
    told = requests.get(f"{activated.home}/{CONNECTION}", headers=KEY, timeout=30).json()
    assert (told["proof"], told["shop"], told["fingerprint"]) == (digest(query["proof"]), None, None)
    without = admin.post(post, data={**fields, "_wpnonce": "0"}, allow_redirects=False, timeout=30)
    assert without.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"X-WP-Nonce": "0123456789"}])
def test_a_connection_needs_a_key_of_somebody_who_runs_the_shop(activated: WordPress, headers: dict[str, str]) -> None:
    body = {"shop": "1", "url": "http://127.0.0.1", "secret": "f" * 64}
    for who in (requests.Session(), activated.signed_in("nobody"), activated.signed_in("admin")):
        for url in (body["url"], "http://no-such-host.invalid", "crm"):  # nobody else makes the shop look a name up
            answer = who.post(f"{activated.home}/{CONNECTION}", json={**body, "url": url}, headers=headers, timeout=30)
            assert answer.status_code in (401, 403), url
    assert activated.option("regulars_connection") == ""


@pytest.mark.parametrize("odd", [{"secret": "short"}, {"shop": "../x"}, {"url": "ftp://crm.example"}, {"url": "crm"}])
def test_an_odd_connection_is_refused(activated: WordPress, odd: dict[str, str]) -> None:
    body = {"shop": "1", "url": "http://127.0.0.1", "secret": "f" * 64} | odd
    assert requests.post(f"{activated.home}/{CONNECTION}", json=body, headers=KEY, timeout=30).status_code == 400
    assert activated.option("regulars_connection") == ""


def test_the_connection_can_be_looked_at_but_its_secret_not(pair: Pair) -> None:
    answer = requests.get(f"{pair.wordpress.home}/{CONNECTION}", headers=KEY, timeout=30)
    known = {"version": 1, "shop": str(pair.shop.id), "url": pair.url, "fingerprint": digest(SECRET)}
    assert answer.json() == {**known, "left": False, "proof": None}
    assert requests.get(f"{pair.wordpress.home}/{CONNECTION}", timeout=30).status_code == 401


def test_the_panel_is_refused_to_the_wrong_role_and_without_a_nonce(pair: Pair) -> None:
    admin, nobody = pair.wordpress.signed_in("admin"), pair.wordpress.signed_in("nobody")
    route, nonce = f"{pair.wordpress.home}/{PANEL}", nonce_of(pair, admin)
    assert "Sections" in admin.get(route, headers={"X-WP-Nonce": nonce}, timeout=30).text
    assert admin.get(route, timeout=30).status_code == 401, "no nonce"
    assert admin.get(route, headers={"X-WP-Nonce": "0123456789"}, timeout=30).status_code == 403
    assert requests.get(route, headers=KEY, timeout=30).status_code == 403, "a key is no person at a page"
    found = re.search(r'"nonce":"(\w+)"', nobody.get(f"{pair.wordpress.home}/wp-admin/profile.php", timeout=30).text)
    assert nobody.get(route, headers={"X-WP-Nonce": found[1] if found else ""}, timeout=30).status_code in (401, 403)
    assert nobody.get(f"{pair.wordpress.home}/{PAGE}", timeout=30).status_code == 403
    assert requests.get(route, headers={"X-WP-Nonce": nonce}, timeout=30).status_code in (401, 403)


def test_no_script_of_anybody_s_reaches_the_page(pair: Pair) -> None:
    admin = pair.wordpress.signed_in("admin")
    page = admin.get(f"{pair.wordpress.home}/{PANEL}", headers={"X-WP-Nonce": nonce_of(pair, admin)}, timeout=30).text
    assert "<script" not in page
    assert "<style" not in page
    assert "id_token" not in page
    links = re.findall(r'<a[^>]*href="([^"]*)"', page)
    assert [link for link in links if not link.startswith((f"{pair.wordpress.home}/{PAGE}", "#"))] == []


def test_the_panel_s_fragments_stand_in_wp_admin(pair: Pair, browser: Browser) -> None:
    context = browser.new_context()
    page, faults = context.new_page(), list[str]()
    page.on("pageerror", lambda error: faults.append(error.stack or str(error)))
    for cookie in pair.wordpress.signed_in("admin").cookies:
        context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": pair.wordpress.home}])
    page.goto(f"{pair.wordpress.home}/{PAGE}")
    panel = page.locator("#regulars-panel")
    expect(panel.get_by_role("heading", level=1, name="Home")).to_be_visible()
    assert page.locator("iframe").count() == 0
    page.evaluate("window.stayed = true")
    panel.get_by_role("link", name="Segments", exact=True).first.click()
    expect(panel.get_by_role("heading", level=1, name="Segments")).to_be_visible()
    assert page.url.endswith("page=regulars&path=%2Fpanel%2Fsegments")
    panel.get_by_role("link", name="New segment").first.click()
    panel.get_by_label("Name").fill("Nobody yet")
    panel.get_by_label("Who is in it").fill("orders_count >= 2")
    expect(panel.locator("#count")).to_contain_text("0 customers match.")
    panel.get_by_role("button", name="Save").click()
    expect(panel.get_by_role("heading", level=1, name="Nobody yet")).to_be_visible()
    page.evaluate("history.back()")
    expect(panel.get_by_role("heading", level=1, name="New segment")).to_be_visible()
    assert page.evaluate("window.stayed")
    page.reload()
    expect(panel.get_by_role("heading", level=1, name="New segment")).to_be_visible()
    assert [fault for fault in faults if f"plugins/{NAME}" in fault] == []  # the build lacks scripts of wp-admin's own
    context.close()


def test_the_framed_panel_gets_tokens_that_regulars_believes(pair: Pair) -> None:
    admin, home = pair.wordpress.signed_in("admin"), pair.wordpress.home
    settings = admin.get(f"{home}/{PAGE}&settings=1", timeout=30).text
    fields = form_of(settings, "regulars_settings") | {"view": "frame"}
    admin.post(f"{home}/wp-admin/admin-post.php", data=fields, timeout=30).raise_for_status()
    try:
        page = admin.get(f"{home}/{PAGE}", timeout=30).text
        source = re.search(r'<iframe[^>]* src="([^"]*)"', page)
        nonce = re.search(r'regularsPanel = .*?"nonce":"(\w+)"', page)
        assert source
        assert nonce
        assert source[1].startswith(f"{pair.url}/panel/")
        ajax, form = f"{home}/wp-admin/admin-ajax.php?action=regulars_token", {"_ajax_nonce": nonce[1]}
        token = admin.post(ajax, data=form, timeout=30).json()["token"]
        claims = requests.get(f"{pair.url}/panel/", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        assert claims.status_code == 200
        assert admin.post(ajax, timeout=30).status_code == 403
        assert pair.wordpress.signed_in("nobody").post(ajax, data=form, timeout=30).status_code == 403
    finally:
        del fields["view"]
        admin.post(f"{home}/wp-admin/admin-post.php", data=fields, timeout=30).raise_for_status()


def test_a_merchant_who_disconnects_here_says_so_until_the_shop_is_connected_again(pair: Pair) -> None:
    admin, connection = pair.wordpress.signed_in("admin"), f"{pair.wordpress.home}/{CONNECTION}"
    page = admin.get(f"{pair.wordpress.home}/{PAGE}&settings=1", timeout=30).text
    post = f"{pair.wordpress.home}/wp-admin/admin-post.php"
    admin.post(post, data=form_of(page, "regulars_disconnect"), timeout=30).raise_for_status()
    told = requests.get(connection, headers=KEY, timeout=30).json()
    assert (told["left"], told["shop"]) == (True, None)
    body = {"shop": str(pair.shop.id), "url": pair.url, "secret": SECRET}
    requests.post(connection, json=body, headers=KEY, timeout=30).raise_for_status()
    told = requests.get(connection, headers=KEY, timeout=30).json()
    assert (told["left"], told["shop"]) == (False, str(pair.shop.id))


def test_the_last_word_of_consent_is_kept_and_told(pair: Pair) -> None:
    route = f"{pair.wordpress.home}/wp-json/wc-regulars/v1/consent"

    def say(state: str, at: str) -> object:
        body = {"email": "Ada@example.com", "state": state, "at": at}
        return requests.post(route, json=body, headers=KEY, timeout=30).json()

    nothing, no = {"state": None, "at": None}, {"state": "refused", "at": "2026-11-22T10:00:00Z"}
    assert requests.get(route, params={"email": "ada@example.com"}, headers=KEY, timeout=30).json() == nothing
    assert say("granted", no["at"])["state"] == "granted"  # type: ignore[index]
    assert say("refused", no["at"]) == no  # of two at one moment the no
    assert say("granted", no["at"]) == no
    assert say("granted", "2026-11-21T10:00:00Z") == no
    assert pair.wordpress.php("echo apply_filters( 'regulars_consent', null, 'ada@example.com' );") == "refused"
    assert requests.get(route, params={"email": "ada@example.com"}, timeout=30).status_code == 401
    assert requests.post(route, json={**no, "email": "x"}, headers=KEY, timeout=30).status_code == 400


def test_it_leaves_nothing_behind(pair: Pair) -> None:
    pair.act(requests.Session(), stand_in="add", product="41")
    for key in ("_regulars_cart", "_wc_other/regulars/consent"):  # as WooCommerce keeps the answer to the box
        pair.wordpress.php(f"add_post_meta( 1, '{key}', '1' );")
    pair.wordpress.php("define( 'WP_UNINSTALL_PLUGIN', 'x' ); require WP_PLUGIN_DIR . '/" + NAME + "/uninstall.php';")
    assert pair.wordpress.sql("SELECT name FROM sqlite_master WHERE name LIKE '%regulars%'") == ""
    assert pair.wordpress.sql("SELECT option_name FROM wp_options WHERE option_name LIKE 'regulars%'") == ""
    assert pair.wordpress.sql("SELECT meta_key FROM wp_postmeta WHERE meta_key LIKE '%regulars%'") == ""
