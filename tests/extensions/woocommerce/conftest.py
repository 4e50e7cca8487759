"""A real WordPress on loopback: Playground's build with SQLite, the built plugin in it, a stand-in for WooCommerce."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import Engine
from sqlmodel import col, select

from app.db.scope import shop_scope
from app.factory import create_app
from app.journal.models import Delivery
from app.lib.clock import real_now
from app.lib.encryption import Keyring
from app.settings import Settings, read
from app.shops.credentials import keep
from app.shops.models import Shop
from connectors.records import CheckoutRecord
from connectors.woocommerce.baskets import cart
from connectors.woocommerce.rows import one
from connectors.woocommerce.types import Cart
from tests.conftest import make_shop
from tests.serving import serving
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "extensions/woocommerce"
BUILDS = ROOT / "tests/node_modules/@wp-playground/wordpress-builds/src"
NAME = "regulars-for-woocommerce"
SECRET = "0123456789abcdef" * 4
KEY = {"X-Stand-In": "key of admin"}
WORDS = "Yes, remind me of my basket by e-mail, and write to me of offers."
SETTINGS = """
$table_prefix = 'wp_';
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', __DIR__ . '/debug.log' );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
"""


@pytest.fixture(scope="session")
def php() -> str:
    """PHP with what WordPress needs; a test that lacks it says so instead of passing."""
    found = shutil.which("php")
    if found is None:
        pytest.fail("PHP is missing: install php-cli, php-sqlite3, php-xml and php-mbstring")
    modules = subprocess.run([found, "-m"], capture_output=True, text=True, check=True).stdout.lower().split()
    lacking = {"pdo_sqlite", "mbstring", "dom"} - set(modules)
    assert not lacking, f"PHP lacks {', '.join(sorted(lacking))}"
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make plugin` makes: the plugin's folder, and the zip beside it."""
    folder = tmp_path_factory.mktemp("plugin")
    python = ROOT / ".venv/bin/python"
    environment = {**os.environ, "PYTHON": str(python)}
    subprocess.run(["bash", PLUGIN / "build.sh", folder], check=True, env=environment, capture_output=True)
    return folder / NAME


@dataclass
class WordPress:
    """`home` is its address, `folder` its files."""

    home: str
    folder: Path

    @property
    def complaints(self) -> str:
        log = self.folder / "debug.log"
        return log.read_text() if log.exists() else ""

    def signed_in(self, login: str) -> requests.Session:
        session = requests.Session()
        form = {"log": login, "pwd": "password", "testcookie": "1"}
        session.cookies.set("wordpress_test_cookie", "WP%20Cookie%20check")
        answer = session.post(f"{self.home}/wp-login.php", data=form, allow_redirects=False, timeout=30)
        assert answer.status_code == 302, f"{login} could not sign in"
        return session

    def option(self, name: str) -> str:
        """As the stand-in's database has it, serialised."""
        return self.sql(f"SELECT option_value FROM wp_options WHERE option_name = '{name}'").strip()

    def sql(self, statement: str) -> str:
        database = self.folder / "wp-content/database/.ht.sqlite"
        code = (
            'foreach ((new PDO("sqlite:" . $argv[1]))->query($argv[2], PDO::FETCH_NUM) as $row)'
            ' echo implode("\\t", $row), "\\n";'
        )
        found = subprocess.run(["php", "-r", code, database, statement], capture_output=True, text=True, check=True)
        return found.stdout

    def php(self, code: str) -> str:
        """Run within this WordPress, as its administrator; what it prints."""
        code = f"$_SERVER['HTTP_HOST'] = 'x'; require '{self.folder}/wp-load.php'; wp_set_current_user( 1 ); {code}"
        return subprocess.run(["php", "-r", code], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="session")
