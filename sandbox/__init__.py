"""A shop in a box: one shop's data behind Shopify's and WooCommerce's interfaces, for the demo and the tests."""
