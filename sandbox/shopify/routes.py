"""The Shopify face over HTTP: tokens, GraphQL, the files of bulk operations, the page that installs the app."""

import hmac
import re
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, request, send_file
from flask.typing import ResponseReturnValue

from sandbox.changes import Box
from sandbox.clock import utc_now
from sandbox.shopify import configuring, installing
from sandbox.shopify.auth import INVALID, Tokens
from sandbox.shopify.bulk import Operations
from sandbox.shopify.execute import Executor
from sandbox.shopify.options import Options
from sandbox.shopify.schema import compiler
from sandbox.shopify.signing import signed
from sandbox.shopify.subscriptions import LOOPBACK, Subscriptions
from sandbox.shopify.webhooks import Webhooks
from sandbox.shopify.world import World
from sandbox.troubles import Troubles

VERSION = re.compile(r"\d{4}-(01|04|07|10)|unstable")
MET = ("/admin/api/", "/_bulk/")  # by what goes wrong on purpose
LIMITED = '{"errors": "Exceeded 2 calls per second."}'


class Face(Blueprint):
    """The blueprint with the parts that the sandbox's own pages and tests look into."""

    def __init__(self, box: Box, options: Options) -> None:
        super().__init__("shopify", __name__)
        self.world = World(box, options)
        self.tokens = Tokens(options, self.world.installation)
        self.subscriptions = Subscriptions(box.now, options.api_version)
        self.webhooks = Webhooks(self.world, self.subscriptions)
        self.deliveries = self.webhooks.sender
        self.operations = Operations(self.world, self.webhooks.bulk_finished)
        self.operations.compiler = compiler(self.world, self.operations, self.subscriptions)
        self.executor = Executor(self.operations.compiler)
        self.before_request(self._look_at_host)
        Troubles(options.faults, MET, LIMITED).stand_before(self)
        self.add_url_rule("/admin/oauth/access_token", view_func=self.token, methods=["POST"])
        self.add_url_rule("/admin/api/<version>/graphql.json", view_func=self.graphql, methods=["POST"])
        self.add_url_rule("/_bulk/bulk-<int:number>.jsonl", view_func=self.bulk_file)
        self.add_url_rule("/_sandbox/shopify/points", view_func=self.points)
        installing.add_routes(self, self.world, self.tokens, self.webhooks)
        configuring.add_routes(self, self.world, self.webhooks)

    def token(self) -> ResponseReturnValue:
        given = request.get_json(silent=True) if request.is_json else request.form.to_dict()
        status, answer = self.tokens.exchange(given if isinstance(given, dict) else {}, utc_now())
        return _json(answer, status)

    def graphql(self, version: str) -> ResponseReturnValue:
        if not VERSION.fullmatch(version):
            return _json({"errors": "Not Found"}, 404)
        bucket = self.tokens.bucket(request.headers.get("X-Shopify-Access-Token", ""), utc_now())
        if bucket is None:
            return _json({"errors": INVALID}, 401)
        asked = request.get_json(silent=True)
        if not isinstance(asked, dict):
            return _json({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        with self.world.box.lock:
            answer = self.executor.answer(asked, bucket)
        response = _json(answer)
        response.headers["X-Shopify-API-Version"] = self.world.options.api_version
        return response

    def bulk_file(self, number: int) -> ResponseReturnValue:
        operation = self.operations.find(number) or abort(404)
        expires = request.args.get("Expires", "")
        wanted = signed(self.world.options.client_secret, f"{number}:{expires}")
        if not hmac.compare_digest(wanted.encode(), request.args.get("signature", "").encode()):
            abort(403)
        if not expires.isdecimal() or self.world.box.now().timestamp() > int(expires):
            abort(400)
        return send_file(operation.path, mimetype="application/jsonl", etag=False)

    def points(self) -> ResponseReturnValue:
        """The record of the app's bucket."""
        return _json(self.tokens.points.record())

    def _look_at_host(self) -> None:
        """The API answers under the shop's domain only, files and levers on this machine only."""
        self.world.origin = f"http://127.0.0.1:{request.environ['SERVER_PORT']}"
        host = request.host.rpartition(":")[0] or request.host
        # the page that asks to install the app is for browsers, which know no other host than this machine
        is_api = request.path.startswith("/admin/") and not (request.path == installing.PAGE and host in LOOPBACK)
        if (host.lower() == self.world.options.domain) is not is_api or (not is_api and host not in LOOPBACK):
            abort(404)


def _json(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status, mimetype="application/json")