def wordpress(php: str, built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WordPress]:
    folder = tmp_path_factory.mktemp("wordpress")
    _unpack(folder)
    shutil.copytree(built, folder / f"wp-content/plugins/{NAME}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = f"http://127.0.0.1:{port}"
    _configure(folder, home)
    found = WordPress(home, folder)
    found.sql("UPDATE wp_options SET option_value = '/%postname%/' WHERE option_name = 'permalink_structure'")
    # Workers: WordPress waits for Regulars, whose panel is asked through it.
    server = subprocess.Popen(
        [php, "-S", f"127.0.0.1:{port}", "-t", folder],
        env={**os.environ, "PHP_CLI_SERVER_WORKERS": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(home)
        yield found
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait()


def _unpack(folder: Path) -> None:
    assert BUILDS.exists(), "WordPress is missing: npm ci --ignore-scripts in tests/"
    zipfile.ZipFile(BUILDS / "wordpress/wp-6.5.zip").extractall(folder)
    content = folder / "wp-content"
    zipfile.ZipFile(BUILDS / "sqlite-database-integration/sqlite-database-integration.zip").extractall(content)
    drop_in = content / "sqlite-database-integration-main"
    text = (drop_in / "db.copy").read_text().replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(drop_in))
    (content / "db.php").write_text(text.replace("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php"))
    (content / "plugins/woocommerce").mkdir()
    shutil.copy(Path(__file__).parent / "stand-in.php", content / "plugins/woocommerce/woocommerce.php")


def _configure(folder: Path, home: str) -> None:
    path = folder / "wp-config.php"
    addresses = f"define( 'WP_HOME', '{home}' );\ndefine( 'WP_SITEURL', '{home}' );\n"
    text = re.sub(
        r"^.*define\( *'(WP_DEBUG\w*|WP_HOME|WP_SITEURL|DISABLE_WP_CRON)'.*$", "", path.read_text(), flags=re.M
    )
    text = re.sub(r"^\$table_prefix.*$", "", text, flags=re.M)
    path.write_text(text.replace("<?php", f"<?php\n{SETTINGS}{addresses}", 1))


def _wait_for(home: str) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(f"{home}/wp-login.php", timeout=60).raise_for_status()
            return
        except requests.RequestException:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.fixture(scope="session")
def activated(wordpress: WordPress) -> WordPress:
    """The plugin, activated as an administrator does it, after what it requires."""
    admin = wordpress.signed_in("admin")
    for name in ("woocommerce", NAME):
        page = admin.get(f"{wordpress.home}/wp-admin/plugins.php", timeout=60).text
        link = re.search(rf'href="(plugins\.php\?action=activate&amp;plugin={name}[^"]*)"', page)
        assert link, f"{name} is not offered for activation"
        admin.get(f"{wordpress.home}/wp-admin/{link[1].replace('&amp;', '&')}", timeout=60).raise_for_status()
    return wordpress


@dataclass
class Pair:
    """A shop's WordPress and the Regulars that it is connected to."""

    wordpress: WordPress
    engine: Engine
    shop: Shop
    url: str
    keyring: Keyring

    def act(self, who: requests.Session, **what: str) -> str:
        """Something that the stand-in does by address; the page that comes of it."""
        query = {name.replace("_", "-"): value for name, value in what.items()}
        answer = who.get(f"{self.wordpress.home}/", params=query, timeout=30)
        answer.raise_for_status()
        return answer.text

    def send(self) -> list[CheckoutRecord]:
        """Action Scheduler's turn; then what Regulars has verified and kept, in the order of arrival."""
        self.act(requests.Session(), stand_in="actions")
        with shop_scope(self.engine, self.shop.id) as scope:
            kept = scope.all(select(Delivery).order_by(col(Delivery.received_at)))
        assert {delivery.topic for delivery in kept} <= {"regulars.cart"}
        return [cart(one(self._body(delivery), Cart)) for delivery in kept]

    def _body(self, delivery: Delivery) -> bytes:
        return zlib.decompress(self.keyring.open(delivery.body or b""))


@pytest.fixture
def pair(activated: WordPress, sqlite_engine: Engine, tmp_path: Path) -> Iterator[Pair]:
    """Connected as Regulars connects a shop: with a key, after it was made."""
    settings = read({"REGULARS_HOME": str(tmp_path)})
    with serving(create_app(settings, sqlite_engine)) as port:
        url = f"http://127.0.0.1:{port}"
        shop = _connected_shop(sqlite_engine, settings, activated.home)
        body = {"shop": str(shop.id), "url": url, "secret": SECRET}
        route = f"{activated.home}/wp-json/wc-regulars/v1/connection"
        answer = requests.post(route, json=body, headers=KEY, timeout=30)
        assert (answer.status_code, answer.json()) == (200, {"version": 1})
        yield Pair(activated, sqlite_engine, shop, url, Keyring.load(settings))
        requests.delete(route, headers=KEY, timeout=30).raise_for_status()


def _connected_shop(engine: Engine, settings: Settings, home: str) -> Shop:
    shop = make_shop(engine, "woocommerce", home.partition("//")[2])
    with shop_scope(engine, shop.id, write=True) as scope:
        scope.shop.home_url = home
        keep(scope, Keyring.load(settings), "webhook_secret", SECRET, real_now())
    return shop
