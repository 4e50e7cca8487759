"""The merchant's pages: one module per page family, each mirrored by a folder of templates/panel/."""

from app.panel import (
    codes,
    connect_shop,
    connections,
    customers,
    flows,
    health,
    home,
    loyalty,
    privacy,
    proof,
    segments,
    sign_in,
    topics,
    writes,
)
from app.panel.blueprint import bp

PAGES = (
    home,
    customers,
    segments,
    loyalty,
    codes,
    flows,
    connections,
    health,
    proof,
    connect_shop,
    writes,
    privacy,
    sign_in,
    topics,
)

__all__ = ["PAGES", "bp"]
