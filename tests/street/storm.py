"""A bad day in both shops, from one seed: people shop, calls and webhooks go wrong, web and workers are killed."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import requests

from app.demo.street import FACES, jump
from app.errors import PlatformDown
from app.lib.clock import utc_now
from tests.street.conftest import House, act

FAULTS = {
    "drop": 0.05, "duplicate": 0.1, "reorder": 0.2,
    "limited": 0.03, "error": 0.03, "slow": 0.02, "cut": 0.02, "seconds": 0.3,
}  # fmt: skip
T = TypeVar("T")
CALM = (2.0, 5.0)  # seconds from one kill to the next


@dataclass
class Day:
    """What was made in one shop today. lines: order -> its lines, while it can still be refunded."""

    orders: list[int] = field(default_factory=list)
    lines: dict[int, list[list[int]]] = field(default_factory=dict)
    refunds: list[tuple[int, int]] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    checkouts: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)


class Storm:
    """`blow` for some seconds. told: how often each thing happened; refused: what the shop itself would not do."""

    def __init__(self, home: House, seed: int, processes: Sequence[str]) -> None:
        self.home, self.processes = home, processes
        self.draw = random.Random(seed)
        self.days = {face: Day() for face in FACES}
        self.told: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        for face in FACES:
            home.street.tell(face, "faults", seed=seed, **FAULTS)

    def blow(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        kill_at = time.monotonic() + self.draw.uniform(*CALM)
        while time.monotonic() < ends:
            self._happen(self.draw.choice(FACES))
            if time.monotonic() > kill_at:
                self._kill(self.draw.choice(self.processes))
                kill_at = time.monotonic() + self.draw.uniform(*CALM)
            time.sleep(self.draw.uniform(0, 0.1))

    def let_an_hour_pass(self) -> None:
        """Whoever left a basket is written to, while all goes on."""
        jump(self.home.street, utc_now() + timedelta(minutes=62))
        self.blow(CALM[1])

    def calm(self) -> Counter[str]:
        """No more faults, everything delivered and worked; how often each fault struck."""
        struck: Counter[str] = Counter()
        for face in FACES:
            struck.update(self.home.street.tell(face, "faults")["struck"])
            self.home.street.until("all is delivered", lambda f=face: self._is_delivered(f))  # type: ignore[misc]
        self.home.end_leases()
        self.home.end_claims()
        jump(self.home.street, utc_now() + timedelta(minutes=2))
        self.home.settle()
        return struck

    def _is_delivered(self, face: str) -> bool:
        with suppress(PlatformDown):  # it waits a minute and says what is left
            return bool(self.home.street.tell(face, "webhooks/flush"))
        return False

    def _kill(self, name: str) -> None:
        self.home.kill(name)
        self.told[f"kill {name}"] += 1
        self.home.end_leases()
        self.home.start(name)

    def _happen(self, face: str) -> None:
        names, weights = zip(*[(name, weight) for name, (weight, _) in HAPPENINGS.items()], strict=True)
        name = self.draw.choices(names, weights)[0]
        try:
            HAPPENINGS[name][1](self, face, self.days[face])
            self.told[name] += 1
        except (PlatformDown, IndexError) as error:  # IndexError: there is none yet
            self.refused[f"{face} {name}: {error}"[:120]] += 1

    def one_of(self, things: Sequence[T]) -> T:
        """Raises IndexError where there is none yet."""
        return self.draw.choice(things)

    def act(self, face: str, name: str, **how: Any) -> dict[str, Any]:
        return act(self.home.street, face, name, **how)


def _order(storm: Storm, face: str, day: Day) -> None:
    whose: dict[str, Any] = {"email": f"guest{storm.draw.randrange(40)}@example.com"}
    if day.people and storm.draw.random() < 0.5:
        whose = {"person_id": storm.one_of(day.people)}
    made = storm.act(face, "place_order", **whose)
    day.orders.append(made["order_id"])
    day.lines[made["order_id"]] = made["lines"]


def _on_order(name: str) -> Callable[[Storm, str, Day], None]:
    def happen(storm: Storm, face: str, day: Day) -> None:
        storm.act(face, name, order_id=storm.one_of(day.orders))

    return happen


def _refund(storm: Storm, face: str, day: Day) -> None:
    order_id = storm.one_of(day.orders)
    made = storm.act(face, "refund", order_id=order_id, lines=[[day.lines[order_id][0][0], 1]])
    day.refunds.append((order_id, made["refund_id"]))


def _take_back(storm: Storm, face: str, day: Day) -> None:
    """A refund that is deleted: WooCommerce alone knows such a thing."""
    if face == "woocommerce":
        order_id, refund_id = storm.one_of(day.refunds)
        day.refunds.remove((order_id, refund_id))
        storm.act(face, "delete_refund", order_id=order_id, refund_id=refund_id)


def _register(storm: Storm, face: str, day: Day) -> None:
    made = storm.act(face, "register", email=f"new{storm.draw.randrange(10**9)}@example.com")
    day.people.append(made["person_id"])


def _rename(storm: Storm, face: str, day: Day) -> None:
    name = storm.draw.choice(("Ada", "Grace", "Emmy", "Sofja"))
    storm.act(face, "change_customer", person_id=storm.one_of(day.people), first_name=name)


def _say_no(storm: Storm, face: str, day: Day) -> None:
    if face == "shopify":
        storm.act(face, "consent", person_id=storm.one_of(day.people), state="unsubscribed")


def _leave(storm: Storm, face: str, day: Day) -> None:
    email = f"leaves{storm.draw.randrange(10**9)}@{storm.home.context.engine.dialect.name}.example.com"
    day.checkouts.append(storm.act(face, "abandon", email=email, consent="subscribed")["checkout_id"])


def _come_back(storm: Storm, face: str, day: Day) -> None:
    checkout_id = storm.one_of(day.checkouts)
    day.checkouts.remove(checkout_id)
    made = storm.act(face, "complete", checkout_id=checkout_id)
    day.orders.append(made["order_id"])
    day.lines[made["order_id"]] = made["lines"]


def _add_product(storm: Storm, face: str, day: Day) -> None:
    made = storm.act(face, "add_product", title=f"Thing {storm.draw.randrange(10**6)}", price_minor=1290)
    day.products.append(made["product_id"])


def _change_product(storm: Storm, face: str, day: Day) -> None:
    title = f"Better {storm.draw.randrange(10**6)}"
    storm.act(face, "change_product", product_id=storm.one_of(day.products), title=title)


HAPPENINGS: dict[str, tuple[int, Callable[[Storm, str, Day], None]]] = {
    "order": (30, _order), "fulfil": (12, _on_order("fulfil")), "cancel": (3, _on_order("cancel")),
    "refund": (8, _refund), "take back": (3, _take_back), "delete": (2, _on_order("delete")),
    "register": (8, _register), "rename": (6, _rename), "say no": (2, _say_no), "leave": (8, _leave),
    "come back": (4, _come_back), "add product": (2, _add_product), "change product": (2, _change_product),
}  # fmt: skip


def mails(mails_url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = requests.get(f"{mails_url}/api/messages", timeout=60).json()
    return found


def forget_mails(mails_url: str) -> None:
    requests.delete(f"{mails_url}/api/messages", timeout=60).raise_for_status()
