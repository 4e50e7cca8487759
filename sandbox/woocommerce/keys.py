"""The shop's REST API keys: the first one, and those that its manager approved since."""

import secrets
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.options import Options

User = Literal["manager", "customer", "gone"]
PERMISSIONS = ("read", "write", "read_write")
SHOWN = 7


@dataclass(slots=True)
class Key:
    """user: whom it belongs to; one who manages the shop no more, or is gone, takes the key along."""

    id: int
    consumer_key: str
    consumer_secret: str
    permissions: str  # read | write | read_write
    description: str = ""
    user: User = "manager"

    def may_view(self) -> None:
        """Silence for whoever manages the shop, an error for who does no more."""
        if self.user != "manager":
            status = 401 if self.user == "gone" else 403
            raise ApiError(status, "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.")

    @property
    def end(self) -> str:
        """All that the settings page shows of a key."""
        return self.consumer_key[-SHOWN:]


class Keys:
    def __init__(self, options: Options) -> None:
        self._lock = Lock()
        self._made = [Key(1, options.key, options.secret, options.permissions, "By hand")]
        self._next = 2

    def all(self) -> list[Key]:
        return list(self._made)

    def find(self, consumer_key: str | None) -> Key | None:
        return next((key for key in self._made if key.consumer_key == consumer_key), None)

    def make(self, permissions: str, description: str) -> Key:
        with self._lock:
            key = Key(
                self._next, f"ck_{secrets.token_hex(20)}", f"cs_{secrets.token_hex(20)}", permissions, description
            )
            self._next += 1
            self._made.append(key)
        return key

    def delete(self, key: Key) -> None:
        with self._lock:
            self._made.remove(key)
