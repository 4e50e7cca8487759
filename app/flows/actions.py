"""What a merchant does with a flow."""

from collections.abc import Sequence
from datetime import datetime

from app.db.scope import ShopScope
from app.errors import BadInput
from app.flows.models import Flow
from app.lib.i18n import _
from app.mail.blocks import Block
from app.mail.render import compile_mail

LONGEST_WAIT = 7 * 24 * 60


def switch(scope: ShopScope, flow: Flow, is_on: bool, now: datetime) -> None:
    """On or off. A flow begins with what happens after it was turned on: nobody is written to about the past."""
    if is_on and not flow.is_on:
        flow.started_at = now
    flow.is_on, flow.changed_at = is_on, now
    scope.add(flow)


def change(
    scope: ShopScope, flow: Flow, now: datetime, *, wait_minutes: int, subject: str, blocks: Sequence[Block]
) -> None:
    """A new wait and mail, from the next mail on. Raises BadInput naming the field."""
    if not 1 <= wait_minutes <= LONGEST_WAIT:
        raise BadInput(_("The wait is from 1 minute to 7 days."), "wait_minutes")
    if not subject.strip():
        raise BadInput(_("Give the mail a subject."), "subject")
    compile_mail(subject, blocks)
    flow.wait_minutes, flow.subject, flow.blocks, flow.changed_at = wait_minutes, subject.strip(), list(blocks), now
    scope.add(flow)
