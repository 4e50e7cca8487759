"""The merchant's pages: one module per page family, each mirrored by a folder of templates/panel/."""

from app.panel import connect_shop, connections, customers, flows, home, loyalty, privacy, segments, sign_in, writes
from app.panel.blueprint import bp

PAGES = (home, customers, segments, loyalty, flows, connections, connect_shop, writes, privacy, sign_in)

__all__ = ["PAGES", "bp"]
