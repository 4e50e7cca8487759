"""Changes of the shop's own settings."""

from typing import Any

from sandbox.changes.events import Told
from sandbox.shop import Shop

CHANGEABLE = frozenset({"name", "email", "timezone", "currency"})


class SettingChanges(Told):
    def change_shop(self, **fields: Any) -> Shop:
        """Sets the settings named. -> shop.updated"""
        if unknown := fields.keys() - CHANGEABLE:
            raise ValueError(f"cannot change {sorted(unknown)}")
        with self.lock:
            for name, value in fields.items():
                setattr(self.shop, name, value)
            self.tell("shop.updated", self.shop, self.now())
            return self.shop
