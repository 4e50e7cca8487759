"""Levers that no shop has: its webhooks switched off, its keys' owner gone, a plugin's statuses come and go."""

from typing import get_args

from flask import request
from flask.typing import ResponseReturnValue

from sandbox.woocommerce.house import House
from sandbox.woocommerce.keys import PERMISSIONS, User
from sandbox.woocommerce.webhooks import STATUSES, Webhooks


class Levers:
    def __init__(self, house: House, webhooks: Webhooks) -> None:
        self.house, self.webhooks = house, webhooks
        for name, view in (("webhooks", self.set_webhooks), ("keys", self.set_keys), ("statuses", self.set_statuses)):
            house.blueprint.add_url_rule(f"/_sandbox/woocommerce/{name}", f"lever {name}", view, methods=["POST"])

    def set_webhooks(self) -> ResponseReturnValue:
        """{"status": "disabled"}, as after seven failures; {"delete": true}"""
        wish = request.get_json()
        if (status := wish.get("status", "active")) not in STATUSES:
            return {"error": f"a webhook is {', '.join(STATUSES)}"}, 422
        with self.house.box.lock:
            for hook in list(self.webhooks.all.values()):
                hook.status = status
            if wish.get("delete"):
                self.webhooks.all.clear()
            return {str(hook.id): hook.status for hook in self.webhooks.all.values()}

    def set_keys(self) -> ResponseReturnValue:
        """{"user": "gone", "permissions": "read", "revoked": true}: of every key there is"""
        wish = request.get_json()
        for key in self.house.gate.keys.all():
            user, permissions = wish.get("user", key.user), wish.get("permissions", key.permissions)
            if user not in get_args(User) or permissions not in PERMISSIONS:
                return {"error": f"{user} {permissions}"}, 422
            key.user, key.permissions = user, permissions
            if wish.get("revoked"):
                self.house.gate.keys.delete(key)
        return {str(key.id): f"{key.user} {key.permissions}" for key in self.house.gate.keys.all()}

    def set_statuses(self) -> ResponseReturnValue:
        """{"shipped": true, "packed": false}: what plugins register, and whether it is listed with the others; in place
        of those before, whose orders stay"""
        self.house.statuses = {str(name): bool(is_public) for name, is_public in request.get_json().items()}
        return dict(self.house.statuses)
