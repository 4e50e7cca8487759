"""Customers, products and their categories become records."""

from connectors.base import ShopFacts
from connectors.records import (
    Attribute,
    CustomerHead,
    CustomerRecord,
    Deletion,
    Fact,
    Hint,
    ProductHead,
    ProductRecord,
    Record,
    VariantRecord,
)
from connectors.woocommerce import types
from connectors.woocommerce.money import minor
from connectors.woocommerce.reading import address, decoded, utc


def customer(body: types.Customer) -> CustomerRecord:
    """Names of accounts are stored with entities, those of addresses as typed."""
    head = CustomerHead(
        created_at=utc(body.date_created_gmt),
        email=body.email or None,
        phone=body.billing.phone or None,
        first_name=decoded(body.first_name) or body.billing.first_name,
        last_name=decoded(body.last_name) or body.billing.last_name,
        state=body.role or None,
    )
    return CustomerRecord(str(body.id), utc(body.date_modified_gmt), head, address=address(body.billing))


def category(body: types.Category) -> Fact:
    """Its name, and the category that it stands under: products name theirs alone."""
    said: dict[str, str | int] = {"name": decoded(body.name), "slug": body.slug}
    return Fact("category", str(body.id), None, said | ({"parent": str(body.parent)} if body.parent else {}))


def product(body: types.Product, facts: ShopFacts, variations: list[types.Variation] | None = None) -> Record:
    """A product with its variations, as far as they came along; a variation alone is a hint at its product."""
    if body.type == "variation":
        return Hint("product", str(body.parent_id))
    if body.status == "trash":
        return Deletion("product", str(body.id))
    head = ProductHead(
        decoded(body.name),
        body.status,
        handle=body.slug or None,
        kind=body.type,
        vendor=decoded(body.brands[0].name) if body.brands else None,
        url=body.permalink,
        image=body.images[0].src or None if body.images else None,
        price=_price(body.price, facts),
        created_at=utc(body.date_created_gmt),
    )
    return ProductRecord(
        str(body.id),
        utc(body.date_modified_gmt),
        head,
        variants=_variants(body, facts, variations),
        categories=tuple([decoded(term.name) for term in body.categories]),
        tags=tuple([decoded(term.name) for term in body.tags]),
    )


def _variants(
    body: types.Product, facts: ShopFacts, variations: list[types.Variation] | None
) -> tuple[VariantRecord, ...] | None:
    if not body.variations:  # one thing to buy: the product itself
        return (_variant(body, "", (), facts),)
    if variations is None:
        return None
    return tuple([_variant(v, _variation_title(v), _options(v), facts) for v in variations])


def _variant(
    body: types.Product | types.Variation, title: str, options: tuple[Attribute, ...], facts: ShopFacts
) -> VariantRecord:
    regular, price = _price(body.regular_price, facts), _price(body.price, facts)
    return VariantRecord(
        str(body.id),
        title,
        sku=body.sku or None,
        price=price,
        compare_at=regular if regular != price else None,
        stock=None if body.stock_quantity is None else int(body.stock_quantity),
        options=options,
    )


def _variation_title(body: types.Variation) -> str:
    return decoded(body.name) or ", ".join(option.value for option in _options(body))


def _options(body: types.Variation) -> tuple[Attribute, ...]:
    return tuple([Attribute(decoded(o.name), decoded(o.option or "")) for o in body.attributes])


def _price(amount: types.Amount, facts: ShopFacts) -> int | None:
    return minor(amount, facts.currency) if amount != "" else None
