"""The links into the front that the faces hand out, as each platform writes them."""

from sandbox.shop import Checkout, Order

SHOP_NUMBER = 60313501879  # stands where Shopify writes the shop's id


def shopify_recovery(origin: str, checkout: Checkout) -> str:
    """Shopify's abandoned_checkout_url."""
    return f"{origin}/{SHOP_NUMBER}/checkouts/ac/{checkout.token}/recover?key={checkout.restore_token}"


def woocommerce_restore(home_url: str, checkout: Checkout) -> str:
    """The restore_url of the companion plugin's cart message."""
    return f"{home_url}/?regulars-cart={checkout.session}.{checkout.restore_token}"


def order_status(origin: str, order: Order) -> str:
    """Where a buyer sees the order and can send things back."""
    return f"{origin}/orders/{order.id}?key={order.checkout_token}"
