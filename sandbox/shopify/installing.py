"""Having the app installed, taken out and changed: Shopify's page that asks the merchant, and levers for tests."""

import time
from base64 import b64encode
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, redirect, render_template_string, request
from flask.typing import ResponseReturnValue

from sandbox.clock import utc_now
from sandbox.shopify import payload_shop
from sandbox.shopify.auth import Tokens
from sandbox.shopify.installation import Plan
from sandbox.shopify.signing import signed
from sandbox.shopify.values import gid
from sandbox.shopify.webhooks import Webhooks
from sandbox.shopify.world import World

PAGE = "/admin/oauth/authorize"
_TEMPLATE = """<!doctype html><html lang="en"><title>Install Regulars</title>
<h1>Install Regulars</h1><p>It asks for:</p><ul>{% for scope in scopes %}<li>{{ scope }}</li>{% endfor %}</ul>
<form method="post"><button>Install</button></form></html>"""


def add_routes(face: Blueprint, world: World, tokens: Tokens, webhooks: Webhooks) -> None:
    _permission(face, world, tokens)
    _levers_of_installing(face, world, webhooks)
    _levers_of_terms(face, world, webhooks)


def _permission(face: Blueprint, world: World, tokens: Tokens) -> None:
    """The page on which the merchant agrees, and what it does."""

    @face.get(PAGE)
    def ask_merchant() -> ResponseReturnValue:
        _check(world)
        return render_template_string(_TEMPLATE, scopes=request.args.get("scope", "").split(","))

    @face.post(PAGE)
    def merchant_agrees() -> ResponseReturnValue:
        _check(world)
        with world.box.lock:
            world.installation.install(utc_now(), request.args.get("scope", "").split(","))
            code = tokens.code(utc_now())
        return redirect(f"{request.args['redirect_uri']}?{urlencode(come_back(world, code, request.args['state']))}")


def _levers_of_installing(face: Blueprint, world: World, webhooks: Webhooks) -> None:
    """In and out without a page."""
    installation = world.installation

    @face.post("/_sandbox/shopify/install")
    def install() -> ResponseReturnValue:
        """As the merchant does in the admin."""
        with world.box.lock:
            installation.install(utc_now())
        return {}

    @face.post("/_sandbox/shopify/uninstall")
    def uninstall() -> ResponseReturnValue:
        """Takes the app out: its subscriptions are told once more, its tokens are worth nothing from then on."""
        with world.box.lock:
            webhooks.uninstalled()
            installation.uninstall(utc_now())
        return {}


def _levers_of_terms(face: Blueprint, world: World, webhooks: Webhooks) -> None:
    """What the installed app may do, and what is paid for it."""
    installation = world.installation

    @face.post("/_sandbox/shopify/scopes")
    def change_scopes() -> ResponseReturnValue:
        """?granted=read_orders,…: the merchant grants more, or takes something back."""
        with world.box.lock:
            before, installation.scopes = installation.scopes, request.args["granted"].split(",")
            body = payload_shop.scopes(before, installation.scopes, world.box.now())
            webhooks.tell("APP_SCOPES_UPDATE", "app/scopes_update", lambda: body, world.box.now())
        return {}

    @face.post("/_sandbox/shopify/plan")
    def choose_plan() -> ResponseReturnValue:
        """?name=…&status=ACTIVE: the merchant chose a plan on Shopify's page, or what became of it."""
        now = world.box.now()
        plan = Plan(request.args["name"], request.args.get("status", "ACTIVE"), now, now + timedelta(days=30))
        with world.box.lock:
            installation.plan = plan if plan.status in ("ACTIVE", "FROZEN") else None
            said = {"admin_graphql_api_id": gid("AppSubscription", 1), "name": plan.name, "status": plan.status}
            body = {"app_subscription": said}
            webhooks.tell("APP_SUBSCRIPTIONS_UPDATE", "app_subscriptions/update", lambda: body, now)
        return {}


def come_back(world: World, code: str, state: str) -> dict[str, str]:
    """What the merchant brings back to the app, signed. By real time, as whoever checks it goes by that."""
    domain = world.options.domain
    host = b64encode(f"admin.shopify.com/store/{domain.partition('.')[0]}".encode()).decode().rstrip("=")
    at = str(int(time.time()))
    query = {"code": code, "host": host, "shop": domain, "state": state, "timestamp": at}
    text = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return {**query, "hmac": signed(world.options.client_secret, text)}


def _check(world: World) -> None:
    """Only to the app's own address, and only for this app."""
    app, asked = urlsplit(world.options.app_url or ""), urlsplit(request.args.get("redirect_uri", ""))
    if request.args.get("client_id") != world.options.client_id or (app.netloc and app.netloc != asked.netloc):
        abort(400)
