"""After a restore: what may have happened since the backup is not done again, and the shops are held against it."""

from datetime import datetime

from sqlalchemy import Engine, update
from sqlmodel import col, select

from app.db.scope import ShopScope, every_shop, shop_scope
from app.flows.models import Enrollment, Flow
from app.mail.models import Message
from app.reasons import Reason
from app.shops.models import Shop
from sync import pull
from sync.reconcile import begin

_WHY = Reason("restored").kept()


def settle_restored(engine: Engine, now: datetime) -> int:
    """Every shop in the database; how many there are."""
    with every_shop(engine) as db:
        shops = db.all(select(Shop.id))
    for shop_id in shops:
        with shop_scope(engine, shop_id, write=True) as scope:
            _settle(scope, now)
    return len(shops)


def _settle(scope: ShopScope, now: datetime) -> None:
    doubtful = col(Message.state).in_(("queued", "sending"))
    scope.execute(update(Message).where(doubtful).values(state="uncertain", error=_WHY))
    due = (col(Enrollment.state) == "waiting", col(Enrollment.due_at) <= now)
    scope.execute(update(Enrollment).where(*due).values(state="exited", reason=_WHY, ended_at=now))
    # baskets left behind meanwhile may have had their mail: a flow takes those alone that changed after its start
    scope.execute(update(Flow).where(col(Flow.is_on).is_(True)).values(started_at=now))
    if scope.shop.state == "active":
        pull.request(scope)
        begin.request(scope, "asked", now, scope.shop.oldest_order_on)
