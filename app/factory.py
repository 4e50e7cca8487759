"""The web roof: blueprints, error pages, filters and headers put together."""

from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from werkzeug.routing import IntegerConverter, Map

from app.context import Context, open_context
from app.db.meta import is_demo
from app.lib.encryption import Keyring
from app.panel import bp as panel
from app.public import bp as public
from app.settings import Settings
from app.web import assets, entrance, error_pages, filters, headers, pages, refusals, stand_alone
from app.web.roof import Roof, put_up
from webhooks import views as webhooks


class Id(IntegerConverter):
    """One of our ids in an address: what has more bits is none."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


TEMPLATES = Path(__file__).parents[1] / "templates"


def create_app(settings: Settings, engine: Engine | None = None) -> Flask:
    """The whole application over one database."""
    app = Flask("regulars", static_folder=None, template_folder=str(TEMPLATES))
    context = Context(settings, engine, Keyring.load(settings)) if engine else open_context(settings, urgent=True)
    is_stand_in = settings.shopify_origin is not None and is_demo(context.engine)
    app.url_map.converters["id"] = Id
    put_up(app, Roof(context, settings.shopify_origin if is_stand_in else None))
    for part in (filters, pages, error_pages, headers):
        part.install(app)
    for blueprint in (assets.bp, entrance.bp, refusals.bp, stand_alone.bp, panel, public):
        app.register_blueprint(blueprint)
    webhooks.install(app, context)
    return app
