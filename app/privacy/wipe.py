"""Wiping a shop that left: looked at once more before, then table by table in slices, and last the shop itself."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import SQLModel, col, select

from app.context import Context
from app.db.columns import ShopOwned
from app.db.scope import ShopScope, shop_scope
from app.errors import AuthLost
from app.jobs.base import Again
from app.lib.clock import utc_now
from app.lib.log import log
from app.privacy.models import PrivacyRequest
from app.privacy.requests import close
from app.shops.clients import client_for
from app.shops.models import Shop

_AT_ONCE = 500
_AFTER_UNINSTALL = timedelta(hours=48)  # a platform asks for it so long after the app was removed


def step(context: Context, request: PrivacyRequest) -> Again | None:
    """Ask, or wipe a slice."""
    if request.state == "pending":
        _begin(context, request)
        return Again(None)
    with shop_scope(context.engine, request.shop_id, write=True) as scope:
        if scope.shop.state != "uninstalled":
            _leave(scope, request, utc_now())
        elif not _wipe(scope):
            scope.batch().execute("DELETE FROM jobs WHERE shop_id = :shop_id AND state <> 'running'", {})
            log.info("a shop was wiped", shop=scope.shop_id, domain=scope.shop.domain)
            scope.execute(delete(Shop))
            return None
    return Again(None)


def _begin(context: Context, request: PrivacyRequest) -> None:
    has_left = _has_left(context, request)
    with shop_scope(context.engine, request.shop_id, write=True) as scope:
        if not has_left:
            _leave(scope, request, utc_now())
            return
        row = scope.get(PrivacyRequest, request.id)
        row.state = "working"
        scope.shop.state, scope.shop.uninstalled_at = "uninstalled", scope.shop.uninstalled_at or utc_now()
        scope.shop.backfilled_at = None


def _leave(scope: ShopScope, request: PrivacyRequest, now: datetime) -> None:
    close(scope.get(PrivacyRequest, request.id), "installed again", now)


def _has_left(context: Context, request: PrivacyRequest) -> bool:
    """It was uninstalled, and not installed again since. Where nobody told us so, the platform is asked. Raises
    PlatformDown or RateLimited where it does not say now."""
    with shop_scope(context.engine, request.shop_id) as scope:
        shop = scope.shop
    if shop.state == "uninstalled":
        return True
    if (shop.authorised_at or shop.installed_at) > request.requested_at - _AFTER_UNINSTALL:
        return False
    try:
        client_for(context, shop.id).facts()
    except AuthLost:
        return True
    return False


def _wipe(scope: ShopScope) -> bool:
    """Remove a slice of what hangs on nothing else any more; was there any? What lives inside a row goes with it."""
    for model in _tables():
        ids = scope.all(select(col(model.id)).limit(_AT_ONCE))
        if ids:
            scope.execute(delete(model).where(col(model.id).in_(ids)))
            return True
    return False


def _tables() -> list[type[ShopOwned]]:
    """Children before their parents; the requests themselves go with the shop. The runs go first: a shop that comes
    back in the middle is copied whole again."""
    place = {table: -number for number, table in enumerate(SQLModel.metadata.sorted_tables)}
    models = [model for model in _below(ShopOwned) if model is not PrivacyRequest]
    return sorted(models, key=lambda model: (model.__tablename__ != "runs", place[model.__table__]))  # type: ignore[attr-defined]


def _below(model: type[ShopOwned]) -> list[type[ShopOwned]]:
    return [each for child in model.__subclasses__() for each in (child, *_below(child)) if hasattr(each, "__table__")]
