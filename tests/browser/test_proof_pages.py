"""The sync's health and its proof, worked in a real browser inside each platform's admin."""

import re
from pathlib import Path

from playwright.sync_api import Frame, Page, expect
from sqlmodel import select

from app.db.scope import shop_scope
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.proof.models import Reconciliation
from tests.browser.conftest import Served, enter


def show(frame: Frame, path: str) -> None:
    frame.evaluate(f"htmx.ajax('GET', '/panel/connections/{path}' + location.search, '#page')")


def test_a_retry_shows_by_itself_what_came_of_it(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    show(frame, "health")
    row = frame.locator(".failures li", has_text="orders/updated")
    row.get_by_role("button").click()
    expect(row).to_contain_text("It is being tried again.")
    details = frame.locator(".failures li", has_text="Order 4711").locator("details")
    details.locator("summary").click()
    with shop_scope(framed.engine, framed.ids["shop"], write=True) as scope:
        (delivery,) = scope.all(select(Delivery))
        delivery.state = "done"
    expect(row).to_contain_text("It went through.")
    expect(details).to_have_attribute("open", "")  # what somebody reads is not closed by news
    expect(details.locator("summary")).to_be_focused()


def test_the_proof_is_asked_for_and_its_end_is_shown_by_itself(page: Page, framed: Served) -> None:
    frame = enter(page, framed)
    show(frame, "proof")
    frame.get_by_role("button", name="Compare now").click()
    expect(frame.get_by_role("heading", name="Being compared now")).to_be_visible()
    with shop_scope(framed.engine, framed.ids["shop"], write=True) as scope:
        for row in scope.all(select(Reconciliation)):
            row.state, row.finished_at = "done", utc_now()
    expect(frame.get_by_role("heading", name="Being compared now")).to_have_count(0)
    frame.get_by_role("link", name=re.compile("differs")).first.click()
    expect(frame.get_by_role("heading", level=2, name="Both sides")).to_be_visible()


def test_a_report_is_downloaded_and_checked_within_the_frame(page: Page, framed: Served, tmp_path: Path) -> None:
    frame = enter(page, framed)
    show(frame, "proof")
    with page.expect_download() as found:
        frame.get_by_role("link", name="Download the report").click()
    report = Path(found.value.path()).read_bytes()
    frame.get_by_role("link", name="Check a report").click()
    for text, answer in ((report, "It is: nothing in it was changed"), (report.replace(b"88", b"89"), "It is not:")):
        given = tmp_path / "report.txt"
        given.write_bytes(text)
        frame.get_by_label("The file that was downloaded").set_input_files(given)
        frame.get_by_role("button", name="Check it").click()
        expect(frame.get_by_role("status")).to_contain_text(answer)
