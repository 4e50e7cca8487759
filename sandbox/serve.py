"""Serves one face of one shop on loopback: the arguments, the app, the server."""

import argparse
import signal
import socket
import sys
import threading
from pathlib import Path
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sandbox import clock, control, front, shoppers
from sandbox.admin import woocommerce as wp_admin
from sandbox.changes import Box
from sandbox.control import Deliveries, Info
from sandbox.faults import SWITCHES, Faults, read
from sandbox.keeping import Keeper, kept
from sandbox.sources.cdnow import MissingData
from sandbox.sources.load import SOURCES, load
from sandbox.woocommerce.options import DEMO_KEY, DEMO_SECRET

HOST = "127.0.0.1"


class Handler(WSGIRequestHandler):
    """Keeps connections, answers at once, logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...


def arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("sandbox", description="A shop in a box, on loopback.")
    parser.add_argument("--face", choices=("shopify", "woocommerce"), required=True)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--data", nargs="+", default=["generated"], metavar=("SOURCE", "FILE"), help=", ".join(SOURCES))
    parser.add_argument("--seed", type=int, default=1, help="of the generated shop")
    parser.add_argument("--orders", type=int, default=6000, help="of the generated shop, about")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the shop here, and go on from it")
    parser.add_argument("--as-is", action="store_true", help="leave the times where the data has them")
    parser.add_argument("--app-url", help="where Regulars is, for the admin's frame")
    parser.add_argument("--domain", default="regulars-demo.myshopify.com", help="of the Shopify face")
    parser.add_argument("--client-id", default="demo-client-id")
    parser.add_argument("--client-secret", default="shpss_demo0000000000000000000000000")
    parser.add_argument("--key", default=DEMO_KEY, help="of WooCommerce's API")
    parser.add_argument("--secret", default=DEMO_SECRET)
    parser.add_argument("--restore-rate", type=int, default=2_000, help="points a second of Shopify's API")
    parser.add_argument(
        "--faults", nargs="*", default=[], metavar="SWITCH=SHARE", help=f"what goes wrong: {', '.join(SWITCHES)}"
    )
    parser.add_argument("--timezone", help="of the shop, in place of its own: Pacific/Auckland")
    parser.add_argument("--storage", choices=("hpos", "posts"), default="hpos", help="of WooCommerce's orders")
    parser.add_argument("--woocommerce", default="10.0.2", metavar="VERSION", help="such as 8.9.3 or 11.0.1")
    parser.add_argument("--decimals", type=int, default=2, help="that WooCommerce shows amounts with")
    parser.add_argument("--webhook-delay", type=float, default=0.3, help="seconds; a shop without visitors has inf")
    parser.add_argument("--plain", action="store_true", help="WordPress with plain permalinks")
    args = parser.parse_args(argv)
    try:
        wish, args.faults = read(args.faults), Faults()
        args.faults.set(wish)
    except ValueError as error:
        parser.error(f"--faults: {error}")
    if args.data[0] not in SOURCES or len(args.data) > 2:
        parser.error(f"--data takes {', '.join(SOURCES)}, the last with a file")
    return args


def main(argv: list[str]) -> int:
    """Serves until it is told to end."""
    args = arguments(argv)
    listening = socket.create_server((HOST, args.port))
    home_url = f"http://{HOST}:{listening.getsockname()[1]}"
    try:
        app = make_app(args, home_url)
    except (MissingData, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    server = make_server(HOST, args.port, app, threaded=True, request_handler=Handler, fd=listening.fileno())
    _end_on_signals(server)
    print(f"ready {home_url}", flush=True)
    server.serve_forever()
    return 0


def make_app(args: argparse.Namespace, home_url: str) -> Flask:
    domain = args.domain if args.face == "shopify" else home_url.partition("//")[2]
    file = Path(args.data[1]) if len(args.data) == 2 else None
    until = None if args.as_is else clock.utc_now()
    shop = kept(args.state) or load(args.data[0], domain, file=file, seed=args.seed, orders=args.orders, until=until)
    shop.timezone = args.timezone or shop.timezone
    box = Box(shop)
    if args.state is not None:
        Keeper(box, args.state)
    app = Flask("sandbox", static_folder=None)
    put_face = _shopify if args.face == "shopify" else _woocommerce
    admin_url, deliveries = put_face(app, box, args, home_url)
    info = Info(args.face, domain, home_url, admin_url, args.client_id, args.client_secret, args.key, args.secret)
    control.register(app, box, info, deliveries, args.faults)
    shoppers.register(app, box)
    front.register(app, box, args.face)
    return app


def _woocommerce(app: Flask, box: Box, args: argparse.Namespace, home_url: str) -> tuple[str, Deliveries]:
    from sandbox import woocommerce  # noqa: PLC0415 (a process has one face)

    options = woocommerce.Options(
        home_url,
        args.key,
        args.secret,
        is_plain=args.plain,
        storage=args.storage,
        version=args.woocommerce,
        decimals=args.decimals,
        delivery_delay=args.webhook_delay,
        faults=args.faults,
    )
    face = woocommerce.register(app, box, options)
    wp_admin.register(app, box, home_url, face.connection)
    return f"{home_url}/wp-admin/admin.php?page=regulars", face.deliveries


def _shopify(app: Flask, box: Box, args: argparse.Namespace, home_url: str) -> tuple[str, Deliveries]:
    from sandbox import shopify  # noqa: PLC0415 (a process has one face)
    from sandbox.admin import shopify as admin  # noqa: PLC0415

    options = shopify.Options(
        domain=args.domain,
        client_id=args.client_id,
        client_secret=args.client_secret,
        app_url=args.app_url,
        restore_rate=args.restore_rate,
        faults=args.faults,
    )
    face = shopify.register(app, box, options)
    admin.register(app, box, options)
    return f"{home_url}/store/{args.domain.partition('.')[0]}/apps/regulars", face.deliveries


def _end_on_signals(server: BaseWSGIServer) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown).start()  # serve_forever cannot be ended from inside itself

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
