"""The shop itself and the app that is installed in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.front.links import SHOP_NUMBER
from sandbox.shopify.compiler import Fields
from sandbox.shopify.values import gid, iso
from sandbox.shopify.world import World


def opened_at(world: World) -> datetime:
    """A day before the first order."""
    first = min((order.created_at for order in world.shop.orders.values()), default=datetime(2020, 1, 1, tzinfo=UTC))
    return first - timedelta(days=1)


def offset(world: World) -> timedelta:
    return world.box.now().astimezone(ZoneInfo(world.shop.timezone)).utcoffset() or timedelta()


def offset_text(world: World) -> str:
    minutes = int(offset(world).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"


def fields(world: World) -> Fields:
    return {"Shop": _shop(world), **_around(world), **_app(world), **_pricing()}


def _shop(world: World) -> dict[str, Any]:
    shop, domain = world.shop, world.options.domain
    zone = ZoneInfo(shop.timezone)
    return {
        "id": lambda _: gid("Shop", SHOP_NUMBER),
        "name": lambda _: shop.name,
        "email": lambda _: shop.email,
        "contactEmail": lambda _: shop.email,
        "shopOwnerName": lambda _: "Sam Shopkeeper",
        "myshopifyDomain": lambda _: domain,
        "url": lambda _: f"https://{domain}",
        "primaryDomain": lambda _: domain,
        "currencyCode": lambda _: shop.currency,
        "enabledPresentmentCurrencies": lambda _: [
            shop.currency,
            *(each for each in shop.rates if each != shop.currency),
        ],
        "ianaTimezone": lambda _: shop.timezone,
        "timezoneAbbreviation": lambda _: world.box.now().astimezone(zone).tzname(),
        "timezoneOffset": lambda _: offset_text(world),
        "timezoneOffsetMinutes": lambda _: int(offset(world).total_seconds()) // 60,
        "weightUnit": lambda _: "KILOGRAMS",
        "taxesIncluded": lambda _: shop.taxes_included,
        "plan": lambda shop: shop,
        "createdAt": lambda _: iso(opened_at(world)),
        "updatedAt": lambda _: iso(opened_at(world)),
        "shopAddress": lambda shop: shop,
    }


def _around(world: World) -> Fields:
    return {
        "Domain": {
            "id": lambda _: gid("Domain", SHOP_NUMBER),
            "host": lambda domain: domain,
            "url": lambda domain: f"https://{domain}",
        },
        "ShopPlan": {
            "publicDisplayName": lambda _: "Development",
            "partnerDevelopment": lambda _: True,
            "shopifyPlus": lambda _: False,
        },
        "ShopAddress": {
            "id": lambda _: gid("ShopAddress", SHOP_NUMBER),
            "address1": lambda _: "Main street 1",
            "city": lambda _: None,
            "countryCodeV2": lambda shop: shop.country_code,
            "zip": lambda _: None,
        },
    }


def _app(world: World) -> Fields:
    options = world.options
    url = options.app_url or f"https://{options.domain}/apps/regulars"
    return {
        "AppInstallation": {
            "id": lambda _: gid("AppInstallation", 1),
            "launchUrl": lambda _: url,
            "accessScopes": lambda installation: installation.scopes,
            "app": lambda installation: installation.options,
            "activeSubscriptions": lambda installation: [installation.plan] if installation.plan else [],
        },
        "App": {
            "id": lambda _: gid("App", 1),
            "title": lambda _: "Regulars",
            "handle": lambda _: "regulars",
            "apiKey": lambda options: options.client_id,
            "embedded": lambda _: True,
            "webhookApiVersion": lambda options: options.api_version,
            "optionalAccessScopes": lambda _: [],
            "requestedAccessScopes": lambda options: options.scopes,
        },
        "AccessScope": {"handle": lambda scope: scope, "description": lambda scope: scope.replace("_", " ")},
    }


def _pricing() -> Fields:
    """A plan is known by its name: what it costs has no objects here, so no fields either."""
    kinds = ("AppSubscriptionLineItem", "AppPlanV2", "AppRecurringPricing", "AppUsagePricing")
    return {
        "AppSubscription": {
            "id": lambda _: gid("AppSubscription", 1),
            "name": lambda plan: plan.name,
            "status": lambda plan: plan.status,
            "test": lambda _: True,
            "trialDays": lambda _: 0,
            "createdAt": lambda plan: iso(plan.created_at),
            "currentPeriodEnd": lambda plan: iso(plan.current_period_end) if plan.current_period_end else None,
            "returnUrl": lambda _: "https://admin.shopify.com/",
            "lineItems": lambda _: [],
        },
        **{kind: {} for kind in (*kinds, "AppSubscriptionDiscount")},
    }
