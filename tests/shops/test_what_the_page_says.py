"""The connections page of a shop that waits for its merchant, in every language."""

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from app.db.scope import every_shop, shop_scope
from app.lib import i18n
from app.lib.clock import utc_now
from app.panel.connections import REMEDIES
from app.shops.billing import keep_billing
from app.shops.models import Account
from connectors.base import Subscription
from connectors.shopify.installation import SCOPES
from tests.conftest import make_shop
from tests.panel.test_every_sentence import bare
from tests.shops.conftest import DOMAIN, House
from tests.shops.test_stand_alone import sign_person_in


def page_of(house: House, remedy: str) -> str:
    shop = make_shop(house.context.engine, domain=DOMAIN)
    with shop_scope(house.context.engine, shop.id, write=True) as scope:
        scope.shop.name = "Regulars"
        scope.shop.state, scope.shop.state_reason, scope.shop.remedy = "paused", {"code": "no_access"}, remedy
        scope.shop.scopes = []
    keep_billing(house.context, shop.id, Subscription("Points", "frozen", utc_now()), utc_now())
    client: FlaskClient = house.panel
    sign_person_in(house, client)
    return client.get("/panel/connections").text


@pytest.mark.parametrize("remedy", REMEDIES)
def test_every_sentence_goes_through_the_catalogue(house: House, monkeypatch: pytest.MonkeyPatch, remedy: str) -> None:
    monkeypatch.setattr(i18n, "choose", lambda wanted: i18n.PSEUDO)
    page = page_of(house, remedy)
    for known in (DOMAIN, *SCOPES, "myshopify.com"):
        page = page.replace(known, "")
    assert bare(page) == ""


def test_it_says_what_to_do_what_is_missing_and_what_is_paid(house: House) -> None:
    page = page_of(house, "reopen")
    assert "Open Regulars in your Shopify admin" in page
    assert "Only orders of the last 60 days are copied." in page
    assert "Payment failed" in page
    assert 'action="/panel/shopify/install"' in page


def test_a_shop_that_pays_nothing_does_not_end_what_another_one_pays(house: House) -> None:
    paying = make_shop(house.context.engine, domain="paying.myshopify.com")
    other = make_shop(house.context.engine, domain="other.myshopify.com")
    with every_shop(house.context.engine, write=True) as db:
        db.add(other).account_id = paying.account_id
    keep_billing(house.context, paying.id, Subscription("Growth", "active"), utc_now())
    keep_billing(house.context, other.id, None, utc_now())
    assert "Growth" in billed(house, paying.account_id)
    keep_billing(house.context, paying.id, None, utc_now())
    assert billed(house, paying.account_id) == "none None"


def billed(house: House, account_id: int) -> str:
    with every_shop(house.context.engine) as db:
        account = db.first(select(Account).where(Account.id == account_id))
    assert account is not None
    return f"{account.billing} {account.plan}"
