"""The command line: `regulars COMMAND`. Exit codes: 0 done, 1 a difference, 2 something is wrong (said in words)."""

import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from app import settings as environment
from app.db.engine import open_engine
from app.db.migrate import migrate as migrate_database
from app.db.scope import every_shop, shop_scope
from app.errors import BadInput, RegularsError
from app.furnish import furnish
from app.lib.clock import real_now, utc_now
from app.operations import commands as house
from app.operations.commands import open_house, shop_id_of
from app.operations.report_commands import report
from app.reasons import told
from app.shops.connect import WAITING
from app.shops.connect import connect as connect_shop

# ruff: noqa: PLC0415  a command imports what it alone needs: a server, a worker, a sandbox


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def regulars() -> None:
    """A CRM for online shops: exact sync, segments, loyalty and recovery, explained."""


@regulars.command()
def migrate() -> None:
    """Bring the database to the newest form."""
    settings = environment.read()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate_database(open_engine(settings.database_url))


@regulars.command()
def web() -> None:
    """Serve the panel and take webhooks (HOST, PORT, PUBLIC_URL)."""
    from app.serve import serve

    sys.exit(serve(environment.read()))


@regulars.command()
def worker() -> None:
    """Work the jobs: backfill, pull, reactions, mails, the timetable."""
    from sync.__main__ import main as work

    sys.exit(work())


@regulars.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """A shop in a box: --face shopify|woocommerce --port N --data generated|cdnow|online-retail [FILE]."""
    from sandbox.serve import main as serve_sandbox

    sys.exit(serve_sandbox(list(arguments)))


@regulars.group()
def connect() -> None:
    """Connect a shop. Secrets come by prompt, `-` (standard input), environment, or the options, for scripts."""


@connect.command("woocommerce")
@click.argument("url")
@click.option("--key", envvar="WOOCOMMERCE_KEY", help="consumer key, ck_…")
@click.option("--secret", envvar="WOOCOMMERCE_SECRET", help="consumer secret, cs_…")
def connect_woocommerce(url: str, key: str | None, secret: str | None) -> None:
    """Connect a WooCommerce shop by its address and a REST API key that may read and write."""
    given = {"consumer_key": _secret(key, "Consumer key"), "consumer_secret": _secret(secret, "Consumer secret")}
    _connect("woocommerce", url, given)


@connect.command("shopify")
@click.argument("domain")
@click.option("--client-id", envvar="SHOPIFY_CLIENT_ID", help="of the merchant's own app")
@click.option("--client-secret", envvar="SHOPIFY_CLIENT_SECRET")
@click.option("--token", envvar="SHOPIFY_TOKEN", help="access token of an old custom app, shpat_…; goes with --secret")
@click.option("--secret", envvar="SHOPIFY_SECRET", help="an old custom app's API secret key: it signs the webhooks")
def connect_shopify(
    domain: str, client_id: str | None, client_secret: str | None, token: str | None, secret: str | None
) -> None:
    """Connect a Shopify shop by client id and secret, or by an old custom app's token and secret."""
    if token is not None:
        given = {"access_token": _secret(token, "Token"), "client_secret": _secret(secret, "API secret key")}
    else:
        given = {"client_id": _secret(client_id, "Client id"), "client_secret": _secret(client_secret, "Client secret")}
    _connect("shopify", domain, given)


@regulars.command()
@click.argument("shop")
def disconnect(shop: str) -> None:
    """Leave SHOP (its id or domain): webhooks and keys go now, the data later, unless it is connected again."""
    from app.shops import farewell

    context, now = open_house(), utc_now()
    shop_id = shop_id_of(context, shop)
    with shop_scope(context.engine, shop_id, write=True) as scope:
        farewell.disconnect(scope, now)
    farewell.say_farewell(context, shop_id, now)
    with shop_scope(context.engine, shop_id) as scope:
        click.echo(f"{scope.shop.domain} is disconnected. {told(scope.shop.state_reason)}".rstrip())
        if scope.shop.wipe_at:
            day = f"{scope.shop.wipe_at:%Y-%m-%d}"
            click.echo(f"Its data are erased on {day}, unless it is connected again until then.")


@regulars.command()
@click.argument("shop")
def sync(shop: str) -> None:
    """Pull what changed in SHOP (its id or domain) now; the worker does it, this waits for its end."""
    from sync.now import pull_now

    context = open_house()
    for line in pull_now(context, shop_id_of(context, shop)):
        click.echo(line)


