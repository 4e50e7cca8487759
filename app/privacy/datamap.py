"""The data map: every table that holds something of a person, why, and what each of its columns is. Export and erasure
walk it; a test holds it against the models, so that no column comes in unmapped."""

from app.commerce.models import (
    Checkout,
    CheckoutToken,
    Customer,
    CustomerStats,
    LineItem,
    Order,
    OrderToken,
    PlatformFact,
    Refund,
)
from app.consent.models import ConsentEntry, Suppression
from app.flows.models import Enrollment
from app.journal.models import Delivery, Event, FailedRecord, PendingFetch
from app.loyalty.models import LedgerEntry
from app.mail.models import Message
from app.privacy.kinds import (
    AGREED,
    CONTACT,
    CONTACT_KEY,
    COUNTRY,
    COURSE,
    HOME,
    LINK,
    NAME,
    NUMBER,
    OURS,
    PLACE,
    PROOF,
    SEAL,
    TRADE,
    TRAIT,
    WAY,
    WHO,
    WORDS,
    Held,
    columns,
)
from app.privacy.models import PrivacyRequest
from app.proof.models import Finding
from app.segments.models import Membership
from app.writes.models import PlatformWrite

_OF_ORDER = {"order_id": "orders"}
_OF_CUSTOMER = {"customer_id": "customers"}
_OF_CHECKOUT = {"checkout_id": "checkouts"}

