"""One order as Shopify writes it, in a bulk file and in a page: by hand, small, with something of everything."""

import json
from typing import Any

Body = dict[str, Any]


def money(shop: str, present: str | None = None) -> Body:
    return {"shopMoney": {"amount": shop}, "presentmentMoney": {"amount": present or shop}}


ORDER_ID = "gid://shopify/Order/6012345678901"
AGREEMENT = "gid://shopify/OrderAgreement/1"
REFUNDING = "gid://shopify/RefundAgreement/2"
SHIRT, CARD = "gid://shopify/LineItem/71", "gid://shopify/LineItem/72"
ADDRESS = {"firstName": "Ana", "lastName": None, "city": "Köln", "zip": "50667", "countryCodeV2": "DE"}


def order(**changes: Any) -> Body:
    """Paid in yen in a shop that counts in euros; one shirt of two given back, with a part of the shipping."""
    return {
        "id": ORDER_ID,
        "name": "#1001",
        "createdAt": "2026-03-01T09:59:59Z",
        "processedAt": "2026-03-01T10:00:00Z",
        "updatedAt": "2026-03-05T10:00:00Z",
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "email": "ana@example.com",
        "phone": None,
        "customerLocale": "de-DE",
        "note": None,
        "tags": ["first", "Wholesale"],
        "sourceName": "web",
        "displayFinancialStatus": "PARTIALLY_REFUNDED",
        "displayFulfillmentStatus": "FULFILLED",
        "currencyCode": "EUR",
        "presentmentCurrencyCode": "JPY",
        "taxesIncluded": True,
        "paymentGatewayNames": ["shopify_payments"],
        "cartToken": "c1",
        "checkoutToken": "k1",
        "customAttributes": [{"key": "gift", "value": None}],
        "originalTotalPriceSet": money("74.9", "12134"),
        "currentTotalPriceSet": money("52.9", "8570"),
        "totalRefundedSet": money("22.0", "3564"),
        "totalTaxSet": money("11.96", "1938"),
        "totalShippingPriceSet": money("4.9", "794"),
        "totalDiscountsSet": money("5.0", "810"),
        "totalTipReceivedSet": money("0.0", "0"),
        "originalTotalDutiesSet": None,
        "customer": {"id": "gid://shopify/Customer/55"},
        "retailLocation": None,
        "purchasingEntity": {"__typename": "Customer"},
        "billingAddress": ADDRESS,
        "shippingAddress": None,
        "customerJourneySummary": {
            "ready": True,
            "firstVisit": {"landingPage": "https://x.example/?a=1", "referrerUrl": "", "source": "direct",
                           "occurredAt": "2026-02-28T10:00:00Z", "utmParameters": {"source": "news", "medium": None}},
            "lastVisit": None,
        },
        "transactions": [
            {"id": "gid://shopify/OrderTransaction/9", "kind": "SALE", "status": "SUCCESS", "gateway": "bogus",
             "test": False, "processedAt": "2026-03-01T10:00:01Z", "amountSet": {"shopMoney": {"amount": "74.9"}}}
        ],
        "refunds": [
            {"id": "gid://shopify/Refund/81", "createdAt": "2026-03-05T09:00:00Z", "note": "too small",
             "totalRefundedSet": money("22.0", "3564")}
        ],
        "shippingLine": {"title": "DHL", "code": "dhl", "discountedPriceSet": {"shopMoney": {"amount": "4.9"}},
                         "taxLines": [{"priceSet": {"shopMoney": {"amount": "0.78"}}}], "discountAllocations": []},
        "taxLines": [{"title": "MwSt", "rate": 0.19, "priceSet": {"shopMoney": {"amount": "11.96"}}}],
        **changes,
    }  # fmt: skip


