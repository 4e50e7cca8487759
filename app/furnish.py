"""What a new shop finds set up: a segment, a loyalty programme, a recovery flow and a sender, ready to look at."""

import json
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlmodel import select

from app.db.scope import ShopScope
from app.flows.models import Flow
from app.lib.money import exponent
from app.loyalty.models import Programme
from app.mail.models import Sender
from app.segments.membership import save
from app.segments.models import Segment

_RECOVERY = Path(__file__).parents[1] / "templates" / "emails" / "recovery.json"


def furnish(scope: ShopScope, now: datetime) -> None:
    """Set up what is not there yet; safe to repeat, and a merchant's changes stay."""
    if scope.first(select(Segment.id)) is None:
        least = f"{1000:.{exponent(scope.shop.currency)}f}"
        save(scope, "Regulars", f"orders_count >= 3 AND net_spent > {least}", now)
    if scope.first(select(Programme.id)) is None:
        scope.add(Programme(shop_id=scope.shop_id, name="Points", started_at=now))
    if scope.first(select(Flow.id)) is None:
        mail = json.loads(_RECOVERY.read_text())
        scope.add(
            Flow(
                shop_id=scope.shop_id,
                name="Checkout recovery",
                subject=mail["subject"],
                blocks=mail["blocks"],
                started_at=now,
                changed_at=now,
            )
        )
    if scope.first(select(Sender.id)) is None:
        scope.add(Sender(shop_id=scope.shop_id, name=scope.shop.name, email=_address(scope)))


def _address(scope: ShopScope) -> str:
    host = urlsplit(scope.shop.home_url).hostname or scope.shop.domain
    return scope.shop.email or f"shop@{host if '.' in host and not host.replace('.', '').isdigit() else 'example.com'}"
