"""What can be set about the Shopify face."""

from dataclasses import dataclass, field

from sandbox.faults import Faults

SCOPES = (
    "read_all_orders",
    "read_customer_merge",
    "read_customers",
    "read_locations",
    "read_orders",
    "read_products",
    "write_app_proxy",
    "write_customers",
    "write_discounts",
)


@dataclass(frozen=True, slots=True)
class Options:
    domain: str = "regulars-demo.myshopify.com"
    client_id: str = "demo-client-id"
    client_secret: str = "shpss_demo0000000000000000000000000"
    access_token: str | None = None  # of a custom app, never expiring: shpat_…
    scopes: tuple[str, ...] = SCOPES
    app_url: str | None = None
    restore_rate: int = 2_000  # points a second
    retry_scale: float = 1.0  # 1: eight retries over four hours, as the platform has it
    bulk_pause: float = 0.0  # seconds that codes which are added in bulk take
    api_version: str = "2026-10"
    faults: Faults = field(default_factory=Faults)
