"""Encryption of single fields and bodies, and keyed hashes. The keys come from REGULARS_KEYS or a file of our own."""

import base64
import binascii
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import BadInput, RegularsError
from app.settings import Settings

_KEY_BYTES, _NAME_BYTES, _NONCE_BYTES = 32, 4, 12


class KeyLost(RegularsError):
    """Something was encrypted with a key that is not here, or it was changed since."""


def new_key() -> str:
    """A key as REGULARS_KEYS takes it: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


class Keyring:
    """Several keys: the first encrypts, all decrypt, the last one (the oldest) makes the keyed hashes, so that putting
    a new key in front changes none of them. Sealed: 4 bytes that name the key, 12 of nonce, AES-256-GCM."""

    def __init__(self, keys: Sequence[str]) -> None:
        raw = [_read_key(key) for key in keys]
        self._ciphers = {_derive(key, b"name")[:_NAME_BYTES]: AESGCM(_derive(key, b"encrypt")) for key in raw}
        self._first = next(iter(self._ciphers))
        self._hash_key = _derive(raw[-1], b"fingerprint")
        self._mac_key = _derive(raw[-1], b"mac")

    @classmethod
    def load(cls, settings: Settings) -> "Keyring":
        """The keys of the settings, else those of the key file, which is made at the first start."""
        return cls(settings.keys or _file_keys(settings.home / "keys"))

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return self._first + nonce + self._ciphers[self._first].encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises KeyLost."""
        name, nonce = sealed[:_NAME_BYTES], sealed[_NAME_BYTES : _NAME_BYTES + _NONCE_BYTES]
        if name not in self._ciphers:
            raise KeyLost("This was encrypted with a key that is not in REGULARS_KEYS or the key file.")
        try:
            return self._ciphers[name].decrypt(nonce, sealed[_NAME_BYTES + _NONCE_BYTES :], None)
        except (InvalidTag, ValueError) as error:
            raise KeyLost("This was changed after it was encrypted.") from error

    def is_first(self, sealed: bytes) -> bool:
        """Was it sealed with the key that encrypts now?"""
        return sealed[:_NAME_BYTES] == self._first

    def fingerprint(self, text: str) -> str:
        """A keyed hash of 64 hexadecimal digits: nobody without the key can make it or guess its text."""
        return hmac.digest(self._hash_key, text.encode(), "sha256").hex()

    @property
    def mark(self) -> str:
        """By which a database knows its keys: it stays the same while the last one does."""
        return self.fingerprint("the keys of this house")

    def mac(self, message: bytes) -> bytes:
        """What only a holder of the oldest key can make: 32 bytes that change with any bit of the message."""
        return hmac.digest(self._mac_key, message, "sha256")


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"regulars:" + purpose, "sha256")


def _read_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadInput("a key is 32 bytes in URL-safe base64", "REGULARS_KEYS")
    return key


def _file_keys(path: Path) -> list[str]:
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise BadInput("others may read the keys: chmod 600", str(path))
    return path.read_text().split()


def _make(path: Path) -> None:
    # Linked in place when it is whole: of several processes at their first start one wins, and all read its key.
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".keys-{secrets.token_hex(8)}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(file, f"{new_key()}\n".encode())
        os.fsync(file)
        os.link(fresh, path)
    except FileExistsError:
        pass  # another process was first: its keys are the keys
    finally:
        os.close(file)
        fresh.unlink()
