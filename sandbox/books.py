"""The box's own books: what each face can truthfully say of the shop, reckoned from the shop and from nothing else."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass

from sandbox.money import exponent
from sandbox.shop import Order, Person, Shop

REGULAR_ORDERS = 3
WOOCOMMERCE_COUNTS = ("processing", "on-hold", "completed", "refunded")
REGULAR_NET = 1000  # in whole units of the shop's currency, to be exceeded


@dataclass(slots=True)
class Books:
    platform: str
    domain: str
    currency: str
    customers: int = 0
    orders: int = 0
    line_items: int = 0
    products: int = 0
    placed_minor: int = 0
    refunds: int = 0
    refunded_minor: int = 0
    net_minor: int = 0
    segment_regulars: int = 0
    not_converted: int = 0


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How a platform counts."""

    lists: Callable[[Person], bool]
    counts: Callable[[Order], bool]
    lines: Callable[[Order], int]
    placed: Callable[[Order], int | None]  # in shop money; None when the platform gives no rate
    buyer: Callable[[Shop, Order], Hashable | None]


def books(shop: Shop, platform: str, domain: str) -> dict[str, str | int]:
    """The figures as of now; to be called under the box's lock."""
    reckoning = RECKONINGS[platform]
    sheet = Books(platform, domain, shop.currency, products=len(shop.products))
    sheet.customers = sum(person.deleted_at is None and reckoning.lists(person) for person in shop.people.values())
    buyers: dict[Hashable, list[int]] = defaultdict(list)
    for order in shop.orders.values():
        if reckoning.counts(order):
            _enter(sheet, reckoning, shop, order, buyers)
    sheet.segment_regulars = sum(_is_regular(nets, shop.currency) for nets in buyers.values())
    return asdict(sheet)


def _enter(sheet: Books, how: Reckoning, shop: Shop, order: Order, buyers: dict[Hashable, list[int]]) -> None:
    placed, net = how.placed(order), 0
    sheet.orders += 1
    sheet.line_items += how.lines(order)
    sheet.refunds += len(order.refunds)
    if placed is None:
        sheet.not_converted += 1
    else:
        net = order.current_shop_minor
        sheet.placed_minor += placed
        sheet.refunded_minor += order.refunded_shop_minor
        sheet.net_minor += net
    if (buyer := how.buyer(shop, order)) is not None:
        buyers[buyer].append(net)


def _is_regular(nets: list[int], currency: str) -> bool:
    return len(nets) >= REGULAR_ORDERS and sum(nets) > REGULAR_NET * 10 ** exponent(currency)


def _shopify_counts(order: Order) -> bool:
    """All but tests and what was cancelled before it was paid."""
    return not order.test and not (order.cancelled_at and not order.is_paid)


def _shopify_buyer(shop: Shop, order: Order) -> Hashable | None:
    return order.person_id


def _woocommerce_counts(order: Order) -> bool:
    """All but pending, failed, cancelled and trashed; what was refunded in full stays, also when it was cancelled."""
    if order.held_status:
        return order.held_status in WOOCOMMERCE_COUNTS and order.trashed_at is None
    is_cancelled = order.cancelled_at is not None and not order.is_fully_refunded
    return order.payment in ("paid", "on_hold") and not is_cancelled and order.trashed_at is None


def _woocommerce_placed(order: Order) -> int | None:
    """An order's total there is what edits made of it, and comes without a rate."""
    return None if order.rate is not None else order.placed_shop_minor + order.adjusted_shop_minor


def _woocommerce_buyer(shop: Shop, order: Order) -> Hashable | None:
    """An account, or else an email; a till's customer is nobody."""
    person = shop.people.get(order.person_id or 0)
    if person and person.registered and not order.as_guest:
        return person.id
    return order.email.lower() if order.email else None


RECKONINGS = {
    "shopify": Reckoning(
        lists=lambda person: True,
        counts=_shopify_counts,
        lines=lambda order: len(order.lines),
        placed=lambda order: order.placed_shop_minor,
        buyer=_shopify_buyer,
    ),
    "woocommerce": Reckoning(
        lists=lambda person: person.registered,
        counts=_woocommerce_counts,
        lines=lambda order: sum(line.quantity > line.removed for line in order.lines),
        placed=_woocommerce_placed,
        buyer=_woocommerce_buyer,
    ),
}
