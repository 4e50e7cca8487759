"""The demo's street: two shops in boxes, a mail catcher, web and worker, all on loopback and on one clock."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from sqlmodel import select

from app import settings as environment
from app.context import Context, open_context
from app.db.engine import open_engine
from app.db.meta import mark_as_demo
from app.db.migrate import migrate
from app.db.scope import every_shop, shop_scope
from app.demo.processes import Crew, free_port
from app.errors import PlatformDown, Refused
from app.furnish import furnish
from app.lib import clock
from app.lib.clock import set_demo_clock, utc_now
from app.shops.connect import connect
from app.shops.models import Shop

FACES = ("shopify", "woocommerce")


@dataclass(frozen=True)
class Ports:
    shopify: int
    woocommerce: int
    web: int
    smtp: int
    mails: int

    @classmethod
    def free(cls) -> "Ports":
        return cls(*(free_port() for _ in range(5)))


class Street:
    """Everything that runs. `crew` holds the processes; `infos` what each sandbox says of itself."""

    def __init__(
        self,
        crew: Crew,
        home: Path,
        database_url: str,
        ports: Ports,
        clock: Path | None = None,
        faces: Sequence[str] = FACES,
    ) -> None:
        self.crew, self.home, self.ports, self.clock, self.faces = crew, home, ports, clock, faces
        self.public_url = f"http://localhost:{ports.web}"
        self.mails_url = f"http://127.0.0.1:{ports.mails}"
        self.settings = replace(
            environment.read({}),
            home=home,
            database_url=environment.database_url(database_url),
            public_url=self.public_url,
            smtp_url=f"smtp://127.0.0.1:{ports.smtp}",
            allow_private_shops=True,
            shopify_origin=f"http://127.0.0.1:{ports.shopify}",
            clock=self.clock,
            port=ports.web,
        )
        self.infos: dict[str, dict[str, Any]] = {}
        self.shops: dict[str, int] = {}

    def open_database(self) -> None:
        """Migrate and mark as a demo. Raises Refused for a database with shops in it that is none."""
        engine = open_engine(self.settings.database_url)
        migrate(engine)
        with every_shop(engine) as db:
            is_used = db.first(select(Shop.id).limit(1)) is not None
        if is_used and not (self.home / "demo").exists():
            raise Refused("the database already holds shops: a demo wants an empty one")
        (self.home / "demo").touch()
        mark_as_demo(engine)
        engine.dispose()

    def start_shops(self, data: str, file: Path | None, *more: str) -> None:
        """Both sandboxes and the mail catcher; where there is a clock, it is set to the end of the data."""
        source = [data, str(file)] if file else [data]
        for face in self.faces:
            port = str(getattr(self.ports, face))
            arguments = ["-m", "sandbox", "--face", face, "--port", port, "--app-url", self.public_url]
            times = ["--as-is"] if self.clock else ["--state", str(self.home / f"{face}.shop")]
            self.crew.start(face, [*arguments, *times, "--data", *source, *more], self._environment())
        catcher = ["-m", "sandbox.mailbox", "--smtp-port", str(self.ports.smtp), "--port", str(self.ports.mails)]
        self.crew.start("mailbox", catcher, self._environment())
        for name in (*self.faces, "mailbox"):
            self.crew.wait_ready(name)
        self.infos = {face: self.ask(face, "info") for face in self.faces}
        if self.clock:
            ends = [datetime.fromisoformat(info["data_end"]) for info in self.infos.values()]
            set_demo_clock(self.clock, max(ends))

    def start_house(self) -> Context:
        """Web and worker; the context of this process."""
        context = open_context(self.settings)
        self.start("web")
        self.start("worker")
        self.until("the web process answers", self.web_answers, 60)
        return context

    def start(self, name: str) -> None:
        """Start web or worker; of several workers each has a name of its own: worker-2."""
        self.crew.start(name, ["-m", "app.cli", name.partition("-")[0]], self.house_environment())

    def house_environment(self) -> dict[str, str]:
        """What web, worker and commands of this house find in their environment."""
        return {
            **self._environment(),
            "DATABASE_URL": self.settings.database_url,
            "PUBLIC_URL": self.public_url,
            "SMTP_URL": self.settings.smtp_url or "",
            "REGULARS_ALLOW_PRIVATE_SHOPS": "yes",
            "REGULARS_SHOPIFY_ORIGIN": self.settings.shopify_origin or "",
            "PORT": str(self.ports.web),
        }

    def web_answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.ports.web}/healthz", timeout=2).ok
        except requests.ConnectionError:
            return False

    def connect_shops(self, context: Context) -> None:
        """Connect both shops as a merchant would, with their own credentials, and furnish them."""
        for face, info in self.infos.items():
            if face == "shopify":
                secrets = {"client_id": info["client_id"], "client_secret": info["client_secret"]}
                address = info["domain"]
            else:
                secrets = {"consumer_key": info["key"], "consumer_secret": info["secret"]}
                address = info["home_url"]
            self.shops[face] = connect(context, face, address, secrets, utc_now())
            with shop_scope(context.engine, self.shops[face], write=True) as scope:
                furnish(scope, utc_now())

    def ask(self, face: str, what: str) -> dict[str, Any]:
        """GET /_sandbox/<what> of a face."""
        answer = requests.get(f"http://127.0.0.1:{getattr(self.ports, face)}/_sandbox/{what}", timeout=120)
        return self._json(answer)

    def tell(self, face: str, what: str, **said: Any) -> dict[str, Any]:
        """POST /_sandbox/<what> of a face."""
        origin = f"http://127.0.0.1:{getattr(self.ports, face)}"
        return self._json(requests.post(f"{origin}/_sandbox/{what}", json=said, timeout=300))

    def until(self, what: str, holds: Callable[[], bool], seconds: float = 300.0) -> None:
        """Wait until it holds. Raises PlatformDown when it does not in time or when a process ends."""
        deadline = time.monotonic() + seconds
        while not holds():
            self.crew.check()
            if time.monotonic() > deadline:
                raise PlatformDown(f"waited {seconds:.0f} s in vain until {what}")
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        shown = {"REGULARS_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}
        return {**shown, "REGULARS_CLOCK": str(self.clock)} if self.clock else shown

    def _json(self, answer: requests.Response) -> dict[str, Any]:
        if not answer.ok:
            raise PlatformDown(f"{answer.url} answered {answer.status_code}: {answer.text[:500]}")
        body: dict[str, Any] = answer.json()
        return body


def jump(street: Street, to: datetime) -> None:
    """Move the clock that all processes share."""
    assert street.clock is not None
    clock.set_demo_clock(street.clock, to)
