"""What can be set about the WooCommerce face."""

from dataclasses import dataclass, field
from typing import Literal

from sandbox.faults import Faults

DEMO_KEY = "ck_demo0000000000000000000000000000000000000"
DEMO_SECRET = "cs_demo0000000000000000000000000000000000000"

Storage = Literal["hpos", "posts"]


@dataclass(frozen=True, slots=True)
class Options:
    home_url: str
    key: str = DEMO_KEY
    secret: str = DEMO_SECRET
    admin: tuple[str, str] = ("admin", "password")  # who may sign in to approve keys
    permissions: str = "read_write"  # read | write | read_write
    is_plain: bool = False  # permalinks without words: /wp-json/ is a page of the shop's like any other
    storage: Storage = "hpos"  # of orders
    version: str = "10.0.2"
    decimals: int = 2  # that amounts are shown with, whatever the currency
    wordpress: str = "6.8.3"
    delivery_delay: float = 0.3  # seconds from an event to its delivery; an ordinary shop takes most of a minute
    delivery_timeout: float = 60.0
    faults: Faults = field(default_factory=Faults)

    @property
    def is_posts(self) -> bool:
        return self.storage == "posts"

    def since(self, *version: int) -> bool:
        """Whether the shop's WooCommerce is of this version or later: `since(10, 9)`."""
        return tuple(int(part) for part in self.version.split(".")[: len(version)]) >= version

    @property
    def user_agent(self) -> str:
        return f"WooCommerce/{self.version} Hookshot (WordPress/{self.wordpress})"
