"""The mail catcher: over real SMTP, read back over HTTP."""

import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Page

from sandbox.mailbox import Mailbox, running
from sandbox.mailbox.run import Running


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(server: Running) -> Running:
    requests.delete(f"{server.url}/api/messages", timeout=60).raise_for_status()
    requests.delete(f"{server.url}/api/faults", timeout=60).raise_for_status()
    return server


def a_mail(to: str, subject: str = "Your basket") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Shop <shop@example.com>"
    mail["To"] = to
    mail["Subject"] = subject
    mail["List-Unsubscribe"] = "<https://shop.example/u/1>"
    mail.set_content("Come back: https://shop.example/recover?a=1&b=2.\nStop: https://shop.example/u/1")
    mail.add_alternative(
        '<html><head></head><body><a href="https://shop.example/recover?a=1&amp;b=2">Back</a> '
        '<a href="mailto:shop@example.com">Write</a></body></html>',
        subtype="html",
    )
    return mail


def send(mailbox: Running, mail: EmailMessage) -> None:
    where = urlsplit(mailbox.smtp_url)
    with smtplib.SMTP(str(where.hostname), where.port or 0, timeout=60) as smtp:
        smtp.send_message(mail)


def messages(mailbox: Running, **query: str | int) -> list[dict[str, object]]:
    answer = requests.get(f"{mailbox.url}/api/messages", params=query, timeout=60)
    answer.raise_for_status()
    found: list[dict[str, object]] = answer.json()
    return found


def test_a_mail_sent_over_smtp_is_kept_with_its_parts_and_headers(mailbox: Running) -> None:
    send(mailbox, a_mail("Ann@example.com", subject="Grüße"))
    (mail,) = messages(mailbox)
    assert mail["to"] == ["Ann@example.com"]
    assert mail["subject"] == "Grüße"
    assert mail["from"] == "Shop <shop@example.com>"
    assert "Come back" in str(mail["text"])
    assert "<a href=" in str(mail["html"])
    assert ["List-Unsubscribe", "<https://shop.example/u/1>"] in mail["headers"]  # type: ignore[operator]


def test_links_come_from_both_parts_once_each_and_unescaped(mailbox: Running) -> None:
    send(mailbox, a_mail("ann@example.com"))
    (mail,) = messages(mailbox)
    assert mail["links"] == ["https://shop.example/recover?a=1&b=2", "https://shop.example/u/1"]


def test_mails_are_found_by_address_in_any_case_and_after_an_id(mailbox: Running) -> None:
    for to in ("Ann@example.com", "bob@example.com", "ann@example.com"):
        send(mailbox, a_mail(to))
    to_ann = messages(mailbox, to="ann@EXAMPLE.com")
    assert [mail["to"] for mail in to_ann] == [["Ann@example.com"], ["ann@example.com"]]
    assert messages(mailbox, to="ann@example.com", after=int(str(to_ann[0]["id"]))) == to_ann[1:]
    assert requests.get(f"{mailbox.url}/api/count", timeout=60).json() == {"count": 3}


def test_a_planted_refusal_is_answered_to_its_address_only(mailbox: Running) -> None:
    fault = {"rcpt": "554 5.1.1 No such user", "for": "Gone@example.com"}
    requests.post(f"{mailbox.url}/api/faults", json=fault, timeout=60).raise_for_status()
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(mailbox, a_mail("gone@example.com"))
    assert refused.value.recipients == {"gone@example.com": (554, b"5.1.1 No such user")}
    send(mailbox, a_mail("ann@example.com"))
    assert [mail["to"] for mail in messages(mailbox)] == [["ann@example.com"]]


def test_a_fault_can_come_after_the_data_and_pass_after_some_times(mailbox: Running) -> None:
    requests.post(f"{mailbox.url}/api/faults", json={"data": "451 Later", "times": 1}, timeout=60).raise_for_status()
    with pytest.raises(smtplib.SMTPDataError):
        send(mailbox, a_mail("ann@example.com"))
    send(mailbox, a_mail("ann@example.com"))
    assert len(messages(mailbox)) == 1


def test_a_fault_that_refuses_nothing_is_not_taken(mailbox: Running) -> None:
    for fault in ({"rcpt": "250 OK"}, {"for": "ann@example.com"}):
        assert requests.post(f"{mailbox.url}/api/faults", json=fault, timeout=60).status_code == 400


def test_the_page_shows_a_mail_in_a_frame_without_scripts(mailbox: Running) -> None:
    send(mailbox, a_mail("ann@example.com"))
    (mail,) = messages(mailbox)
    assert "Your basket" in requests.get(mailbox.url, timeout=60).text
    page = requests.get(f"{mailbox.url}/{mail['id']}", timeout=60)
    assert 'sandbox="allow-popups' in page.text
    assert "allow-scripts" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert requests.get(f"{mailbox.url}/999999", timeout=60).status_code == 404


def test_a_browser_shows_the_mail_and_runs_nothing_of_it(mailbox: Running, page: Page) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", "ann@example.com", "Your basket"
    mail.set_content("text")
    mail.add_alternative('<p id="hello">Hello</p><script>hello.textContent = "Gotcha"</script>', subtype="html")
    send(mailbox, mail)
    page.goto(mailbox.url)
    page.get_by_role("link", name="Your basket").click()
    shown = page.frame_locator("iframe").locator("#hello")
    shown.wait_for()
    assert shown.inner_text() == "Hello"


def test_only_the_newest_mails_are_kept() -> None:
    box = Mailbox(kept=2)
    for number in range(3):
        box.keep([f"{number}@example.com"], "shop@example.com", b"Subject: x\r\n\r\n")
    assert [mail.to for mail in box.find()] == [("1@example.com",), ("2@example.com",)]


def test_the_command_says_where_it_is_ready_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "sandbox.mailbox"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            assert process.stdout is not None
            word, smtp_url, url = process.stdout.readline().split()
            assert (word, smtp_url[:17]) == ("ready", "smtp://127.0.0.1:")
            assert requests.get(f"{url}/api/count", timeout=60).json() == {"count": 0}
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
