"""What goes wrong on purpose, and how often: each switch draws from a row of its own, the same for the same seed."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# never sent, twice, late, out of order; unreached: as if the receiver were down, which WooCommerce counts
WEBHOOKS = ("drop", "duplicate", "delay", "reorder", "unreached")
# what a request meets: a bucket said to be empty, 429, 500, 503, a page of HTML with that status in place of the
# answer, an answer that takes its time, one that breaks off
REQUESTS = ("throttled", "limited", "error", "unavailable", "page_200", "page_403", "page_503", "slow", "cut")
RUNS = ("bulk_failed", "bulk_canceled")  # how a bulk operation of Shopify's ends
SWITCHES = (*WEBHOOKS, *REQUESTS, *RUNS)


@dataclass
class Faults:
    """shares: switch -> how often it strikes, 0 to 1. seconds: how long a delay is. fields: `Type.field` of what the
    app is not approved for, answered null with an error beside it."""

    seed: int = 1
    seconds: float = 0.5
    shares: dict[str, float] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    struck: dict[str, int] = field(default_factory=dict)
    _draws: dict[str, random.Random] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def strikes(self, switch: str) -> bool:
        with self._lock:
            share = self.shares.get(switch, 0.0)
            hit = bool(share) and self._drawn(switch).random() < share
            if hit:
                self.struck[switch] = self.struck.get(switch, 0) + 1
            return hit

    def pause(self) -> float:
        """How long what is reordered waits: others may overtake it."""
        with self._lock:
            return self._drawn("pause").uniform(0, self.seconds)

    def set(self, wish: Mapping[str, Any]) -> None:
        """New shares in place of the old, drawn from the beginning; ValueError for a switch that there is none of."""
        wish = dict(wish)
        seed, seconds = int(wish.pop("seed", self.seed)), float(wish.pop("seconds", self.seconds))
        fields = frozenset(str(name) for name in wish.pop("fields", ()))
        shares = {name: float(share) for name, share in wish.items()}
        if unknown := shares.keys() - set(SWITCHES):
            raise ValueError(f"there is no switch {', '.join(sorted(unknown))}, only {', '.join(SWITCHES)}")
        with self._lock:
            self.seed, self.seconds, self.shares, self.fields = seed, seconds, shares, fields
            self._draws.clear()

    def as_json(self) -> dict[str, Any]:
        with self._lock:
            told = {"seed": self.seed, "seconds": self.seconds, "fields": sorted(self.fields)}
            return {**told, **self.shares, "struck": dict(self.struck)}

    def _drawn(self, name: str) -> random.Random:
        return self._draws.setdefault(name, random.Random(f"{self.seed}:{name}"))


def read(words: list[str]) -> dict[str, Any]:
    """The switches as a command line has them: throttled=0.1 fields=Customer.email,Order.email. Raises ValueError."""
    pairs = dict(word.split("=", 1) for word in words)
    return {name: said.split(",") if name == "fields" else float(said) for name, said in pairs.items()}
