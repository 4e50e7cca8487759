"""Webhook bodies of payments: by themselves, and inside refunds."""

from sandbox.money import decimal
from sandbox.shopify.payload_parts import Body
from sandbox.shopify.payload_people import shop_time
from sandbox.shopify.sold import OrderTransaction
from sandbox.shopify.values import gid
from sandbox.shopify.world import World

# what the platform says of a card, and the sandbox's have not
_OF_CARD = (
    "credit_card_bin", "avs_result_code", "cvv_result_code", "credit_card_number", "credit_card_company",
    "buyer_action_info", "credit_card_name", "credit_card_wallet", "credit_card_expiration_month",
    "credit_card_expiration_year",
)  # fmt: skip


def created(world: World, paid: OrderTransaction) -> Body:
    """order_transactions/create."""
    return {**transaction(world, paid), "payment_details": {**dict.fromkeys(_OF_CARD), "payment_method_name": "card"}}


def transaction(world: World, paid: OrderTransaction) -> Body:
    """Amounts of transactions are in the buyer's currency."""
    made, order = paid.transaction, paid.order
    zero = {"amount": "0.0", "currency": order.currency}
    return {
        "id": made.id,
        "order_id": order.id,
        "kind": made.kind,
        "gateway": made.gateway,
        "status": made.status,
        "message": None,
        "created_at": shop_time(world, made.at),
        "test": order.test,
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": None,
        "processed_at": shop_time(world, made.at),
        "device_id": None,
        "error_code": None,
        "source_name": order.source_name,
        "receipt": {},
        "amount": decimal(made.minor, order.currency),
        "currency": order.currency,
        "payment_id": f"{order.name}.{order.transactions.index(made) + 1}",
        "total_unsettled_set": {"presentment_money": zero, "shop_money": {**zero, "currency": world.shop.currency}},
        "manual_payment_gateway": False,
        "amount_rounding": None,
        "admin_graphql_api_id": gid("OrderTransaction", made.id),
    }
