"""The SMTP side: takes every mail but those that a planted fault refuses."""

import asyncio

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.mailbox.store import Mailbox


class Catcher:
    """aiosmtpd's handler."""

    def __init__(self, box: Mailbox) -> None:
        self.box = box

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.box.fault("rcpt", address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        for address in envelope.rcpt_tos:
            if answer := self.box.fault("data", address):
                return answer
        assert isinstance(envelope.content, bytes)  # str only with decode_data, which is off
        self.box.keep(envelope.rcpt_tos, envelope.mail_from or "", envelope.content)
        return "250 OK"


class CatchingServer(Controller):
    """Runs in a thread of its own; knows its port after start, also when it was asked for port 0."""

    def __init__(self, box: Mailbox, port: int) -> None:
        super().__init__(Catcher(box), hostname="127.0.0.1", port=port, ready_timeout=10)

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]
