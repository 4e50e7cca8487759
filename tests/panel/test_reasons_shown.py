"""Why a mail, a write or an enrollment ended as it did: our sentence in the reader's language, others' words beside."""

import pytest
from sqlmodel import col, select

from app.db.scope import shop_scope
from app.flows.models import Enrollment
from app.lib import i18n
from app.mail.models import Message
from app.reasons import Reason, words
from app.writes.models import PlatformWrite
from tests.panel.conftest import House

THEIR_WORDS = "550 5.7.1 no such box"
DETAILS = f"<code>{THEIR_WORDS}</code>"


@pytest.fixture(params=["en", i18n.PSEUDO])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(i18n, "choose", lambda wanted: request.param)
    return str(request.param)


def sentence(language: str, code: str) -> str:
    with i18n.speaking(language):
        return words(Reason(code).kept())


def test_why_a_mail_failed_is_said_on_its_customer_s_page_and_where_mails_need_a_look(
    house: House, language: str
) -> None:
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        message = scope.all(select(Message).where(col(Message.customer_id).is_not(None)))[-1]
        message.state, message.error = "failed", Reason("mail_refused", details=THEIR_WORDS).kept()
    for path in (f"/panel/customers/{message.customer_id}", "/panel/connections/health"):
        text = house.client.get(path).text
        assert sentence(language, "mail_refused") in text
        assert DETAILS in text


def test_why_a_write_failed_is_said_among_the_writes(house: House, language: str) -> None:
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        write = scope.all(select(PlatformWrite).where(PlatformWrite.state == "failed"))[0]
        write.error = Reason("gave_up", details=THEIR_WORDS).kept()
    text = house.client.get("/panel/connections/writes").text
    assert sentence(language, "gave_up") in text
    assert DETAILS in text


def test_why_an_enrollment_ended_is_said_in_its_flow(house: House, language: str) -> None:
    with shop_scope(house.engine, house.ours.id, write=True) as scope:
        one = scope.all(select(Enrollment).where(Enrollment.state == "exited"))[-1]
        one.reason, one.order_id = Reason("mail_unwritable", details=THEIR_WORDS).kept(), None
    text = house.client.get(f"/panel/flows/{one.flow_id}?filter=exited").text
    assert sentence(language, "mail_unwritable") in text
    assert DETAILS in text
