"""A fashion shop from a seed: two years of orders with stories planted in them, so that features can find them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from sandbox.changes.checkouts import new_checkout, token
from sandbox.orders import new_order
from sandbox.shop import Checkout, Consent, Order, Person, Product, Shop, Visit
from sandbox.sources.aftermath import RETURNS_FROM, Aftermath
from sandbox.sources.catalogue import RETURNED, stock
from sandbox.sources.crowd import CONSENT_TEXT, WEEKS, ZONE, Shopper, crowd
from sandbox.sources.moving import weeks_to
from sandbox.till import ring_up

END = datetime(2026, 6, 28, 18, 0, tzinfo=UTC)  # a Sunday evening
CAMPAIGN_FROM, CAMPAIGN_UNTIL = 32, 28  # weeks before the end
RATES = {"USD": Decimal("0.92"), "GBP": Decimal("1.17"), "JPY": Decimal("0.0061"), "KWD": Decimal("2.99")}
COMMON_CODES = ("WELCOME10", "SAVE15", "MINUS5", "FREESHIP")
PAYMENTS = {"paid": 960, "pending": 12, "on_hold": 8, "failed": 12, "cancelled": 8}


def generate(domain: str, seed: int = 1, orders: int = 6000, until: datetime | None = None) -> Shop:
    """The same shop for the same seed; with `until`, moved by whole weeks so that it ends in the week before."""
    moved = weeks_to(END, until)
    end = END + moved
    shop = Shop("Regular & Sons", domain, "EUR", str(ZONE), "DE", rates=dict(RATES))
    random = Random(seed)
    stock(shop, random, end - timedelta(weeks=WEEKS + 1))
    _Season(shop, random, end, moved).play(orders)
    return shop


class _Season:
    def __init__(self, shop: Shop, random: Random, end: datetime, moved: timedelta) -> None:
        self.shop, self.random, self.end, self.moved = shop, random, end, moved
        self.by_category: dict[str, list[Product]] = {}
        for product in shop.products.values():
            self.by_category.setdefault(product.category, []).append(product)
        self.returned = next(p for p in shop.products.values() if p.title == RETURNED)
        self.aftermath = Aftermath(shop, random, end, self.returned.id)

    def play(self, orders: int) -> None:
        """Everybody buys in the order of time; then come the till's own sales and the baskets left behind."""
        shoppers = crowd(self.shop, self.random, int(orders * 0.96), self.end, self.moved)
        campaign = [
            shopper for shopper in self.random.sample(shoppers, len(shoppers) // 12) if shopper.story == "plain"
        ]
        for shopper in campaign:
            shopper.times.append(self._before(CAMPAIGN_UNTIL + 4 * self.random.random()))
        sales: list[tuple[datetime, Shopper | None]] = [(at, one) for one in shoppers for at in one.times]
        sales += [(self._before(WEEKS * self.random.random()), None) for _ in range(orders // 40)]
        for at, buyer in sorted(sales, key=lambda sale: sale[0]):
            self._sale(at, buyer)
        self._leave_baskets(shoppers, orders // 20)
        self._note()

    def _before(self, weeks: float) -> datetime:
        return (self.end - timedelta(weeks=weeks)).replace(microsecond=0)

    def _sale(self, at: datetime, shopper: Shopper | None) -> None:
        in_campaign = self._before(CAMPAIGN_FROM) <= at < self._before(CAMPAIGN_UNTIL)
        person = shopper.person if shopper else None
        address = person.address if person else None
        basket = ring_up(
            self.shop,
            self._items(shopper),
            country=address.country_code if address else "DE",
            currency=shopper.currency if shopper else "EUR",
            code=self._code(shopper, in_campaign),
            shipping=self.random.choices(("standard", "express"), (85, 15))[0] if shopper else None,
            tip_minor=self.random.choice((0, 0, 0, 200)) if shopper is None else 0,
        )
        payment = self.random.choices(list(PAYMENTS), list(PAYMENTS.values()))[0] if shopper else "paid"
        order = new_order(self.shop, basket, person, at, payment="pending" if payment == "cancelled" else payment)
        order.as_guest = self._is_guest(shopper, at)
        self._dress(order, shopper, in_campaign)
        self.shop.orders[order.id] = order
        if person:
            person.updated_at = max(person.updated_at, at)
        self.aftermath.follow(order, is_cancelled=payment == "cancelled")

    def _is_guest(self, shopper: Shopper | None, at: datetime) -> bool:
        if shopper is None or not shopper.person.registered:
            return True
        return at < (shopper.person.registered_at or at)

    def _dress(self, order: Order, shopper: Shopper | None, in_campaign: bool) -> None:
        """Where it came from, how it was paid, what was said."""
        if shopper is None:
            order.source_name, order.gateway = "pos", self.random.choice(("cash", "card"))
            return
        order.gateway = self.random.choices(("card", "paypal", "invoice"), (60, 30, 10))[0]
        order.test = self.random.random() < 0.003
        order.cart_token = token(self.shop, "cart", order.id)
        order.checkout_token = token(self.shop, "checkout", order.id)
        order.last_visit = self._visit(order.placed_at, in_campaign)
        order.first_visit = self._visit(order.placed_at - timedelta(days=self.random.randrange(20)), False)
        if self.random.random() < 0.02:
            order.note = self.random.choice(
                ("Bitte klingeln 🔔", "Cadeau — merci d’emballer", "玄関前に置いてください")
            )

    def _visit(self, at: datetime, in_campaign: bool) -> Visit:
        if in_campaign and self.random.random() < 0.6:
            utm = {"source": "newsletter", "medium": "email", "campaign": "spring-sale"}
            return Visit(at, "/collections/spring?utm_campaign=spring-sale", "", "newsletter", utm)
        source = self.random.choice(("direct", "google", "instagram"))
        if source == "instagram":
            return Visit(
                at, "/products/shirt-dress", "https://l.instagram.com/", source, {"source": "ig", "medium": "social"}
            )
        return Visit(at, "/", "https://www.google.com/" if source == "google" else "", source)

    def _items(self, shopper: Shopper | None) -> list[tuple[int, int]]:
        if shopper and shopper.story == "shoes":
            shoe = self.random.choice(self.by_category["Shoes"])
            sized = [v.id for v in shoe.variants if v.options.get("Size") == shopper.shoe_size]
            return [(self.random.choice(sized), 1)]
        lines = self.random.choices((1, 2, 3, 4), (52, 28, 13, 7))[0]
        picked = [self._pick() for _ in range(lines)]
        return [(variant, self.random.choices((1, 2, 3), (86, 11, 3))[0]) for variant in dict.fromkeys(picked)]

    def _pick(self) -> int:
        if self.random.random() < 0.06:
            return self.random.choice(self.returned.variants).id
        category = self.random.choices(list(self.by_category), (14, 22, 16, 12, 4, 8, 6, 16, 2))[0]
        return self.random.choice(self.random.choice(self.by_category[category]).variants).id

    def _code(self, shopper: Shopper | None, in_campaign: bool) -> str | None:
        if shopper is None:
            return None
        if in_campaign and self.random.random() < 0.5:
            return "SPRING20"
        if shopper.story == "discount" or self.random.random() < 0.08:
            return self.random.choice(COMMON_CODES)
        return None

    def _leave_baskets(self, shoppers: list[Shopper], number: int) -> None:
        """Checkouts of the last six weeks that nobody completed: with an email or without, with consent or without."""
        for place in range(number):
            shopper = self.random.choice(shoppers)
            at = self._before(6 * self.random.random())
            country = shopper.person.address.country_code
            basket = ring_up(self.shop, self._items(shopper), country=country, currency=shopper.currency)
            checkout = new_checkout(self.shop, basket, at)
            checkout.updated_at = min(at + timedelta(minutes=self.random.randrange(1, 30)), self.end)
            if place % 5:
                self._sign(checkout, shopper.person)
            checkout.as_draft = place % 10 == 1
            self.shop.checkouts[checkout.id] = checkout
        self._big_order(shoppers[0].person)

    def _sign(self, checkout: Checkout, person: Person) -> None:
        checkout.email, checkout.address, checkout.locale = person.email, person.address, person.locale
        checkout.person_id = person.id if person.registered else None
        state = self.random.choice((None, "subscribed", "not_subscribed"))
        if state:
            checkout.consent = Consent(state, checkout.updated_at, source="checkout", text=CONSENT_TEXT)

    def _big_order(self, person: Person) -> None:
        """One order of more lines than any list shows at once."""
        variants = [v.id for p in self.shop.products.values() for v in p.variants][:64]
        basket = ring_up(self.shop, [(variant, 2) for variant in variants], country=person.address.country_code)
        order = new_order(self.shop, basket, person, self._before(3))
        self.shop.orders[order.id] = order

    def _note(self) -> None:
        """What was planted, for tests and for whoever shows the demo."""
        self.shop.notes |= {
            "returned_product": self.returned.id,
            "returned_from": int(self._before(RETURNS_FROM).timestamp()),
            "campaign_from": int(self._before(CAMPAIGN_FROM).timestamp()),
            "campaign_until": int(self._before(CAMPAIGN_UNTIL).timestamp()),
        }
