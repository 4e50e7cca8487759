"""What a Shopify storefront shows of us, at https://<shop>/apps/regulars/…: asked by Shopify, for its own customers."""

from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from sqlmodel import col, select

from app.commerce.models import Customer
from app.db.scope import every_shop, shop_scope
from app.loyalty.actions import balance
from app.public import bp
from app.shops.apps import app_of
from app.shops.credentials import secrets
from app.shops.models import Shop
from app.web.roof import roof
from connectors.shopify.proxy import customer_of


@bp.get("/proxy/points")
def points() -> ResponseReturnValue:
    """The balance of whoever is signed in at the storefront; null for nobody, and for somebody we do not know."""
    with every_shop(roof().engine) as db:
        named = select(Shop).where(Shop.platform == "shopify", Shop.domain == request.args.get("shop", ""))
        shop: Shop | None = db.first(named)
    if shop is None or shop.state == "uninstalled":
        abort(401)
    with shop_scope(roof().engine, shop.id) as scope:
        app = app_of(secrets(scope, roof().context.keyring), roof().settings)
        asking = customer_of(request.args.to_dict(flat=False), app.secrets if app else ())
        if asking is None:
            abort(401)
        customer = scope.first(select(Customer).where(col(Customer.external_id) == asking)) if asking else None
        answer = jsonify(points=balance(scope, customer.id) if customer else None)
    answer.headers["Cache-Control"] = "no-store"
    return answer
