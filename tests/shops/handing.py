"""The street between a merchant's browser, Regulars by TLS and a WooCommerce shop in a box: how it is walked."""

import html
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import Engine
from sqlmodel import select

from app import settings
from app.context import Context
from app.db.scope import every_shop
from app.factory import create_app
from app.lib import addresses
from app.lib.clock import real_now
from app.lib.encryption import Keyring
from app.shops.models import Account, Handover, Shop
from app.team.actions import sign_in, sign_in_link
from app.team.models import Person
from app.web.identify import COOKIE
from sandbox import woocommerce
from sandbox.woocommerce import Face, Options
from sandbox.woocommerce.wc_auth import KEYS_PAGE
from tests.certificates import make_certificate
from tests.sandbox.conftest import make_small_box
from tests.serving import serving

NAME = "localhost"


@dataclass
class Street:
    """Regulars by https, a shop by http, and whoever walks between the two."""

    context: Context
    url: str
    shop_url: str
    face: Face
    certificate: str
    opened: list[requests.Session] = field(default_factory=list)

    def browser(self, email: str | None = None) -> requests.Session:
        """A browser; with an address somebody is signed in to Regulars."""
        made = requests.Session()
        made.verify = self.certificate
        self.opened.append(made)
        if email:
            made.cookies.set(COOKIE, self.cookie(email), domain="localhost.local", path="/panel")
        return made

    def cookie(self, email: str) -> str:
        with every_shop(self.context.engine, write=True) as db:
            found = sign_in(db, sign_in_link(db, email, real_now(), "").rpartition("/")[2], real_now())
        assert found
        return found

    def close(self) -> None:
        for each in self.opened:
            each.close()

    def shops(self) -> Sequence[Shop]:
        with every_shop(self.context.engine) as db:
            return db.all(select(Shop))

    def waiting(self) -> Sequence[Handover]:
        with every_shop(self.context.engine) as db:
            return db.all(select(Handover))

    def made_keys(self) -> int:
        """Keys that stand in the shop beside its first."""
        return len(self.face.keys.all()) - 1

    def stranger(self, email: str) -> None:
        """Somebody with an account of their own."""
        now = real_now()
        with every_shop(self.context.engine, write=True) as db:
            account = db.add(Account(name=email, created_at=now))
            db.flush()
            db.add(Person(account_id=account.id, email=email, created_at=now))


@contextmanager
def box(host: str = "127.0.0.1", *, is_plain: bool = False) -> Iterator[tuple[str, Face]]:
    """A shop, and its address."""
    shop, late = Flask("box", static_folder=None), Late()
    with serving(late) as port:
        url = f"http://{host}:{port}"
        face = woocommerce.register(shop, make_small_box(), Options(url, is_plain=is_plain))
        late.app = shop
        yield url, face


class Late:
    """Its address has to be known before it is made."""

    app: Any = None

    def __call__(self, environ: Any, start: Any) -> Any:
        return self.app(environ, start)


def begin(street: Street, browser: requests.Session, address: str = "", **more: str) -> str:
    """The address of the shop's own page, as the button on what was found leads there."""
    found = look(street, browser, address or street.shop_url, **more)
    assert found.status_code == 200, found.text
    return link(found, r"/wc-auth/v1/authorize|wc-auth-route")


def press(street: Street, browser: requests.Session) -> tuple[str, str]:
    """The button of the plugin in the shop: the page that it leads to, and the page it came from."""
    back = f"{street.shop_url}/wp-admin/admin.php?page=regulars"
    query = {"address": street.shop_url, "return": back, "plugin": "1", "proof": street.face.plugin.press()}
    page = browser.get(f"{street.url}/connect/woocommerce", params=query, timeout=60)
    given = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page.text)}
    assert given["address"] == street.shop_url
    return begin(street, browser, back=given["back"], proof=given["proof"]), back


def look(street: Street, browser: requests.Session, address: str, **more: str) -> requests.Response:
    page = browser.get(f"{street.url}/panel/connect", timeout=60)
    form = {"csrf_token": csrf(page), "address": address, **more}
    return browser.post(f"{street.url}/panel/connect", data=form, timeout=60)


def approve(street: Street, asked: str, manager: requests.Session | None = None) -> str:
    """The shop's manager signs in there and approves; where the shop sends them then."""
    manager = manager or street.browser()
    page = manager.get(asked, timeout=60)
    if "wc-auth-login" in page.text:
        page = manager.post(page.url, data={"username": "admin", "password": "password"}, timeout=60)
    assert "Read/Write" in page.text
    granted = manager.get(link(page, "access_granted"), timeout=60, allow_redirects=False)
    assert granted.status_code == 302, granted.text
    return str(granted.headers["Location"])


def finish(street: Street, browser: requests.Session, back: str, end: str) -> requests.Response:
    page = browser.get(back, timeout=60)
    form = {"csrf_token": csrf(page), "user_id": token(back), "end": end}
    return browser.post(f"{street.url}/panel/connect/finish", data=form, timeout=60, allow_redirects=False)


def newest_end(street: Street) -> str:
    """As the settings page of the shop shows it to who manages it, stars and all."""
    manager = street.browser()
    page = manager.post(
        f"{street.shop_url}/wc-auth/v1/login/?app_name=x&user_id=x&return_url=http://x&callback_url=https://x&scope=read",
        data={"username": "admin", "password": "password"},
        timeout=60,
    )
    assert page.ok
    shown = re.findall(r"<code>(\*\*\*\w{7})</code>", manager.get(f"{street.shop_url}{KEYS_PAGE}", timeout=60).text)
    return str(shown[-1])


def link(page: requests.Response, pattern: str) -> str:
    for found in re.findall(r'href="([^"]+)"', page.text):
        if re.search(pattern, found):
            return urljoin(page.url, found.replace("&amp;", "&"))
    raise AssertionError(page.text)


def csrf(page: requests.Response) -> str:
    found = re.search(r'name="csrf-token" content="(\w+)"', page.text)
    return found[1] if found else ""


def token(address: str) -> str:
    return parse_qs(urlsplit(address).query)["user_id"][0]


def tls(certificate: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


@contextmanager
def walked(engine: Engine, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """127.0.0.1 stands for the world, and every other private address is one."""
    was, certificate, late = addresses.is_public, home / "server.pem", Late()
    make_certificate(certificate, NAME)
    monkeypatch.setattr(addresses, "is_public", lambda text: text == "127.0.0.1" or was(text))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(late, ssl_context=tls(certificate)) as port:
        url = f"https://{NAME}:{port}"
        given = settings.read({"REGULARS_HOME": str(home), "PUBLIC_URL": url})
        late.app = create_app(given, engine)
        with box() as (shop_url, face):
            made = Street(Context(given, engine, Keyring.load(given)), url, shop_url, face, str(certificate))
            yield made
            made.close()
    late.app.extensions["intake"].inbox.close()
