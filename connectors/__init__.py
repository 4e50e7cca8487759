"""Everything that knows a platform and nothing that knows our tables."""

from collections.abc import Mapping

from connectors.base import Connector
from connectors.shopify import ShopifyConnector
from connectors.woocommerce import WooCommerceConnector

CONNECTORS: Mapping[str, Connector] = {"shopify": ShopifyConnector(), "woocommerce": WooCommerceConnector()}
