"""An operator's commands about the report of the proof: writing one, and holding one against its hash and signature."""

import sys
from pathlib import Path

import click

from app.db.scope import shop_scope
from app.lib.clock import utc_now
from app.operations import report as proof
from app.operations.commands import open_house, shop_id_of


@click.group()
def report() -> None:
    """The proof of the sync as one page of text, sealed."""


@report.command()
@click.argument("shop")
def write(shop: str) -> None:
    """Print the report of SHOP (its id or domain) as of now."""
    context = open_house()
    with shop_scope(context.engine, shop_id_of(context, shop)) as scope:
        click.echo(proof.write(scope, context.keyring, utc_now()), nl=False)


@report.command()
@click.argument("shop")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(shop: str, file: Path) -> None:
    """Is FILE a report of SHOP as it was written here? Exit 1 where it is not."""
    context = open_house()
    with shop_scope(context.engine, shop_id_of(context, shop)) as scope:
        verdict = proof.check(scope, context.keyring, file.read_bytes())
    words = "its hash fits its text" if verdict.is_whole else "its hash is not that of its text, or it is no report"
    click.echo(f"{words}; {'signed' if verdict.is_ours else 'not signed'} here for this shop")
    sys.exit(0 if verdict.is_ours else 1)
