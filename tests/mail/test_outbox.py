"""The outbox: every mail once, each outcome told apart, over real SMTP."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from sqlmodel import select

from app.consent.actions import unsubscribe
from app.consent.entries import record
from app.context import Context
from app.db.scope import ShopScope, shop_scope
from app.jobs.base import Job
from app.lib.clock import real_now, utc_now
from app.lib.ids import new_id
from app.mail.models import Message, Sender
from app.mail.outbox import Draft, enqueue, give_up_claims, send_due
from app.reasons import Kept, Reason
from app.shops.models import Shop
from connectors.records import ConsentRecord
from tests.mail.conftest import Post


def agree(scope: ShopScope, address: str) -> None:
    said = ConsentRecord(channel="email", address=address, state="granted", at=utc_now(), source="checkout")
    record(scope.batch(), [(None, said, None)], "shopify", utc_now())


def queue(context: Context, shop: Shop, to: str, *, later: timedelta = timedelta(0), agreed: bool = True) -> int:
    with shop_scope(context.engine, shop.id, write=True) as scope:
        sender = scope.first(select(Sender)) or scope.add(
            Sender(shop_id=shop.id, name="Zoë’s hats", email="hats@example.com", reply_to="zoe@example.com")
        )
        scope.flush()
        if agreed:
            agree(scope, to)
        draft = Draft(
            id=new_id(), to=to, subject="Your bäsket", html="<p>hällo</p>", text="hällo", not_before=utc_now() + later,
            sender=sender, headers={"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )  # fmt: skip
        return enqueue(scope, draft, utc_now()).id


def send(context: Context, shop: Shop) -> None:
    send_due(context, Job(id=1, shop_id=shop.id, name="send", key="", lane="send", attempts=0))


def states(context: Context, shop: Shop) -> list[tuple[str, str, Kept | None]]:
    with shop_scope(context.engine, shop.id) as scope:
        found = scope.all(select(Message).order_by(Message.id))  # type: ignore[arg-type]
        return [(message.to, message.state, message.error) for message in found]


def said(code: str, details: str = "") -> Kept:
    return Reason(code, details=details).kept()


def test_a_mail_arrives_as_it_was_written(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    queue(context, shop, "ada@example.com")
    send(context, shop)
    (envelope,) = post[0].taken
    mail = message_from_bytes(envelope.content, policy=default)  # type: ignore[arg-type]
    assert mail["From"] == "Zoë’s hats <hats@example.com>"
    assert mail["Subject"] == "Your bäsket"
    assert mail["Reply-To"] == "zoe@example.com"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_body(("plain",)).get_content().strip() == "hällo"  # type: ignore[union-attr]
    assert mail.get_body(("html",)).get_content().strip() == "<p>hällo</p>"  # type: ignore[union-attr]
    assert not mail.defects
    assert states(context, shop) == [("ada@example.com", "sent", None)]


def test_sending_again_sends_nothing(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    queue(context, shop, "ada@example.com")
    send(context, shop)
    send(context, shop)
    assert len(post[0].taken) == 1


def test_nothing_leaves_before_its_time(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    """R44."""
    queue(context, shop, "ada@example.com", later=timedelta(hours=1))
    send(context, shop)
    assert post[0].taken == []
    assert states(context, shop) == [("ada@example.com", "queued", None)]


def test_one_bad_address_stops_nobody_else(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    """R38: refused for good is failed, refused for now waits, the others get theirs once."""
    post[0].refuse = {"gone@example.com": "550 no such box", "full@example.com": "452 box is full"}
    for to in ("gone@example.com", "full@example.com", "ada@example.com"):
        queue(context, shop, to)
    send(context, shop)
    send(context, shop)
    assert [envelope.rcpt_tos for envelope in post[0].taken] == [["ada@example.com"]]
    assert states(context, shop) == [
        ("gone@example.com", "failed", said("mail_refused", "the mail server refused: 550 no such box")),
        ("full@example.com", "queued", said("mail_put_off", "not now: 452 box is full")),
        ("ada@example.com", "sent", None),
    ]


def test_a_line_that_dies_in_the_middle_leaves_it_uncertain(context: Context, shop: Shop) -> None:
    """R37: nobody knows whether it was taken, so it is shown and not resent."""
    queue(context, shop, "hang-up@example.com")
    send(context, shop)
    send(context, shop)
    ((_, state, error),) = states(context, shop)
    assert state == "uncertain"
    assert error is not None
    assert error["code"] == "mail_in_doubt"
    assert "went away while it took the mail" in error["details"]


def test_a_claim_of_a_process_that_died_becomes_uncertain(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    message_id = queue(context, shop, "ada@example.com")
    with shop_scope(context.engine, shop.id, write=True) as scope:
        message = scope.get(Message, message_id)
        message.state, message.claimed_at = "sending", real_now() - timedelta(minutes=10)
    with shop_scope(context.engine, shop.id, write=True) as scope:
        assert give_up_claims(scope) == 1
    send(context, shop)
    assert post[0].taken == []
    assert states(context, shop)[0][1] == "uncertain"


@pytest.mark.parametrize("late", [False, True])
def test_no_consent_no_mail(context: Context, shop: Shop, post: tuple[Post, str], late: bool) -> None:
    queue(context, shop, "ada@example.com", agreed=late)
    if late:  # she unsubscribes while the mail waits
        with shop_scope(context.engine, shop.id, write=True) as scope:
            unsubscribe(scope, "Ada@Example.com", utc_now(), source="link in a mail")
    send(context, shop)
    assert post[0].taken == []
    assert states(context, shop)[0][1:] == ("skipped", said("opted_out" if late else "never_agreed"))


def test_a_header_cannot_be_broken_into(context: Context, shop: Shop) -> None:
    from app.errors import BadInput  # noqa: PLC0415
    from app.mail.mime import build  # noqa: PLC0415

    with pytest.raises(BadInput, match="subject: a header cannot hold a line break"):
        build(
            sender=("a", "a@example.com"), to="b@example.com", subject="x\r\nBcc: c@example.com", html="", text="",
            message_id="<1@example.com>", at=utc_now(), headers={},
        )  # fmt: skip


def test_a_shop_that_left_sends_nothing_more(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    queue(context, shop, "ada@example.com")
    with shop_scope(context.engine, shop.id, write=True) as scope:
        scope.shop.state = "uninstalled"
    send(context, shop)
    assert post[0].taken == []
    assert states(context, shop) == [("ada@example.com", "skipped", said("no_longer_connected"))]


@pytest.mark.parametrize("address", ["zoë@example.com", "ada@exämple.com", "ada\r\nRCPT TO:<eve@example.com>"])
def test_an_address_that_no_server_can_be_told_fails_alone(
    context: Context, shop: Shop, post: tuple[Post, str], address: str
) -> None:
    queue(context, shop, address)
    queue(context, shop, "ada@example.com")
    send(context, shop)
    assert [state for _, state, _ in states(context, shop)] == ["failed", "sent"]
    assert [envelope.rcpt_tos for envelope in post[0].taken] == [["ada@example.com"]]


def test_two_workers_at_one_outbox_send_each_mail_once(context: Context, shop: Shop, post: tuple[Post, str]) -> None:
    """A lane has one worker; a second one is there where the first one's lease ended while it was held up."""
    for number in range(12):
        queue(context, shop, f"person{number}@example.com")
    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(send, context, shop) for _ in range(4)]:
            done.result()
    assert sorted(envelope.rcpt_tos[0] for envelope in post[0].taken) == sorted(
        f"person{number}@example.com" for number in range(12)
    )
