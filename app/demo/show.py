"""`regulars demo`: two shops to look at, until Ctrl-C."""

import contextlib
import json
import os
import signal
import threading
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from sqlmodel import col, select

from app.context import Context
from app.db.scope import every_shop, shop_scope
from app.demo.processes import Crew
from app.demo.street import Ports, Street
from app.errors import PlatformDown, RegularsError
from app.lib.clock import real_now
from app.reasons import told
from app.team.actions import sign_in_link
from sync.models import Run

_SHOPPERS_EVERY = 600  # seconds
_Bars = dict[tuple[int, str], TaskID]


def show(data: str, file: Path | None) -> int:
    """Start everything, say where to look, end everything on Ctrl-C. 2, with words, where it cannot start."""
    console = Console()
    home = Path(os.environ.get("REGULARS_HOME") or ".regulars").absolute() / "demo" / data
    home.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    try:
        with Crew(home / "logs") as crew:
            street = Street(crew, home, f"sqlite:///{home / 'regulars.sqlite'}", _ports(home))
            context = _start(console, street, data, file)
            _backfill(console, context, street, stop)
            if not stop.is_set():
                _say_where(console, context, street)
            _keep_open(street, stop)
    except RegularsError as error:
        console.print(f"regulars: {error}", style="red", highlight=False)
        return 2
    console.print("Everything has ended.")
    return 0


def _keep_open(street: Street, stop: threading.Event) -> None:
    """Shoppers come at once and every ten minutes; an hour after a basket was left, its owner finds a mail."""
    visit = 0
    while not stop.is_set():
        for face in street.faces:
            for act in ("morning",) if visit == 0 else ("recover", "evening"):
                with contextlib.suppress(PlatformDown):  # nobody finds a mail before there is one
                    street.tell(face, "shoppers", act=act, mailbox=street.mails_url, seed=visit + 1)
        visit += 1
        for _ in range(_SHOPPERS_EVERY):
            street.crew.check()
            if stop.wait(1):
                return


def _ports(home: Path) -> Ports:
    """The same ports at every start: the shops' addresses are in the database."""
    kept = home / "ports.json"
    if kept.exists():
        return Ports(**json.loads(kept.read_text()))
    ports = Ports.free()
    kept.write_text(json.dumps(asdict(ports)))
    return ports


def _start(console: Console, street: Street, data: str, file: Path | None) -> Context:
    with console.status("Migrating the database"):
        street.open_database()
    with console.status("Opening two shops and a mail catcher"):
        street.start_shops(data, file)
    with console.status("Starting web and worker"):
        context = street.start_house()
    with console.status("Connecting both shops"):
        street.connect_shops(context)
    return context


def _backfill(console: Console, context: Context, street: Street, stop: threading.Event) -> None:
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        bars: _Bars = {}
        while not stop.is_set():
            street.crew.check()
            over = [_advance(progress, bars, context, shop_id) for shop_id in street.shops.values()]
            if all(over):
                return
            stop.wait(0.25)


def _advance(progress: Progress, bars: _Bars, context: Context, shop_id: int) -> bool:
    """Draw a shop's runs; is its backfill over?"""
    with shop_scope(context.engine, shop_id) as scope:
        shop, runs = scope.shop, scope.all(select(Run).where(Run.kind == "backfill").order_by(col(Run.started_at)))
    if shop.state == "paused":
        raise RegularsError(f"{shop.domain} is paused: {told(shop.state_reason)}")
    for run in runs:
        if (shop_id, run.resource) not in bars:
            bars[shop_id, run.resource] = progress.add_task(f"{shop.platform} {run.resource}", total=None)
        total = run.total or (run.done if run.state == "done" else None)
        shown = run.done if total is None else min(run.done, total)  # pages overlap: some rows come twice
        progress.update(bars[shop_id, run.resource], completed=shown, total=total)
    return shop.backfilled_at is not None


def _say_where(console: Console, context: Context, street: Street) -> None:
    with every_shop(context.engine, write=True) as db:
        link = sign_in_link(db, "owner@example.com", real_now(), street.public_url)
    console.print("\n[bold]Regulars is running.[/bold] Look here; Ctrl-C ends everything.\n")
    places = [
        (f"{face}: {what}", street.infos[face][url])
        for face in street.faces
        for what, url in (("admin with the panel", "admin_url"), ("shop front", "front_url"))
    ]
    places += [("panel on its own (works once)", link), ("caught mails", street.mails_url)]
    for name, address in places:
        console.print(f"  {name:<36} {address}", highlight=False, soft_wrap=True)
