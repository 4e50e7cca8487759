"""A real SMTP server on loopback, and a context whose mails go there."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import Engine

from app.context import Context
from app.demo.processes import free_port
from app.lib.encryption import Keyring
from app.settings import read


@dataclass
class Post:
    """Keeps what it takes; answers as told for an address."""

    taken: list[Envelope] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if envelope.rcpt_tos[0].startswith("hang-up"):
            assert server.transport is not None
            server.transport.close()
        self.taken.append(envelope)
        return "250 taken"


@pytest.fixture
def post() -> Iterator[tuple[Post, str]]:
    """The server and its smtp:// address."""
    handler = Post()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture
def context(engine: Engine, post: tuple[Post, str], tmp_path: Path) -> Context:
    settings = replace(
        read({"REGULARS_HOME": str(tmp_path)}), smtp_url=post[1], public_url="https://crm.example.com", keys=()
    )
    return Context(settings, engine, Keyring.load(settings))
