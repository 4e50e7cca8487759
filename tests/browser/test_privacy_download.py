"""A person's export is downloaded from inside each admin's frame, where a plain link would lead nowhere."""

import zlib
from pathlib import Path

from playwright.sync_api import Page
from sqlmodel import select

from app.db.scope import shop_scope
from app.lib.encryption import Keyring
from app.privacy.models import PrivacyRequest
from app.settings import read
from tests.browser.conftest import Served, enter


def test_an_export_is_downloaded_within_the_frame(page: Page, framed: Served, home: Path) -> None:
    keyring = Keyring.load(read({"REGULARS_HOME": str(home)}))
    with shop_scope(framed.engine, framed.ids["shop"], write=True) as scope:
        ready = scope.first(select(PrivacyRequest).where(PrivacyRequest.state == "ready"))
        assert ready is not None
        ready.export = keyring.seal(zlib.compress(b'{"customers": []}'))
    frame = enter(page, framed)
    frame.evaluate("htmx.ajax('GET', '/panel/privacy' + location.search, '#page')")
    with page.expect_download() as found:
        frame.get_by_role("link", name="Download").click()
    assert found.value.suggested_filename == f"export-{ready.id}.json"
    assert Path(found.value.path()).read_bytes() == b'{"customers": []}'
