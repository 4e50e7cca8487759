"""Who was erased: keyed hashes of their names, laid once and asked for whenever somebody is about to be kept."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from app.consent.addresses import address_key
from app.consent.models import Tombstone
from app.db.batch import Batch
from app.db.scope import ShopScope
from app.lib.encryption import KeyLost, Keyring

CUSTOMER, ADDRESS, ORDER = "customer", "address", "order"
Name = tuple[str, str]  # one of these, and the platform's id or an address as it is compared

_ERASED = "erased:"
_KEY: Name = ("key", "")  # laid beside the first, so that another key is noticed and does not let everybody back in


def lay(batch: Batch, keyring: Keyring, shop_id: int, names: Iterable[Name], now: datetime) -> None:
    """From now on these stay out; the first time stays."""
    key_of = _keys(keyring, shop_id)
    lay_keys(batch, [(key_of(name), name[0], now) for name in sorted({*names, _KEY})])


def lay_keys(batch: Batch, rows: Sequence[tuple[str, str, datetime]]) -> None:
    """Tombstones as they stand elsewhere: key, kind, at."""
    batch.upsert(Tombstone, ("key", "kind", "at"), rows, key=("key",), guard="FALSE")


def own_key(keyring: Keyring, shop_id: int) -> str:
    """The one that shows by which key a shop's are made."""
    return tombstone(keyring, shop_id, _KEY)


def are_any(batch: Batch) -> bool:
    return bool(batch.rows("SELECT 1 FROM tombstones WHERE shop_id = :shop_id LIMIT 1", {}))


def erased(batch: Batch, keyring: Keyring, shop_id: int, names: Iterable[Name]) -> set[Name]:
    """Those among the names that were erased, in a shop where somebody was. Raises KeyLost where the tombstones were
    laid with a key that is not here."""
    key_of = _keys(keyring, shop_id)
    by_key = {key_of(name): name for name in (*names, _KEY)}
    sql = "SELECT key FROM tombstones WHERE shop_id = :shop_id AND key = ANY(:keys)"
    found = {by_key[row[0]] for row in batch.rows(sql, {"keys": list(by_key)})}
    if _KEY not in found:
        raise KeyLost("The oldest key is not here any more: without it nobody can tell who was erased.")
    return found - {_KEY}


def is_erased(scope: ShopScope, keyring: Keyring, address: str) -> bool:
    """Did the owner of this address have it erased? Then nothing is written to it."""
    return scope.find(Tombstone, _keys(keyring, scope.shop_id)((ADDRESS, address_key(address)))) is not None


def _keys(keyring: Keyring, shop_id: int) -> Callable[[Name], str]:
    """How a shop's tombstones are named: each shop has a key of its own, so that two with the same customer cannot be
    told by it. Keyed BLAKE2: a batch has hundreds of names, and it takes a sixth of an HMAC's time."""
    key = bytes.fromhex(keyring.fingerprint(f"tombstones:{shop_id}"))
    return lambda name: hashlib.blake2b(f"{name[0]}:{name[1]}".encode(), key=key, digest_size=32).hexdigest()


def tombstone(keyring: Keyring, shop_id: int, name: Name) -> str:
    """The key of a name's tombstone."""
    return _keys(keyring, shop_id)(name)


def pseudonym(keyring: Keyring, shop_id: int, name: Name) -> str:
    """What stands in place of a name, always the same, so that what is one person's stays together."""
    return _ERASED + _keys(keyring, shop_id)(name)[:32]


def is_pseudonym(name: str) -> bool:
    """Guests' carry their prefix before it."""
    return name.startswith(_ERASED) or name.partition(":")[2].startswith(_ERASED)
