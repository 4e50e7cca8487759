"""What a request stands under: the settings, the database, the keys, and whether Shopify is a stand-in."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine

from app.context import Context
from app.settings import Settings

SHOPIFY_CDN = "https://cdn.shopify.com"
SHOPIFY_ADMIN = "https://admin.shopify.com"


@dataclass(frozen=True)
class Roof:
    context: Context
    stand_in: str | None  # a demo's Shopify: its address stands for *.myshopify.com, the admin and the script server

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @property
    def engine(self) -> Engine:
        return self.context.engine

    @property
    def bridge_script(self) -> str:
        return f"{self.stand_in or SHOPIFY_CDN}/shopifycloud/app-bridge.js"

    @property
    def bridge_server(self) -> str:
        return self.stand_in or SHOPIFY_CDN

    def shopify_admins(self, domain: str) -> tuple[str, ...]:
        """The origins that may frame a shop's panel."""
        return (self.stand_in,) if self.stand_in else (f"https://{domain}", SHOPIFY_ADMIN)


def put_up(app: Flask, roof: Roof) -> None:
    app.extensions["regulars"] = roof


def roof() -> Roof:
    return cast(Roof, current_app.extensions["regulars"])
