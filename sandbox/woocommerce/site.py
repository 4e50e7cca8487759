"""What the shop says of itself: the index of its API, its settings, its currency, its counts."""

from flask import Response, request

from sandbox.woocommerce import lists, orders
from sandbox.woocommerce.analytics import EXCLUDED
from sandbox.woocommerce.answers import Body, answer, links, only_fields
from sandbox.woocommerce.errors import ApiError
from sandbox.woocommerce.house import API, House
from sandbox.woocommerce.params import many
from sandbox.woocommerce.plugin import NAMESPACE
from sandbox.woocommerce.writing import ENTITIES

NAMES = {"EUR": "Euro", "GBP": "Pound sterling", "USD": "United States (US) dollar"}
NAMESPACES = (
    "oembed/1.0", "wc/v3", "wc/v1", "wc-admin", "wc-analytics", "wc/store", "wc/store/v1", "wc/private", "wc/v2",
    "wp/v2", NAMESPACE,
)  # fmt: skip
POSTS = "WC_Order_Data_Store_CPT"
HPOS = "Automattic\\WooCommerce\\Internal\\DataStores\\Orders\\OrdersTableDataStore"
LABELS = {
    "pending": "Pending payment", "processing": "Processing", "on-hold": "On hold", "completed": "Completed",
    "cancelled": "Cancelled", "refunded": "Refunded", "failed": "Failed", "checkout-draft": "Draft",
}  # fmt: skip


class Site:
    def __init__(self, house: House) -> None:
        self.house, self.shop, self.options = house, house.box.shop, house.options
        for path in ("/wp-json/", "/wp-json"):
            house.blueprint.add_url_rule(path, f"index {path}", self.index, methods=["GET"])
        house.blueprint.add_url_rule(API, "wc index", self.wc_index, methods=["GET"])
        house.get("system_status", self.system_status)
        house.get("settings/general", self.general)
        house.get("settings/general/<setting>", self.setting, "GET, POST, PUT, PATCH")
        house.get("data/currencies/current", self.currency)
        house.get("reports/orders/totals", self.order_totals)
        house.get("settings/wc_admin/woocommerce_excluded_report_order_statuses", self.excluded)
        house.blueprint.add_url_rule(f"{API}/orders", "orders schema", self.order_schema, methods=["OPTIONS"])

    def index(self) -> Response:
        """Open to everybody."""
        home, zone = self.options.home_url, self.house.writing.zone
        offset = self.house.box.now().astimezone(zone).utcoffset()
        hours = (offset.total_seconds() if offset else 0) / 3600
        return answer({
            "name": self.shop.name,
            "description": "",
            "url": home,
            "home": home,
            "gmt_offset": int(hours) if hours.is_integer() else hours,
            "timezone_string": self.shop.timezone,
            "namespaces": list(NAMESPACES),
            "authentication": {},
            "routes": {},
        })  # fmt: skip

    def wc_index(self) -> Response:
        return answer({"namespace": "wc/v3", "routes": {}})

    def system_status(self) -> Response:
        home, version, currency = self.options.home_url, self.options.version, self.shop.currency
        body: Body = {
            "environment": {
                "home_url": home,
                "site_url": home,
                "version": version,
                "wp_version": self.options.wordpress,
                "wp_multisite": False,
                "language": "en_US",
                "default_timezone": "UTC",
            },
            "settings": {
                "api_enabled": True,
                "force_ssl": False,
                "currency": currency,
                "currency_symbol": ENTITIES.get(currency, currency),
                "currency_position": "left",
                "thousand_separator": ",",
                "decimal_separator": ".",
                "number_of_decimals": self.options.decimals,
                "order_datastore": POSTS if self.options.is_posts else HPOS,
                "HPOS_enabled": not self.options.is_posts,
                "HPOS_sync_enabled": False,
            },
            "security": {"secure_connection": home.startswith("https"), "hide_errors": True},
            "active_plugins": [
                {"plugin": "woocommerce/woocommerce.php", "name": "WooCommerce", "version": version},
                {"plugin": "regulars/regulars.php", "name": "Regulars", "version": "1.0.0"},
            ],
        }
        return answer(only_fields([body], many(request.args, "_fields"))[0])

    def general(self) -> Response:
        return answer([self._setting(name, value) for name, value in self._settings().items()])

    def setting(self, setting: str) -> Response:
        settings = self._settings()
        if setting not in settings:
            raise ApiError(404, "rest_setting_setting_invalid", "Invalid setting.")
        return answer(self._setting(setting, settings[setting]))

    def currency(self) -> Response:
        code = self.shop.currency
        symbol = ENTITIES.get(code, code)
        body = {"code": code, "name": NAMES.get(code, code), "symbol": symbol}
        return answer({**body, "_links": links(self.options.home_url, f"data/currencies/{code}", methods="GET")})

    def order_totals(self) -> Response:
        """Drafts in, trash out."""
        counts = dict.fromkeys((*orders.STATUSES, *self.house.statuses), 0)
        with self.house.box.lock:
            for order in self.shop.orders.values():
                if (state := orders.status(order)) in counts:
                    counts[state] += 1
            counts["checkout-draft"] += sum(1 for _ in self.house.drafts())
        return answer(
            [{"slug": slug, "name": LABELS.get(slug, slug.title()), "total": total} for slug, total in counts.items()]
        )

    def order_schema(self) -> Response:
        """Open to everybody, as all schemas are; of use for the statuses in it."""
        listed, own = lists.order_statuses(self.house), (*orders.STATUSES, *self.house.statuses)
        status = {"type": "array", "items": {"type": "string", "enum": list(listed)}, "default": ["any"]}
        endpoint = {"methods": ["GET"], "allow_batch": {"v1": True}, "args": {"status": status}}
        schema = {"title": "shop_order", "type": "object", "properties": {"status": {"type": "string", "enum": own}}}
        return answer({"namespace": "wc/v3", "methods": ["GET", "POST"], "endpoints": [endpoint], "schema": schema})

    def excluded(self) -> Response:
        """What Analytics leaves out, as the merchant has set it."""
        name = "woocommerce_excluded_report_order_statuses"
        body = {"id": name, "label": "Excluded statuses", "type": "multiselect", "value": list(EXCLUDED)}
        return answer({**body, "group_id": "wc_admin"})

    def _settings(self) -> dict[str, str]:
        return {
            "woocommerce_default_country": self.shop.country_code,
            "woocommerce_currency": self.shop.currency,
            "woocommerce_price_num_decimals": str(self.options.decimals),
            "woocommerce_calc_taxes": "yes",
        }

    def _setting(self, name: str, value: str) -> Body:
        path = f"settings/general/{name}"
        body = {"id": name, "label": name, "description": "", "type": "text", "default": "", "value": value}
        return {**body, "group_id": "general", "_links": links(self.options.home_url, path, methods="GET, POST, PUT")}