@regulars.command()
@click.argument("shop")
@click.option("--days", default=35, show_default=True, type=click.IntRange(1, 3660), help="the last one is today")
def reconcile(shop: str, days: int) -> None:
    """Hold the last days of SHOP against its platform and repair what differs; exit 1 on what does not heal."""
    from sync.reconcile.now import reconcile_now
    from sync.reconcile.work import unhealed

    context = open_house()
    shop_id = shop_id_of(context, shop)
    for line in reconcile_now(context, shop_id, days):
        click.echo(line)
    with shop_scope(context.engine, shop_id) as scope:
        sys.exit(1 if unhealed(scope) else 0)


@regulars.command()
@click.argument("shop")
@click.option("--json", "as_json", is_flag=True, help="the whole report, ids and amounts as strings")
def audit(shop: str, as_json: bool) -> None:
    """Hold the store of SHOP against its platform, order by order.

    Exit 0: both sides are equal; 1: they differ; 2: the platform could not be read.
    """
    from sync.audit import audit as run_audit

    context = open_house()
    report = run_audit(context, shop_id_of(context, shop))
    if as_json:
        click.echo(json.dumps(report.as_json(), indent=2))
    else:
        for line in report.lines():
            click.echo(line)
    sys.exit(0 if report.is_equal else 1)


@regulars.command("state-hash")
@click.argument("shop")
def state_hash(shop: str) -> None:
    """One hash of all that is kept of SHOP, by the platform's ids and fields only."""
    from app.commerce.state_hash import state_hash as hash_of

    context = open_house()
    with shop_scope(context.engine, shop_id_of(context, shop)) as scope:
        click.echo(hash_of(scope))


@regulars.group()
def segment() -> None:
    """Ask segments."""


@segment.command("count")
@click.argument("shop")
@click.argument("text")
def segment_count(shop: str, text: str) -> None:
    """How many customers of SHOP a text describes: 'orders_count >= 3 AND net_spent > 1000'."""
    from app.segments.audience import count

    context = open_house()
    with shop_scope(context.engine, shop_id_of(context, shop)) as scope:
        click.echo(count(scope, text))


@regulars.command()
@click.argument("email")
def owner(email: str) -> None:
    """Print a one-time link that signs EMAIL in to the stand-alone panel."""
    from app.team.actions import sign_in_link

    context = open_house()
    base = context.settings.public_url or f"http://{context.settings.host}:{context.settings.port}"
    with every_shop(context.engine, write=True) as db:
        click.echo(sign_in_link(db, email, real_now(), base))


@regulars.command()
@click.option("--once", is_flag=True, help="the whole journey without a person")
@click.option("--json", "as_json", is_flag=True, help="with --once: print the figures as JSON")
@click.option("--database-url", help="with --once: an empty database instead of a temporary SQLite file")
@click.option(
    "--data", type=click.Choice(["generated", "cdnow", "online-retail"]), default="generated", show_default=True
)
@click.option("--face", type=click.Choice(["shopify", "woocommerce"]), help="with --once: this shop alone")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def demo(once: bool, as_json: bool, database_url: str | None, data: str, face: str | None, file: Path | None) -> None:
    """Two shops, connected, with shoppers at work. online-retail needs FILE."""
    if (data == "online-retail") != (file is not None):
        raise BadInput("online-retail takes a FILE, the other sources take none", "--data")
    if once:
        from app.demo.once import once as run_once
        from app.demo.street import FACES

        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that every process that was started ends too
        sys.exit(run_once(data, file, database_url, as_json, [face] if face else FACES))
    from app.demo.show import show

    sys.exit(show(data, file))


for command in (house.journal, house.doctor, house.backup, house.restore, house.move, house.erasures, report):
    regulars.add_command(command)


def main() -> None:
    """Run a command; what is wrong is said in one line."""
    try:
        regulars(prog_name="regulars", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except RegularsError as error:
        click.echo(f"regulars: {error}", err=True)
        sys.exit(2)


def _connect(platform: str, address: str, secrets: Mapping[str, str]) -> None:
    context = open_house()
    shop_id = connect_shop(context, platform, address, secrets, utc_now())
    with shop_scope(context.engine, shop_id, write=True) as scope:
        furnish(scope, utc_now())
        click.echo(f"{scope.shop.name} ({scope.shop.domain}) is connected as shop {shop_id}; the backfill has begun.")
        if WAITING in (scope.shop.webhooks or {}).values():
            click.echo(f"Webhooks: {scope.shop.webhooks_state}; the worker sets up the others.")


def _secret(given: str | None, name: str) -> str:
    if given == "-":
        given = sys.stdin.readline().strip()
    value = str(given or click.prompt(name, hide_input=True, err=True)).strip()
    if not value:
        raise BadInput("is empty", name)
    return value


if __name__ == "__main__":
    main()
