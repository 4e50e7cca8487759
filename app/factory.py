"""The web roof: blueprints, error pages, filters and headers put together."""

from pathlib import Path

from flask import Flask
from sqlalchemy import Engine

from app.db.engine import open_engine
from app.db.meta import is_demo
from app.panel import bp as panel
from app.settings import Settings
from app.web import assets, error_pages, filters, headers, pages, refusals
from app.web.roof import Roof, put_up

TEMPLATES = Path(__file__).parents[1] / "templates"


def create_app(settings: Settings, engine: Engine | None = None) -> Flask:
    """The whole application over one database."""
    app = Flask("regulars", static_folder=None, template_folder=str(TEMPLATES))
    engine = engine or open_engine(settings.database_url)
    stand_in = settings.shopify_origin if settings.shopify_origin and is_demo(engine) else None
    put_up(app, Roof(settings, engine, stand_in))
    for part in (filters, pages, error_pages, headers):
        part.install(app)
    for blueprint in (assets.bp, refusals.bp, panel):
        app.register_blueprint(blueprint)
    return app
