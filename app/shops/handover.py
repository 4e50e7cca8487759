"""WooCommerce's hand-over of keys: begun here, approved in the shop, ended in the very browser that began it.

Who begins one knows all that is in its address, and may get somebody else to approve it. So keys that arrive are laid
aside, and work for nobody until who began it shows that they manage the shop too: by the end of the new key, which
WooCommerce shows to those people alone."""

import hashlib
import secrets as random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from app.context import Context
from app.db.scope import EveryShop, every_shop
from app.errors import Refused
from app.lib.encryption import Keyring
from app.lib.i18n import _
from app.shops.clients import session_for
from app.shops.connect import connect
from app.shops.models import Handover
from connectors.woocommerce import companion, handover
from connectors.woocommerce.client import WooClient
from connectors.woocommerce.discover import Site, domain_of
from connectors.woocommerce.handover import HandedKeys

LASTS = timedelta(minutes=15)
TRIES = 5


class NotItsEnd(Refused):
    """What was typed is not how the key ends; there are tries left."""

    def __init__(self, message: str, home_url: str) -> None:
        super().__init__(message)
        self.home_url = home_url


@dataclass(frozen=True)
class Parked:
    """Keys of a shop that are not in use yet; back: the companion plugin's page, where the merchant came from.
    is_proven: the shop's plugin knows the proof that came along from there."""

    home_url: str
    back: str | None
    keys: HandedKeys
    proof: str | None
    is_proven: bool = False


def begin(
    context: Context, site: Site, account_id: int, session: bytes, back: str, now: datetime, proof: str = ""
) -> str:
    """The address of the shop's own page that asks its merchant. session: the digest of the cookie; proof: what the
    plugin's button gave along."""
    base = context.settings.public_url or ""
    if not base.startswith("https://"):
        why = _("A shop hands over its keys to an https address only, and this installation has none.")
        raise Refused(f"{why} {_('Give a key by hand.')}")
    token = random.token_urlsafe(32)
    with every_shop(context.engine, write=True) as db:
        forget(db, now)
        row = Handover(digest=_digest(token), session=session, account_id=account_id, home_url=site.home_url)
        row.back, row.proof = _believed(back, site), companion.digest(proof) if proof else None
        row.expires_at = now + LASTS
        db.add(row)
    return handover.authorize_url(site, token, f"{base}/panel/connect/back", f"{base}/connect/woocommerce/keys")


def park(context: Context, body: bytes, now: datetime) -> bool:
    """Lay aside what a shop posted, in place of what came before; False where nobody waits for it. Raises BadInput."""
    keys = handover.read(body)
    sealed = context.keyring.seal(body)
    with every_shop(context.engine, write=True) as db:
        awaited = (col(Handover.digest) == _digest(keys.user_id), col(Handover.expires_at) > now)
        return db.execute(update(Handover).where(*awaited).values(keys=sealed)) == 1


def come_back(context: Context, token: str, session: bytes, now: datetime) -> Parked:
    """The keys that wait for this browser, tried at the very shop that its merchant was sent to. Raises Refused in any
    other browser, and all is over then: whoever approved did not begin it. The shop may be down or refuse the key."""
    parked = _parked(context, token, session, now)
    if parked.keys.key_permissions != "read_write":
        raise Refused(_("The shop gave a key that may not both read and write: begin again."))
    client = WooClient(parked.home_url, parked.keys.secrets, session_for(context))
    if client.facts().domain != domain_of(parked.home_url):
        raise Refused(_("The key is another shop's than the one that was asked."))
    return replace(parked, is_proven=parked.proof is not None and client.gave(parked.proof))


def finish(
    context: Context, token: str, session: bytes, account_id: int, typed: str, now: datetime
) -> tuple[int, Parked]:
    """Connect the shop by the keys that wait; its id. typed: the end of the key, as its managers see it; it need not be
    where the plugin's proof is. Raises NotItsEnd, and what come_back and connect raise."""
    parked = come_back(context, token, session, now)
    _take_a_try(context, token)
    if not parked.is_proven and not handover.is_its_end(typed, parked.keys.consumer_key):
        words = _("That is not how the key ends. Look at the one that was made just now, and try again.")
        raise NotItsEnd(words, parked.home_url)
    shop_id = connect(context, "woocommerce", parked.home_url, parked.keys.secrets, now, account_id)
    end(context, token)
    return shop_id, parked


def end(context: Context, token: str) -> None:
    """Whatever came of it is thrown away."""
    with every_shop(context.engine, write=True) as db:
        db.execute(delete(Handover).where(col(Handover.digest) == _digest(token)))


def forget(db: EveryShop, now: datetime) -> None:
    """Throw away keys that nobody came back for."""
    db.execute(delete(Handover).where(col(Handover.expires_at) <= now))


def _parked(context: Context, token: str, session: bytes, now: datetime) -> Parked:
    with every_shop(context.engine) as db:
        row = db.first(select(Handover).where(Handover.digest == _digest(token), col(Handover.expires_at) > now))
    if row is None:
        raise Refused(_("This connecting has ended, or a quarter of an hour has gone by: begin again."))
    if row.session != session:
        end(context, token)
        raise Refused(_("This connecting was begun in another browser or by somebody else, so nothing was connected."))
    if row.keys is None:
        raise Refused(_("The shop has not sent its keys: it could not reach this server, or nobody approved yet."))
    return Parked(row.home_url, row.back, _opened(context.keyring, row.keys), row.proof)


def _opened(keyring: Keyring, sealed: bytes) -> HandedKeys:
    return handover.read(keyring.open(sealed))


def _take_a_try(context: Context, token: str) -> None:
    """Counted before it is looked at, so that many at once are no more than one after the other."""
    left = (col(Handover.digest) == _digest(token), col(Handover.tries) < TRIES)
    with every_shop(context.engine, write=True) as db:
        is_left = db.execute(update(Handover).where(*left).values(tries=Handover.tries + 1)) == 1
    if not is_left:
        end(context, token)
        raise Refused(_("That was tried too often: begin again."))


def _believed(back: str, site: Site) -> str | None:
    """The plugin's page, where it is within the shop that we send the merchant to."""
    return back if back.startswith(tuple(f"{each}/" for each in (site.home_url, *site.named))) else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
