"""The box: one shop, a lock, and every way in which the shop changes once it is open."""

from sandbox.changes.checkouts import CheckoutChanges
from sandbox.changes.discounts import DiscountChanges
from sandbox.changes.events import Event, Listener
from sandbox.changes.office import OfficeChanges
from sandbox.changes.segments import SegmentChanges
from sandbox.changes.settings import SettingChanges

__all__ = ["Box", "Event", "Listener"]


class Box(CheckoutChanges, OfficeChanges, DiscountChanges, SegmentChanges, SettingChanges):
    """`Box(shop)`; each method takes the lock itself and raises LookupError or ValueError for what cannot be done."""