def line(gid: str, title: str, quantity: int, unit: str, total: str, present: str, **changes: Any) -> Body:
    return {
        "id": gid,
        "title": title,
        "variantTitle": "Blue / M",
        "sku": "S-1",
        "vendor": "Acme",
        "quantity": quantity,
        "currentQuantity": quantity,
        "isGiftCard": False,
        "product": {"id": "gid://shopify/Product/31"},
        "variant": None,
        "originalUnitPriceSet": {"shopMoney": {"amount": unit}},
        "originalTotalSet": money(total, present),
        "discountAllocations": [],
        "taxLines": [],
        "sellingPlan": None,
        "customAttributes": [],
        **changes,
    }


def sale(kind: str, action: str, line_type: str, quantity: int, total: str, tax: str, item: str | None = None) -> Body:
    amounts = {"totalAmount": {"shopMoney": {"amount": total}}, "totalTaxAmount": {"shopMoney": {"amount": tax}}}
    body = {"__typename": kind, "actionType": action, "lineType": line_type, "quantity": quantity, **amounts}
    return body | ({"lineItem": {"id": item}} if item else {})


OFF = [{"allocatedAmountSet": money("5.0", "810"), "discountApplication": {"index": 0}}]
LINES = [
    line(SHIRT, "Shirt", 2, "20.0", "40.0", "6480", currentQuantity=1, discountAllocations=OFF,
         taxLines=[{"priceSet": {"shopMoney": {"amount": "5.59"}}}]),
    line(CARD, "Gift card", 1, "35.0", "35.0", "5670", isGiftCard=True, product=None, sku=""),
]  # fmt: skip
DISCOUNTS: list[Body] = [
    {"__typename": "DiscountCodeApplication", "index": 0, "code": "FIVE", "value": {"__typename": "MoneyV2"}},
    {"__typename": "AutomaticDiscountApplication", "index": 1, "title": "Ten", "value": {"percentage": 10.0}},
]
AGREEMENTS: list[Body] = [
    {"__typename": "OrderAgreement", "id": AGREEMENT, "happenedAt": "2026-03-01T10:00:00Z", "reason": "ORDER"},
    {"__typename": "RefundAgreement", "id": REFUNDING, "happenedAt": "2026-03-05T09:00:00Z", "reason": "REFUND",
     "refund": {"id": "gid://shopify/Refund/81"}},
]  # fmt: skip
SALES = {
    AGREEMENT: [
        sale("ProductSale", "ORDER", "PRODUCT", 2, "35.0", "5.59", SHIRT),
        sale("GiftCardSale", "ORDER", "GIFT_CARD", 1, "35.0", "0.0", CARD),
        sale("ShippingLineSale", "ORDER", "SHIPPING", 1, "4.9", "0.78"),
    ],
    REFUNDING: [
        sale("ProductSale", "RETURN", "PRODUCT", -1, "-17.5", "-2.79", SHIRT),
        sale("ShippingLineSale", "RETURN", "SHIPPING", -1, "-4.5", "-0.72"),
    ],
}


def jsonl(head: Body, lines: list[Body] | None = None) -> list[str]:
    """The order as a bulk file has it."""
    parent = {"__parentId": head.get("id")}
    rows = [head, *(row | parent for row in [*(LINES if lines is None else lines), *DISCOUNTS])]
    for agreement in AGREEMENTS:
        rows.append(agreement | parent)
        rows += [row | {"__parentId": agreement["id"]} for row in SALES[str(agreement["id"])]]
    return [json.dumps(row, separators=(",", ":")).replace("/", "\\/") for row in rows]


def node(head: Body) -> Body:
    """The order as a page has it."""
    agreements = [agreement | {"sales": nodes(SALES[str(agreement["id"])])} for agreement in AGREEMENTS]
    return head | {
        "lineItems": nodes(LINES),
        "discountApplications": nodes(DISCOUNTS),
        "agreements": nodes(agreements),
    }


def nodes(found: list[Body], after: str | None = None) -> Body:
    return {"nodes": found, "pageInfo": {"hasNextPage": after is not None, "endCursor": after}}
