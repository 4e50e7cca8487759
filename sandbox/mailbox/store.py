"""The mails that came in, and the faults that were planted."""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sandbox.clock import utc_now

KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Mail:
    id: int
    at: datetime
    to: tuple[str, ...]
    """The envelope's recipients, which need not be those of the To header."""
    sender: str
    raw: bytes

    def is_to(self, address: str) -> bool:
        return address.lower() in (to.lower() for to in self.to)


@dataclass(slots=True)
class Fault:
    """An answer to give instead of taking a mail, at RCPT or at DATA."""

    stage: str
    answer: str
    address: str | None = None
    """None: whoever it is for."""
    left: int | None = None
    """How many times more; None: until it is lifted."""


class Mailbox:
    """Safe to use from several threads: the server writes in one and the pages read in others."""

    def __init__(self, kept: int = KEPT) -> None:
        self._mails: deque[Mail] = deque(maxlen=kept)
        self._faults: list[Fault] = []
        self._ids = count(1)
        self._lock = threading.Lock()

    def keep(self, to: list[str], sender: str, raw: bytes) -> None:
        with self._lock:
            self._mails.append(Mail(next(self._ids), utc_now(), tuple(to), sender, raw))

    def find(self, to: str | None = None, after: int = 0) -> list[Mail]:
        """Oldest first: the mails to one address (in any case), or all, numbered higher than `after`."""
        with self._lock:
            return [mail for mail in self._mails if mail.id > after and (to is None or mail.is_to(to))]

    def get(self, mail_id: int) -> Mail | None:
        with self._lock:
            return next((mail for mail in self._mails if mail.id == mail_id), None)

    def clear(self) -> None:
        with self._lock:
            self._mails.clear()

    def plant(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def lift_faults(self) -> None:
        with self._lock:
            self._faults.clear()

    def fault(self, stage: str, address: str) -> str | None:
        """The answer planted for this stage and address, or None to go on; each call uses the fault up by one."""
        with self._lock:
            for fault in self._faults:
                if fault.stage == stage and fault.address in (None, address.lower()) and fault.left != 0:
                    fault.left = None if fault.left is None else fault.left - 1
                    return fault.answer
        return None
