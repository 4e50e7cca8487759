"""/wc-auth: where the shop's manager signs in and approves that an app gets a key, which is posted to the app."""

import hmac
import secrets
from urllib.parse import urlencode, urlsplit

import requests
from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from sandbox.woocommerce.answers import encode
from sandbox.woocommerce.house import House
from sandbox.woocommerce.keys import Key

ROOT = "/wc-auth/v1"
KEYS_PAGE = "/wp-admin/keys"
COOKIE = "wordpress_logged_in"
ASKED = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = {"read": "Read", "write": "Write", "read_write": "Read/Write"}
TIMEOUT = 60
UNSENT = "An error occurred in the request and at the time were unable to send the consumer data."


class Odd(Exception):
    """The shop shows this on a page of its own, with status 401."""


class WcAuth:
    def __init__(self, house: House) -> None:
        self.house, self.options = house, house.options
        self._signed_in: set[str] = set()
        self._nonce = secrets.token_hex(5)  # a shop's lives for a day, and works more than once
        bp = house.blueprint
        bp.register_error_handler(Odd, lambda odd: (render_template("wc_auth/error.html", said=str(odd)), 401))
        for name, view in (("authorize", self.authorize), ("access_granted", self.grant)):
            bp.add_url_rule(f"{ROOT}/{name}", f"wc-auth {name}", view, methods=["GET"], strict_slashes=False)
        bp.add_url_rule(f"{ROOT}/login", "wc-auth login", self.log_in, methods=["GET", "POST"], strict_slashes=False)
        bp.add_url_rule(KEYS_PAGE, "wc keys", self.keys, methods=["GET"])

    def authorize(self) -> ResponseReturnValue:
        asked = _asked()
        if not self._is_signed_in():
            return redirect(self._address("login", asked))
        return render_template(
            "wc_auth/grant.html",
            app=asked["app_name"],
            scope=SCOPES[asked["scope"]],
            host=urlsplit(asked["callback_url"]).hostname,
            user=self.options.admin[0],
            approve=self._address("access_granted", {**asked, "wc_auth_nonce": self._nonce}),
            deny=_back(asked, success=0),
        )

    def log_in(self) -> ResponseReturnValue:
        asked = _asked()
        if request.method == "GET":
            return render_template("wc_auth/login.html", app=asked["app_name"])
        if (request.form.get("username"), request.form.get("password")) != self.options.admin:
            return render_template("wc_auth/login.html", app=asked["app_name"], is_wrong=True)
        answer = redirect(self._address("authorize", asked))
        self._sign_in(answer)
        return answer

    def grant(self) -> ResponseReturnValue:
        """The key is posted before the manager is sent back."""
        asked = _asked()
        if not self._is_signed_in() or not hmac.compare_digest(request.args.get("wc_auth_nonce", ""), self._nonce):
            raise Odd("Invalid nonce verification")
        key = self.house.gate.keys.make(asked["scope"], f"{asked['app_name']} - API")
        if not self._is_taken(key, asked):
            self.house.gate.keys.delete(key)
            raise Odd(UNSENT)
        return redirect(_back(asked, success=1))

    def keys(self) -> ResponseReturnValue:
        """The settings page that lists the keys: their ends only."""
        if not self._is_signed_in():
            return "Sign in first.", 403
        return render_template("wc_auth/keys.html", keys=self.house.gate.keys.all())

    def _address(self, route: str, query: dict[str, str]) -> str:
        if self.options.is_plain:
            return f"/?{urlencode({'wc-auth-version': '1', 'wc-auth-route': route, **query})}"
        return f"{ROOT}/{route}/?{urlencode(query)}"

    def _is_taken(self, key: Key, asked: dict[str, str]) -> bool:
        """A redirect is followed as a GET, and its end counted: a key can be lost so."""
        body = {
            "key_id": key.id,
            "user_id": asked["user_id"],
            "consumer_key": key.consumer_key,
            "consumer_secret": key.consumer_secret,
            "key_permissions": key.permissions,
        }
        headers = {
            "Content-Type": "application/json;charset=UTF-8",
            "User-Agent": f"WordPress/{self.options.wordpress}; {self.options.home_url}",
        }
        try:
            answer = requests.post(asked["callback_url"], data=encode(body), headers=headers, timeout=TIMEOUT)
        except requests.RequestException:
            return False  # as the shop sees it: it tells its manager
        return answer.status_code == 200

    def _is_signed_in(self) -> bool:
        return request.cookies.get(COOKIE) in self._signed_in

    def _sign_in(self, answer: Response) -> None:
        cookie = secrets.token_urlsafe(16)
        self._signed_in.add(cookie)
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Lax")


def _asked() -> dict[str, str]:
    """What the app wants, checked in the shop's order."""
    asked = {name: request.args.get(name, "") for name in ASKED}
    for name, value in asked.items():
        if not value:
            raise Odd(f"Missing parameter {name}")
    if asked["scope"] not in SCOPES:
        raise Odd(f"Invalid scope {asked['scope']}")
    for name in ("return_url", "callback_url"):
        if "://" not in asked[name]:
            asked[name] = f"https://{asked[name]}"
    if not asked["callback_url"].startswith("https://"):
        raise Odd("The callback_url needs to be over SSL")
    return asked


def _back(asked: dict[str, str], success: int) -> str:
    glue = "&" if "?" in asked["return_url"] else "?"
    return f"{asked['return_url']}{glue}{urlencode({'success': success, 'user_id': asked['user_id']})}"
