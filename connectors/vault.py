"""Where a shop's secrets are kept, as a client sees it whose tokens run out."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

Renewal = Callable[[Mapping[str, str]], Mapping[str, str]]


class Vault(Protocol):
    """A shop's secrets by name."""

    def read(self) -> Mapping[str, str]:
        """As they are now. Raises AuthLost for a shop that has left."""
        ...

    def renew(self, renewal: Renewal) -> Mapping[str, str]:
        """All secrets after `renewal` had its turn: alone for this shop, whoever else wants to renew them in whichever
        process. It is given the secrets as they are by then and answers with those that change ("" takes one away)."""
        ...


class Held:
    """The secrets of a shop that is not kept yet, in memory."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)
        self._lock = threading.Lock()

    def read(self) -> Mapping[str, str]:
        return dict(self._secrets)

    def renew(self, renewal: Renewal) -> Mapping[str, str]:
        with self._lock:
            changed = {**self._secrets, **renewal(dict(self._secrets))}
            self._secrets = {name: value for name, value in changed.items() if value}
        return self.read()


Secrets = Mapping[str, str] | Vault  # what is given as it is, is held for as long as it serves


def vault_of(secrets: Secrets) -> Vault:
    return Held(secrets) if isinstance(secrets, Mapping) else secrets
