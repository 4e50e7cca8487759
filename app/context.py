"""What a process works with: its settings, its database, its keys. Made once at start, handed down."""

from dataclasses import dataclass

from sqlalchemy import Engine

from app.db.engine import open_engine
from app.db.meta import is_demo, known, settle
from app.db.migrate import lag
from app.errors import Refused
from app.lib import clock
from app.lib.encryption import Keyring
from app.settings import Settings

STRANGE_KEYS = (
    "the last key is not the one that this database was begun with: each machine needs the same ones, in REGULARS_KEYS "
    "or in the file `keys` of REGULARS_HOME"
)


@dataclass(frozen=True)
class Context:
    settings: Settings
    engine: Engine
    keyring: Keyring


def open_context(settings: Settings, *, urgent: bool = False) -> Context:
    """Opens the database and the keys. urgent: for the process that answers. Raises Refused for a database that wants
    migrating, where a demo's settings meet a database that is no demo's, and for the keys of another database."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_engine(settings.database_url, urgent=urgent)
    lacking = lag(engine)
    if lacking:
        raise Refused(lacking)
    if (settings.clock or settings.shopify_origin) and not is_demo(engine):
        raise Refused("REGULARS_CLOCK and REGULARS_SHOPIFY_ORIGIN are for demo databases only, and this is none")
    clock.follow(settings.clock)
    keyring = Keyring.load(settings)
    if (known(engine, "keys") or settle(engine, "keys", keyring.mark)) != keyring.mark:
        engine.dispose()
        raise Refused(STRANGE_KEYS)
    return Context(settings, engine, keyring)
