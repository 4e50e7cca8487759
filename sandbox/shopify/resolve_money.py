"""Fields of money, addresses and other small values that every object shares."""

import hashlib

from sandbox.shop import Address
from sandbox.shopify.compiler import Fields
from sandbox.shopify.values import amount


def blank(text: str) -> str | None:
    """The platform answers null for what is empty."""
    return text or None


def fields() -> Fields:
    return {
        "MoneyBag": {"shopMoney": lambda bag: bag.shop, "presentmentMoney": lambda bag: bag.presentment},
        "MoneyV2": {
            "amount": lambda money: amount(money.minor, money.currency),
            "currencyCode": lambda money: money.currency,
        },
        "MailingAddress": {
            "id": lambda address: f"gid://shopify/MailingAddress/{address_number(address)}?model_name=CustomerAddress",
            "firstName": lambda address: blank(address.first_name),
            "lastName": lambda address: blank(address.last_name),
            "name": lambda address: blank(f"{address.first_name} {address.last_name}".strip()),
            "company": lambda address: blank(address.company),
            "address1": lambda address: blank(address.address1),
            "address2": lambda address: blank(address.address2),
            "city": lambda address: blank(address.city),
            "province": lambda address: blank(address.province_code),
            "provinceCode": lambda address: blank(address.province_code),
            "country": lambda address: blank(address.country),
            "countryCodeV2": lambda address: blank(address.country_code),
            "zip": lambda address: blank(address.postcode),
            "phone": lambda address: blank(address.phone),
        },
        "Attribute": {"key": lambda pair: pair[0], "value": lambda pair: pair[1]},
        "Count": {"count": lambda found: found[0], "precision": lambda found: found[1]},
        "Location": {"id": lambda place: place[0], "name": lambda place: place[1]},
        "Image": {"url": lambda url: url},
        "UserError": {"field": lambda error: error.field, "message": lambda error: error.message},
    }


def address_number(address: Address) -> int:
    """Addresses have no id of their own in the box; the same address has the same number in every answer."""
    return int.from_bytes(hashlib.sha256(repr(address).encode()).digest()[:6])
