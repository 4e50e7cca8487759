"""What an order is worth in points: facts in, answer out."""

from datetime import datetime

from app.lib.money import exponent


def points_for(net_minor: int | None, currency: str, points_per_unit: int) -> int:
    """Points for an order's net: its whole units times the rate. Nothing for a net below zero or not converted."""
    if net_minor is None or net_minor <= 0:
        return 0
    unit: int = 10 ** exponent(currency)
    return net_minor // unit * points_per_unit


def earns(placed_at: datetime, started_at: datetime, counts_history: bool, is_counted: bool) -> bool:
    """May an order earn at all? History earns nothing unless the merchant says so."""
    return is_counted and (counts_history or placed_at >= started_at)
