"""The shop's WooCommerce face: REST wc/v3, webhooks, the page where keys are approved, and the companion plugin."""

from flask import Flask

from sandbox.changes import Box
from sandbox.woocommerce.acting import Acting
from sandbox.woocommerce.analytics import Analytics
from sandbox.woocommerce.catalogue import Catalogue
from sandbox.woocommerce.coupons import Coupons
from sandbox.woocommerce.courier import Courier
from sandbox.woocommerce.house import House
from sandbox.woocommerce.levers import Levers
from sandbox.woocommerce.notes import Notes
from sandbox.woocommerce.options import Options
from sandbox.woocommerce.permalinks import Permalinks
from sandbox.woocommerce.plugin import Plugin
from sandbox.woocommerce.reading import Reading
from sandbox.woocommerce.site import Site
from sandbox.woocommerce.wc_auth import WcAuth
from sandbox.woocommerce.webhooks import Webhooks

__all__ = ["Face", "Options", "register"]


class Face:
    """`connection()` is what Regulars told the plugin; `deliveries` has counts() and flush()."""

    def __init__(self, box: Box, options: Options) -> None:
        self.options = options
        self.house = House(box, options)
        self.deliveries = Courier(options.delivery_delay)
        Reading(self.house)
        Catalogue(self.house)
        Acting(self.house)
        self.coupons = Coupons(self.house)
        self.notes = Notes(self.house)
        Site(self.house)
        Analytics(self.house)
        WcAuth(self.house)
        self.webhooks = Webhooks(self.house, self.deliveries)
        Levers(self.house, self.webhooks)
        self.plugin = Plugin(self.house, self.deliveries)
        self.keys = self.house.gate.keys
        self.connection = self.plugin.connection
        self.blueprint = self.house.blueprint


def register(app: Flask, box: Box, options: Options) -> Face:
    face = Face(box, options)
    app.register_blueprint(face.blueprint)
    app.wsgi_app = Permalinks(app.wsgi_app, options.is_plain)  # type: ignore[assignment]
    return face
