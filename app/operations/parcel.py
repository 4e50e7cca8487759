"""A sealed file: a stream cut into pieces, each compressed and encrypted, that nobody can shorten, mix or read."""

import secrets
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from app.errors import BadInput
from app.lib.encryption import Keyring

_MAGIC = b"regulars backup 1\n"
_PIECE = 4 * 1024**2
_LARGEST = 2 * _PIECE  # of a sealed piece: what cannot be compressed grows by a few bytes
_MORE, _LAST = b"+", b"."


def wrap(keyring: Keyring, source: BinaryIO, target: BinaryIO) -> int:
    """Seal all of `source` into `target`; how many bytes went in."""
    target.write(_MAGIC)
    name, number, size = secrets.token_bytes(16), 0, 0
    piece = source.read(_PIECE)
    while True:
        following = source.read(_PIECE)
        said = name + number.to_bytes(8, "big") + (_MORE if following else _LAST) + zlib.compress(piece, 3)
        sealed = keyring.seal(said)
        target.write(len(sealed).to_bytes(4, "big") + sealed)
        size += len(piece)
        if not following:
            return size
        piece, number = following, number + 1


def unwrap(keyring: Keyring, source: BinaryIO) -> Iterator[bytes]:
    """The pieces of what was sealed. Raises BadInput where some are missing, and KeyLost."""
    if source.read(len(_MAGIC)) != _MAGIC:
        raise BadInput("is no backup of Regulars'")
    first, number, mark = b"", 0, _MORE
    while mark == _MORE:
        said = keyring.open(_sealed(source))
        name, place, mark = said[:16], int.from_bytes(said[16:24], "big"), said[24:25]
        first = first or name
        if name != first or place != number:
            raise BadInput("pieces of it are missing or come from another backup")
        yield zlib.decompress(said[25:])
        number += 1
    if source.read(1):
        raise BadInput("something was added to it")


def _sealed(source: BinaryIO) -> bytes:
    length = int.from_bytes(source.read(4), "big")
    sealed = source.read(length) if length <= _LARGEST else b""
    if not length or len(sealed) != length:
        raise BadInput("its end is missing")
    return sealed
