"""Rings up a basket: prices, discounts, taxes by country, shipping; the same for seeded and for live orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.money import convert, half_up, minor, split
from sandbox.shop import Checkout, Discount, Line, Order, ShippingLine, Shop, TaxRate, Variant

FREE_SHIPPING_FROM = Decimal(100)
NO_DUTY = Decimal(0)
SHIPPING = {"standard": ("Standard", Decimal("4.90")), "express": ("Express", Decimal("12.90"))}

# country -> its rates; where prices are shown without tax it is in TAX_OUT
RATES: dict[str, tuple[TaxRate, ...]] = {
    "DE": (TaxRate("MwSt.", Decimal("0.19"), "DE-MWST-1"),),
    "AT": (TaxRate("USt.", Decimal("0.20"), "AT-UST-1"),),
    "FR": (TaxRate("TVA", Decimal("0.20"), "FR-TVA-1"),),
    "NL": (TaxRate("BTW", Decimal("0.21"), "NL-BTW-1"),),
    "IT": (TaxRate("IVA", Decimal("0.22"), "IT-IVA-1"),),
    "ES": (TaxRate("IVA", Decimal("0.21"), "ES-IVA-1"),),
    "PL": (TaxRate("VAT", Decimal("0.23"), "PL-VAT-1"),),
    "SE": (TaxRate("Moms", Decimal("0.25"), "SE-MOMS-1"),),
    "GB": (TaxRate("VAT", Decimal("0.20"), "GB-VAT-1"),),
    "JP": (TaxRate("消費税", Decimal("0.10"), "JP-CT-1"),),
    "US": (
        TaxRate("New York State Tax", Decimal("0.04"), "US-NY-STATE-1"),
        TaxRate("New York City Tax", Decimal("0.045"), "US-NY-CITY-2"),
    ),
    "CH": (TaxRate("MWST", Decimal("0.081"), "CH-MWST-1"),),
}
TAX_OUT = frozenset({"US", "CH"})


@dataclass(slots=True)
class Basket:
    currency: str
    rate: Decimal | None
    taxes_included: bool
    tax_rates: tuple[TaxRate, ...]
    discounts: tuple[Discount, ...]
    lines: list[Line]
    shipping: list[ShippingLine]
    tip_minor: int = 0

    @property
    def total_minor(self) -> int:
        parts: list[Line | ShippingLine] = [*self.lines, *self.shipping]
        tax = 0 if self.taxes_included else sum(part.tax_minor for part in parts)
        duties = sum(line.duty_minor for line in self.lines)
        return sum(part.total_minor for part in parts) + tax + duties + self.tip_minor


def ring_up(
    shop: Shop,
    items: Sequence[tuple[int, int]],
    *,
    country: str = "",
    currency: str | None = None,
    code: str | None = None,
    shipping: str | None = "standard",
    tip_minor: int = 0,
    duty: Decimal = NO_DUTY,  # of the price of what is shipped, 0.05
    taxed: bool = True,
) -> Basket:
    """Variants and quantities as a basket; an unknown variant, code or currency is an error."""
    currency = currency or shop.currency
    rate = None if currency == shop.currency else shop.rates[currency]
    tax_rates = RATES.get(country, ()) if taxed else ()
    applications = (shop.codes[code.upper()],) if code else ()
    lines = [_line(shop, shop.variants[variant_id], quantity, currency) for variant_id, quantity in items]
    basket = Basket(currency, rate, country not in TAX_OUT, tax_rates, applications, lines, [], tip_minor)
    for place, discount in enumerate(applications):
        _take_off(shop, basket, place, discount)
    if shipping:
        basket.shipping.append(_shipping(shop, basket, shipping))
    parts: list[Line | ShippingLine] = [*basket.lines, *basket.shipping]
    for part in parts:
        part.taxes = taxes_of(part.total_minor, tax_rates, basket.taxes_included)
    for line in lines if duty else ():
        line.duty_minor = half_up(line.total_minor * duty) if line.requires_shipping else 0
    return basket


def taxes_of(total: int, rates: tuple[TaxRate, ...], included: bool) -> tuple[int, ...]:
    """The tax of each rate in (or on top of) an amount."""
    base = 1 + sum((rate.rate for rate in rates), Decimal()) if included else Decimal(1)
    return tuple(half_up(total * rate.rate / base) for rate in rates)


def from_shop(shop: Shop, amount: int, currency: str) -> int:
    """Shop money in another currency, at the shop's rate."""
    return amount if currency == shop.currency else convert(amount, 1 / shop.rates[currency], shop.currency, currency)


def _line(shop: Shop, variant: Variant, quantity: int, currency: str) -> Line:
    product = shop.products[variant.product_id]
    unit = from_shop(shop, variant.price_minor, currency)
    return Line(
        id=shop.next_id(),
        product_id=product.id,
        variant_id=variant.id,
        title=product.title,
        sku=variant.sku,
        quantity=quantity,
        unit_minor=unit,
        subtotal_minor=unit * quantity,
        variant_title=variant.title,
        is_gift_card=product.category == "Gift cards",
        requires_shipping=product.category != "Gift cards",
    )


def _take_off(shop: Shop, basket: Basket, place: int, discount: Discount) -> None:
    if discount.value_type == "shipping":
        return
    subtotals = [line.subtotal_minor for line in basket.lines]
    if discount.value_type == "percentage":
        whole = half_up(sum(subtotals) * discount.value / 100)
    else:
        fixed = from_shop(shop, minor(discount.value, shop.currency), basket.currency)
        whole = min(fixed, sum(subtotals))
    for line, part in zip(basket.lines, split(whole, subtotals), strict=True):
        line.discounts = (*line.discounts, (place, part))


def _shipping(shop: Shop, basket: Basket, method: str) -> ShippingLine:
    title, price = SHIPPING[method]
    goods = sum(line.total_minor for line in basket.lines)
    free_from = from_shop(shop, minor(FREE_SHIPPING_FROM, shop.currency), basket.currency)
    is_free = method == "standard" and goods >= free_from
    amount = 0 if is_free else from_shop(shop, minor(price, shop.currency), basket.currency)
    line = ShippingLine(shop.next_id(), title, method, amount)
    for place, discount in enumerate(basket.discounts):
        if discount.value_type == "shipping" and amount:
            line.discounts = ((place, amount),)
    return line


def fill(target: Order | Checkout, shop: Shop, basket: Basket) -> None:
    """What a basket says, written into an order or a checkout."""
    target.currency = basket.currency
    target.rate = basket.rate
    target.shop_currency = shop.currency if basket.rate is not None else ""
    target.taxes_included = basket.taxes_included
    target.tax_rates = basket.tax_rates
    target.discounts = basket.discounts
    target.lines = basket.lines
    target.shipping = basket.shipping