HELD = (
    Held(
        Customer, "to know who buys, and to answer them", {"id": "customers"},
        columns(
            (OURS, "shop_id id"), (WHO, "external_id"), (NAME, "first_name last_name"),
            (CONTACT, "email phone"), (CONTACT_KEY, "email_key name_key"), (HOME, "address"), (COUNTRY, "country_code"),
            (WORDS, "note tags"), (TRAIT, "locale state is_email_verified"), (SEAL, "digests"),
            (COURSE, "is_guest is_known created_at updated_at deleted_at"),
        ),
    ),
    Held(
        CustomerStats, "figures of what was bought, for segments and reports", _OF_CUSTOMER,
        columns(
            (OURS, "shop_id customer_id first_order_id"),
            (TRADE, "orders_count not_converted placed_minor refunded_minor net_minor first_order_at last_order_at"),
        ),
    ),
    Held(
        Order, "the shop's books: what was sold, for how much, taxed where", {"id": "orders"},
        columns(
            (OURS, "shop_id"), (NUMBER, "id customer_id"), (WHO, "customer_external_id"), (CONTACT, "email phone"),
            (PLACE, "billing shipping"), (WORDS, "company note attributes tags"), (WAY, "journey"), (SEAL, "digests"),
            (
                TRADE,
                "external_id number status fulfilment is_counted is_test is_rounded placed_at placed_on created_at "
                "updated_at cancelled_at cancel_reason deleted_at currency placed_minor adjusted_minor refunded_minor "
                "net_minor tax_minor shipping_minor discount_minor tip_minor duties_minor fees_minor "
                "present_placed_minor present_refunded_minor present_net_minor rate rate_source rate_on made_by source "
                "gateways locale location taxes_included checkout_token cart_token discounts shipping_lines tax_lines "
                "transactions agreements",
            ),
        ),
    ),
    Held(
        LineItem, "the goods of an order", _OF_ORDER,
        columns(
            (OURS, "shop_id order_id"), (WORDS, "attributes"),
            (
                TRADE,
                "external_id place title quantity current_quantity unit_minor total_minor tax_minor discount_minor "
                "present_total_minor product_external_id variant_external_id sku variant_title vendor is_gift_card "
                "selling_plan",
            ),
        ),
        within=("orders", "order_id"),
    ),
    Held(
        Refund, "what of an order was paid back", _OF_ORDER,
        columns(
            (OURS, "shop_id order_id"), (WORDS, "reason"),
            (TRADE, "external_id total_minor present_total_minor shipping_minor created_at created_on lines"),
        ),
        within=("orders", "order_id"),
    ),
    Held(
        OrderToken, "joins an order with the basket that it was", _OF_ORDER,
        columns((OURS, "shop_id order_id"), (TRADE, "token")), within=("orders", "order_id"),
    ),
    Held(
        Checkout, "baskets, to remind of those left behind", {"id": "checkouts"},
        columns(
            (OURS, "shop_id"), (NUMBER, "id customer_id"), (WHO, "customer_external_id"), (CONTACT, "email"),
            (CONTACT_KEY, "email_key"), (LINK, "url"), (SEAL, "digests"),
            (
                TRADE,
                "external_id state created_at updated_at abandoned_at completed_at order_external_id currency "
                "present_total_minor total_minor items locale tokens",
            ),
        ),
    ),
    Held(
        CheckoutToken, "joins a basket with its order", _OF_CHECKOUT,
        columns((OURS, "shop_id checkout_id"), (TRADE, "token")), within=("checkouts", "checkout_id"),
    ),
    Held(
        PlatformFact, "what the shop's platform says of a customer by itself", {"external_id": "facts"},
        columns((OURS, "shop_id"), (WHO, "external_id"), (TRAIT, "said"), (COURSE, "kind at is_gone")),
        goes=True, only=("purchases", "membership"),
    ),
    Held(
        ConsentEntry, "proof of what was agreed, and the duty to keep to it",
        {**_OF_CUSTOMER, "address_key": "addresses"},
        columns(
            (OURS, "shop_id id customer_id"), (PROOF, "address address_key"), (WORDS, "text"),
            (AGREED, "channel state at is_dated source level seen_at"),
        ),
    ),
    Held(
        Suppression, "who must not be written to", {"address_key": "addresses"},
        columns((OURS, "shop_id id"), (PROOF, "address_key"), (AGREED, "channel reason at")),
    ),
    Held(
        Enrollment, "who is reminded of a basket, and how it ended",
        {**_OF_CUSTOMER, **_OF_CHECKOUT, "email_key": "addresses"},
        columns(
            (OURS, "shop_id"), (NUMBER, "id flow_id checkout_id customer_id order_id"), (CONTACT, "email"),
            (CONTACT_KEY, "email_key"),
            (COURSE, "state reason entered_at due_at mailed_at ended_at recovered_minor"),
        ),
    ),
    Held(
        Message, "mails, and whether they were sent",
        {**_OF_CUSTOMER, "enrollment_id": "enrollments", "to_key": "addresses"},
        columns(
            (OURS, "shop_id sender_id"), (NUMBER, "id enrollment_id customer_id"), (CONTACT, "to"),
            (CONTACT_KEY, "to_key"), (WORDS, "subject html text error"), (LINK, "headers"),
            (
                COURSE,
                "step kind message_id locale state not_before attempts created_at claimed_at sent_at clicked_at",
            ),
        ),
    ),
    Held(
        LedgerEntry, "the books of points", _OF_CUSTOMER,
        columns(
            (OURS, "shop_id id customer_id"), (NUMBER, "order_id"),
            (TRADE, "step points reason programme_version created_at"),
        ),
    ),
    Held(
        Membership, "which segments a customer is in", _OF_CUSTOMER,
        columns((OURS, "shop_id customer_id"), (NUMBER, "segment_id"), (COURSE, "entered_at")),
    ),
    Held(
        Event, "changes that others still have to react to, for 30 days", _OF_CUSTOMER,
        columns(
            (OURS, "shop_id id customer_id attempts due_at done_at"), (NUMBER, "subject_id"), (WORDS, "error"),
            (COURSE, "kind at changes state"),
        ),
    ),
    Held(
        PlatformWrite, "changes on their way to the shop's platform", {"subject": "subjects"},
        columns(
            (OURS, "shop_id id"), (LINK, "key subject payload answer error"),
            (COURSE, "kind state due_at attempts created_at claimed_at done_at echoed_at"),
        ),
        goes=True,
    ),
    Held(
        PendingFetch, "what is to be read afresh", {"external_id": "externals"},
        columns((OURS, "shop_id attempts due_at error"), (WHO, "external_id"), (COURSE, "kind reason requested_at")),
        goes=True, only=("customer", "deleted:customer"),
    ),
    Held(
        Finding, "in what the shop and its copy here differed", {"external_id": "externals"},
        columns(
            (OURS, "shop_id id reconciliation_id"), (WHO, "external_id"),
            (COURSE, "kind order_external_id day what field theirs ours currency found_at last_at repaired_at why_not"),
        ),
        goes=True, only=("customer",),
    ),
    Held(
        Delivery, "webhooks as they came, for 14 days, to work them again", {"id": "deliveries"},
        columns(
            (OURS, "shop_id delivery_key body_digest due_at attempts"), (NUMBER, "id"), (LINK, "body error"),
            (COURSE, "topic received_at triggered_at state done_at"),
        ),
    ),
    Held(
        FailedRecord, "what could not be read, to try it again", {"id": "failures"},
        columns(
            (OURS, "shop_id id attempts"), (WHO, "external_id"), (LINK, "body error"),
            (COURSE, "kind source first_at last_at resolved_at"),
        ),
        goes=True,
    ),
    Held(
        PrivacyRequest, "what was asked for by right, and that it was done", _OF_CUSTOMER,
        columns(
            (OURS, "shop_id id customer_id request_key swept_to found"), (LINK, "subject export"),
            (COURSE, "kind source state outcome counts requested_at due_at done_at"),
        ),
    ),
)  # fmt: skip

# What holds nothing of the people who buy, and why that is so.
NOTHING = {
    "accounts": "the merchant", "shops": "the merchant", "credentials": "the merchant's, encrypted",
    "handovers": "the merchant's, encrypted",
    "people": "the merchant's team", "sign_in_links": "the merchant's team", "sessions": "the merchant's team",
    "senders": "in whose name the shop writes", "flows": "what the merchant set up",
    "segments": "what the merchant set up", "programmes": "what the merchant set up", "products": "goods",
    "variants": "goods", "discount_codes": "codes, which name nobody", "journal": "counts and hashes",
    "journal_days": "hashes",
    "rejected_deliveries": "counts and hashes", "tombstones": "keyed hashes that nobody can read back",
    "refused_fields": "what the platform does not tell us",
    "runs": "how far a sync is", "reconciliations": "how far a proof is", "proved_days": "counts and sums of days",
    "first_told": "counts of days",     "cursors": "how far a sync is", "jobs": "work, by our own keys",
    "firings": "what the timetable did", "meta": "the database itself",
}  # fmt: skip
