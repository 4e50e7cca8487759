"""WordPress's error bodies, word for word."""

from typing import Any


class ApiError(Exception):
    """An answer that is not the thing asked for."""

    def __init__(self, status: int, code: str, message: str, **data: Any) -> None:
        super().__init__(message)
        self.status, self.code = status, code
        self.body: dict[str, Any] = {"code": code, "message": message, "data": {"status": status, **data}}


class Failed(ApiError):
    """A fault of WooCommerce's own: a refusal that says 500, and that in place of data."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(500, code, message)
        self.body["data"] = 500


NOT_FOUND = {
    "orders": ("woocommerce_rest_shop_order_invalid_id", "Invalid ID."),
    "refunds": ("woocommerce_rest_shop_order_refund_invalid_id", "Invalid order refund ID."),
    "customers": ("wc_user_invalid_id", "Invalid user ID."),
    "users": ("woocommerce_rest_invalid_id", "Invalid resource ID."),
    "products": ("woocommerce_rest_product_invalid_id", "Invalid ID."),
    "coupons": ("woocommerce_rest_shop_coupon_invalid_id", "Invalid ID."),
    "webhooks": ("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID."),
}


def not_found(resource: str) -> ApiError:
    return ApiError(404, *NOT_FOUND[resource])


def no_route() -> ApiError:
    return ApiError(404, "rest_no_route", "No route was found matching the URL and request method.")


def authentication(message: str) -> ApiError:
    return ApiError(401, "woocommerce_rest_authentication_error", message)


def forbidden(error: ApiError) -> ApiError:
    """What somebody who is known is told, and who may not."""
    return ApiError(403, error.code, str(error))


def invalid(param: str, reason: str, code: str) -> ApiError:
    details = {param: {"code": code, "message": reason, "data": None}}
    message = f"Invalid parameter(s): {param}"
    return ApiError(400, "rest_invalid_param", message, params={param: reason}, details=details)


def no_trash(kind: str, does: str = "do") -> ApiError:
    return ApiError(501, "woocommerce_rest_trash_not_supported", f"{kind} {does} not support trashing.")
