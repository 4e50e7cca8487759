"""Is it up, and can it keep what comes in?"""

from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlmodel import select

from app.db.meta import Meta
from app.db.scope import every_shop
from app.public import bp
from app.web.roof import roof


@bp.get("/healthz")
def healthz() -> ResponseReturnValue:
    """The process answers and reads its database."""
    with every_shop(roof().context.engine) as db:
        db.first(select(Meta.key).limit(1))
    return jsonify(status="ok")
