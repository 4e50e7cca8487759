"""An operator's commands about the house itself: the journal's proof, doctor, backup and restore."""

import re
import sys
from datetime import datetime
from pathlib import Path

import click
from sqlmodel import col, or_, select

from app import settings as environment
from app.context import Context, open_context
from app.db.scope import every_shop, shop_scope
from app.errors import BadInput, NotFound, Refused
from app.journal.queries import head as head_of
from app.journal.verify import verify as verify_journal
from app.lib.clock import utc_now
from app.operations.backup import backup as write_backup
from app.operations.backup import restore as read_backup
from app.operations.doctor import examine
from app.operations.erasures import read_erasures, write_erasures
from app.operations.move import move as move_rows
from app.privacy.erasures import Done, repeat
from app.shops.models import Shop
from app.web.forms import whole_number


@click.group()
def journal() -> None:
    """What came in and what was done with it, in a chain that nobody can change unseen."""


@journal.command()
@click.argument("shop")
@click.option(
    "--head", callback=lambda _, __, text: _digits(text), help="one that was printed before, and must be there"
)
def verify(shop: str, head: str | None) -> None:
    """Hold every entry of SHOP against its seal; exit 1 where one was changed, removed, put in or moved."""
    context = open_house()
    with shop_scope(context.engine, shop_id_of(context, shop)) as scope:
        verdict = verify_journal(scope, context.keyring, known=[head] if head else [])
    for finding in verdict.findings:
        click.echo(str(finding))
    sealed = f"head {verdict.head.link.hex()}" if verdict.head else "nothing is sealed yet"
    click.echo(
        f"{verdict.entries} entries, {len(verdict.findings)} findings, {verdict.waiting} not sealed yet; {sealed}"
    )
    sys.exit(1 if verdict.findings else 0)


@journal.command()
@click.argument("shop")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="as it was at the end of this day of the shop's")
def head(shop: str, day: datetime | None) -> None:
    """Print the head of SHOP's chain: kept elsewhere, it proves later that nothing before it was changed."""
    context = open_house()
    with shop_scope(context.engine, shop_id_of(context, shop)) as scope:
        found = head_of(scope, day.date() if day else None)
    if found is None:
        raise NotFound("nothing was sealed until then")
    click.echo(f"{found.day} {found.place} {found.link.hex()}")


@click.command()
def doctor() -> None:
    """Look at the whole house; exit 1 where something is broken."""
    lines = []
    for line in examine(environment.read()):
        click.echo(str(line))
        lines.append(line)
    sys.exit(1 if any(line.level == "fail" for line in lines) else 0)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the whole database to FILE, encrypted with the keys; they are not in it: keep a copy of them elsewhere."""
    size = write_backup(open_house(), file)
    click.echo(f"{size / 1e6:.1f} MB of database, {file.stat().st_size / 1e6:.1f} MB in {file}")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--erased", metavar="SOURCE", help="a file of `regulars erasures write`, or the database before")
@click.option("--nobody-erased", is_flag=True, help="nobody was erased, and no shop wiped, since FILE was made")
def restore(file: Path, erased: str | None, nobody_erased: bool) -> None:
    """Make the database that DATABASE_URL names anew from FILE. No web or worker may run.

    FILE still holds who was erased after it was made: they are erased again by what SOURCE knows of them.
    """
    if (erased is None) is not nobody_erased:
        raise Refused("say by --erased where it stands who was erased since, or --nobody-erased")
    found = read_backup(environment.read(), file, erased)
    if found.again:
        click.echo(_again(found.again))
    click.echo(
        f"{found.shops} shops are restored. The worker pulls them and holds both sides together: `regulars worker`."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def move(file: Path) -> None:
    """Copy the SQLite database FILE into the empty PostgreSQL database of DATABASE_URL. No web or worker may run."""
    rows = move_rows(file, environment.read().database_url)
    click.echo(f"{rows} rows are in PostgreSQL. From now on start web and worker there; put {file} away.")


@click.group()
def erasures() -> None:
    """Who was erased, in a sealed file beside the backups: keyed hashes, and requests that are not done yet."""


@erasures.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def write(file: Path) -> None:
    """Write all that is known now to FILE, in place of what was in it."""
    said = write_erasures(open_house(), file)
    click.echo(f"{len(said.laid)} hashes and {len(said.asked)} open requests of {len(said.shops)} shops")


@erasures.command()
@click.argument("source")
def again(source: str) -> None:
    """Erase here whom SOURCE knows of: such a file, or another database. Safe to repeat."""
    context = open_house()
    click.echo(_again(repeat(context.engine, context.keyring, read_erasures(context.keyring, source), utc_now())))


def _again(done: Done) -> str:
    return f"{done.people} people are erased again, {done.shops} shops wiped, {done.requests} requests taken over."


def _digits(text: str | None) -> str | None:
    if text is not None and not re.fullmatch("[0-9a-f]{64}", text):
        raise BadInput("a head has 64 hexadecimal digits", "--head")
    return text


def open_house() -> Context:
    return open_context(environment.read())


def shop_id_of(context: Context, text: str) -> int:
    """The shop that an operator means by its id or its domain. Raises NotFound."""
    number = whole_number(text, digits=19)
    by_id = [col(Shop.id) == number] if number is not None and number < 2**63 else []
    with every_shop(context.engine) as db:
        found = db.all(select(Shop.id).where(or_(col(Shop.domain) == text, *by_id)))
    if len(found) != 1:
        raise NotFound(f"{text!r} is {'the domain of several shops: use the id' if found else 'no shop here'}")
    return found[0]
