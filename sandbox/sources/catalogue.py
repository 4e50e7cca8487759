"""What the generated fashion shop sells: categories with sizes and colours, and its discount codes."""

from datetime import datetime
from decimal import Decimal
from random import Random

from sandbox.shop import Discount, Product, Shop, Variant

LETTERS = ("XS", "S", "M", "L", "XL")
SHOES = tuple(str(size) for size in range(36, 46))
WAISTS = tuple(str(size) for size in range(26, 37, 2))
ONE: tuple[str, ...] = ()
COLOURS = ("Black", "White", "Navy", "Sand", "Olive", "Rust", "Crème", "Petrol")

# category -> (sizes, lowest and highest price in minor units, names)
CATEGORIES: dict[str, tuple[tuple[str, ...], int, int, tuple[str, ...]]] = {
    "Dresses": (LETTERS, 5900, 18900, ("Linen Wrap Dress", "Pleated Midi Dress", "Shirt Dress", "Slip Dress")),
    "Shirts": (LETTERS, 2900, 8900, ("Oxford Shirt", "Poplin Blouse", "Boxy Tee", "Ribbed Top", "Rugby Polo")),
    "Trousers": (WAISTS, 4900, 12900, ("Wide Chino", "Straight Jeans", "Pleated Trousers", "Cord Slacks")),
    "Knitwear": (LETTERS, 5900, 15900, ("Merino Crew", "Mohair Cardigan", "Cable Jumper", "Cashmere Rollneck")),
    "Coats": (LETTERS, 14900, 39900, ("Wool Overcoat", "Trench Coat", "Quilted Jacket")),
    "Shoes": (SHOES, 7900, 21900, ("Chelsea Boot", "Court Sneaker", "Penny Loafer", "Espadrille")),
    "Bags": (ONE, 3900, 24900, ("Canvas Tote", "Leather Backpack", "Crossbody Bag")),
    "Accessories": (ONE, 900, 5900, ("Silk Scarf", "Knit Beanie", "Leather Belt", "Pair of Socks", "“Été” Hair Clip")),
}
RETURNED = "Linen Wrap Dress"
CODES = {
    "WELCOME10": ("percentage", Decimal(10)),
    "SAVE15": ("percentage", Decimal(15)),
    "SPRING20": ("percentage", Decimal(20)),
    "MINUS5": ("fixed_amount", Decimal("5.00")),
    "FREESHIP": ("shipping", Decimal(0)),
}


def stock(shop: Shop, random: Random, at: datetime) -> None:
    """Fills the shelves and prints the codes."""
    for category, (sizes, low, high, names) in CATEGORIES.items():
        for name in names:
            product = Product(101 + len(shop.products), name, _handle(name), at, at, [], "Regular & Sons", category)
            product.tags = (category.lower(), random.choice(("spring", "summer", "autumn", "winter")))
            product.option_names = ("Color", "Size") if sizes else ("Color",)
            product.variants = _variants(product, sizes, random.randrange(low, high, 500), random)
            shop.add_product(product)
    card = Variant(29_001, 9_001, "", "GIFT-50", 5_000, stock=100_000)
    shop.add_product(Product(9_001, "Gift card 50", "gift-card-50", at, at, [card], "Regular & Sons", "Gift cards"))
    for code, (kind, value) in CODES.items():
        shop.codes[code] = Discount("code", code, kind, value)


def _handle(name: str) -> str:
    return name.lower().replace(" ", "-").replace("“", "").replace("”", "")


def _variants(product: Product, sizes: tuple[str, ...], price: int, random: Random) -> list[Variant]:
    """Every colour in every size."""
    made: list[Variant] = []
    for colour in random.sample(COLOURS, 3 if sizes else 2):
        for size in sizes or ("",):
            options = {"Color": colour} | ({"Size": size} if size else {})
            sku = f"{product.id}-{colour[:3].upper()}{'-' + size if size else ''}"
            title = f"{colour} / {size}" if size else colour
            number = 10_000 + product.id * 50 + len(made)
            made.append(Variant(number, product.id, title, sku, price, options, stock=900))
    return made
