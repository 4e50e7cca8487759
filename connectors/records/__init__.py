"""Records: what a platform said, before anything else looks at it. Frozen, typed, hashed.

A record says which parts it carries: a part that is None is absent, and absent is not empty: it never overwrites.
All money is in minor units; all times are aware UTC; all ids are the platform's own, as strings.
"""

from connectors.records.baskets import CheckoutItem, CheckoutRecord
from connectors.records.goods import ProductHead, ProductRecord, VariantRecord
from connectors.records.notices import Census, Deletion, Fact, Hint, Lifecycle, Merge, PrivacyRequest
from connectors.records.orders import (
    Agreement,
    Discount,
    Journey,
    Line,
    OrderHead,
    OrderRecord,
    RefundLine,
    RefundRecord,
    Sale,
    ShippingLine,
    TaxLine,
    Transaction,
    Visit,
)
from connectors.records.parts import Address, Attribute, Consent, Part, Sums, digest, digest_of
from connectors.records.people import ConsentRecord, CustomerHead, CustomerRecord

Record = (
    OrderRecord | RefundRecord | CustomerRecord | ProductRecord | CheckoutRecord | Deletion | Census | Hint | Merge
    | Fact | PrivacyRequest | Lifecycle
)  # fmt: skip

__all__ = [
    "Address",
    "Agreement",
    "Attribute",
    "Census",
    "CheckoutItem",
    "CheckoutRecord",
    "Consent",
    "ConsentRecord",
    "CustomerHead",
    "CustomerRecord",
    "Deletion",
    "Discount",
    "Fact",
    "Hint",
    "Journey",
    "Lifecycle",
    "Line",
    "Merge",
    "OrderHead",
    "OrderRecord",
    "Part",
    "PrivacyRequest",
    "ProductHead",
    "ProductRecord",
    "Record",
    "RefundLine",
    "RefundRecord",
    "Sale",
    "ShippingLine",
    "Sums",
    "TaxLine",
    "Transaction",
    "VariantRecord",
    "Visit",
    "digest",
    "digest_of",
]
