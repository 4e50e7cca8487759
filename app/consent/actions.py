"""What a person says of consent to us directly."""

from datetime import datetime

from app.consent.entries import record
from app.db.scope import ShopScope
from connectors.records import ConsentRecord


def unsubscribe(scope: ShopScope, address: str, now: datetime, source: str) -> None:
    """A refusal as of now: nothing more goes to this address until its owner agrees again, later than this."""
    said = ConsentRecord(channel="email", address=address, state="refused", at=now, source=source)
    record(scope.batch(), [(None, said, None)], scope.shop.platform, now)
