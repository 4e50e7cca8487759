"""Pages for shoppers and machines: unsubscribe, back to the basket, keys handed over, health. Nobody signs in here."""

from flask import Blueprint

bp = Blueprint("public", __name__)

from app.public import handover, health, links, plugin, storefront  # noqa: E402, F401  the views register themselves on the blueprint
