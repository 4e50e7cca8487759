"""What a platform is answered, and what is on disk then."""

import hashlib
import io
import random
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from app.db.scope import every_shop
from app.jobs.models import JobRow
from app.journal.models import JournalEntry, Rejected
from app.shops.models import Shop
from tests.conftest import make_shop
from tests.waiting import until
from tests.webhooks.conftest import Counter, shopify_headers, woo_headers
from webhooks.inbox import Arrival, Inbox
from webhooks.verify import Shops
from webhooks.views import LARGEST, trouble

BODY = b'{"id": 1, "email": "ada@example.com"}'


def rejected(counter: Counter) -> list[Rejected]:
    with every_shop(counter.context.engine) as db:
        return list(db.all(select(Rejected).order_by(Rejected.address)))


def test_a_delivery_is_kept_encrypted_and_a_job_is_deferred(counter: Counter, shop: Shop) -> None:
    assert counter.deliver(BODY, "s1") == 200
    (kept,) = counter.kept()
    assert (kept.shop_id, kept.topic, kept.state, kept.delivery_key) == (shop.id, "orders/create", "pending", "w1")
    assert kept.body is not None
    assert b"ada" not in kept.body
    assert zlib.decompress(counter.context.keyring.open(kept.body)) == BODY
    assert kept.body_digest == hashlib.sha256(BODY).digest()
    with every_shop(counter.context.engine) as db:
        (job,) = db.all(select(JobRow))
    assert (job.shop_id, job.name, job.lane, job.dedupe) == (shop.id, "deliveries", "ingest", "deliveries")


def test_a_repeated_delivery_is_answered_and_kept_once(counter: Counter) -> None:
    assert [counter.deliver(BODY, "s1") for _ in range(3)] == [200, 200, 200]
    assert counter.deliver(BODY, "s1", "w2") == 200
    assert [kept.delivery_key for kept in counter.kept()] == ["w1", "w2"]
    with every_shop(counter.context.engine) as db:
        repeated = db.all(select(JournalEntry).where(JournalEntry.outcome == "duplicate"))
    first = counter.kept()[0]
    assert [(row.row_id, row.digest, row.kind) for row in repeated] == [(first.id, first.body_digest, first.topic)] * 2


def test_deliveries_that_arrive_together_are_all_kept(counter: Counter, shop: Shop) -> None:
    answers: list[int] = []

    def send(number: int) -> None:
        headers = shopify_headers(BODY, "s1", f"w{number // 2}")
        answers.append(counter.app.test_client().post("/webhooks/shopify", data=BODY, headers=headers).status_code)

    threads = [threading.Thread(target=send, args=[number]) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 40
    assert {kept.delivery_key for kept in counter.kept()} == {f"w{number}" for number in range(20)}


def test_a_wrong_signature_is_refused_counted_and_sampled_without_its_body(counter: Counter) -> None:
    assert counter.deliver(BODY, "wrong") == 401
    assert counter.deliver(b"other", "wrong") == 401
    assert counter.client.post("/webhooks/shopify", data=BODY).status_code == 401
    assert counter.deliver(BODY, "s1", domain="nobody.myshopify.com") == 401
    assert counter.kept() == []
    until(lambda: sum(row.count for row in rejected(counter)) == 4)
    nobody, known = rejected(counter)
    assert (nobody.address, nobody.reason, nobody.count) == ("/webhooks/shopify", "unknown shop", 2)
    assert (known.address, known.reason, known.count) == ("/webhooks/shopify ours.myshopify.com", "signature", 2)
    assert known.samples == [hashlib.sha256(BODY).hexdigest(), hashlib.sha256(b"other").hexdigest()]


def test_rejections_add_up_and_keep_few_samples(counter: Counter) -> None:
    for round_ in (1, 2):
        for number in range(4):
            counter.deliver(f"{round_} {number}".encode(), "wrong")
        until(lambda round_=round_: sum(row.count for row in rejected(counter)) == 4 * round_)  # type: ignore[misc]
    (row,) = rejected(counter)
    assert len(row.samples or []) == 5


@pytest.mark.parametrize("value", ["é", "", "=" * 5000])
def test_an_odd_signature_is_a_wrong_one(counter: Counter, value: str) -> None:
    headers = {**shopify_headers(BODY, "s1", "w1"), "X-Shopify-Hmac-Sha256": value}
    assert counter.client.post("/webhooks/shopify", data=BODY, headers=headers).status_code == 401


def test_another_shop_s_secret_does_not_do(counter: Counter) -> None:
    theirs = make_shop(counter.context.engine, domain="theirs.myshopify.com")
    counter.keep_secret(theirs, "client_secret", "s2")
    assert counter.deliver(BODY, "s2") == 401
    assert counter.deliver(BODY, "s2", domain=theirs.domain) == 200
    assert [kept.shop_id for kept in counter.kept()] == [theirs.id]


def test_an_old_secret_does_while_it_is_kept(counter: Counter, shop: Shop) -> None:
    counter.keep_secret(shop, "client_secret_old", "s0")
    assert counter.deliver(BODY, "s0") == 200
    assert counter.deliver(BODY, "s1", "w2") == 200


def test_a_new_secret_works_at_once(counter: Counter, shop: Shop) -> None:
    assert counter.deliver(BODY, "s1") == 200
    counter.keep_secret(shop, "client_secret", "s2")
    assert counter.deliver(BODY, "s2", "w2") == 200
    assert counter.deliver(BODY, "s1", "w3") == 401


def test_the_house_s_own_app_signs_for_a_shop_without_one(counter: Counter) -> None:
    settings = replace(counter.context.settings, shopify_client_secret="house")
    shops = Shops(replace(counter.context, settings=settings))
    bare = make_shop(counter.context.engine, domain="bare.myshopify.com")
    assert shops.signed_by("shopify", bare.domain, lambda secrets: "house" in secrets) == bare.id
    assert shops.signed_by("shopify", "ours.myshopify.com", lambda secrets: "house" in secrets) is None


@pytest.mark.parametrize("how", ["length", "chunks"])
def test_a_body_that_is_too_large_is_refused(counter: Counter, how: str) -> None:
    body = b"x" * (LARGEST + 1)
    headers = shopify_headers(body, "s1", "w1")
    if how == "length":
        answer = counter.client.post("/webhooks/shopify", data=body, headers=headers)
    else:
        answer = counter.client.post(
            "/webhooks/shopify",
            input_stream=io.BytesIO(body),
            headers=headers,
            environ_overrides={"wsgi.input_terminated": True},
        )
    assert answer.status_code == 413
    assert counter.kept() == []


def test_a_body_as_large_as_allowed_is_kept(counter: Counter) -> None:
    assert counter.deliver(b"x" * LARGEST, "s1") == 200


def test_woocommerce_delivers_to_its_own_address(counter: Counter, woo: Shop, shop: Shop) -> None:
    url = f"/webhooks/woocommerce/{woo.id}"
    assert counter.client.post(url, data=BODY, headers=woo_headers(BODY, "w1")).status_code == 200
    assert counter.client.post(url, data=BODY, headers=woo_headers(BODY, "w1")).status_code == 200
    other = b'{"id": 2}'
    assert counter.client.post(url, data=other, headers=woo_headers(other, "w1")).status_code == 200
    assert counter.client.post(url, data=BODY, headers=woo_headers(BODY, "wrong")).status_code == 401
    assert [(kept.shop_id, kept.topic) for kept in counter.kept()] == [(woo.id, "order.updated")] * 2


def test_a_shop_of_one_platform_is_not_found_by_the_other(counter: Counter, woo: Shop, shop: Shop) -> None:
    counter.keep_secret(shop, "webhook_secret", "w1")
    url = f"/webhooks/woocommerce/{shop.id}"
    assert counter.client.post(url, data=BODY, headers=woo_headers(BODY, "w1")).status_code == 401
    assert counter.deliver(BODY, "w1", domain=woo.domain) == 401
    assert counter.client.post(f"/webhooks/woocommerce/{2**63}", data=BODY).status_code == 404


def test_woocommerce_s_ping_is_answered_with_exactly_200(counter: Counter, woo: Shop) -> None:
    url = f"/webhooks/woocommerce/{woo.id}"
    answer = counter.client.post(url, data="webhook_id=3", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    for body in ("webhook_id=3&x=1", "other=3", "webhook_id=x"):
        assert counter.client.post(url, data=body, content_type="application/x-www-form-urlencoded").status_code == 401
    assert counter.kept() == []


def test_nothing_is_answered_with_success_while_nothing_can_be_written(counter: Counter) -> None:
    """SQLite at its largest size stands for a full disk, a PostgreSQL turned read-only for one without its primary."""
    assert counter.deliver(BODY, "s1", "before") == 200
    with full(counter.context.engine):
        body = random.Random(1).randbytes(100_000)
        assert [counter.deliver(body, "s1", f"during {number}") for number in range(3)] == [503] * 3
        with counter.app.app_context():
            found = trouble()
        assert found is not None
        assert found.why.startswith("Nothing can be written to the database: ")
    assert counter.deliver(BODY, "s1", "after") == 200
    with counter.app.app_context():
        assert trouble() is None
    assert [kept.delivery_key for kept in counter.kept()] == ["before", "after"]


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "checkout", _fill)
        yield
        event.remove(engine, "checkout", _fill)
    else:
        _read_only(engine, "on")
        yield
        _read_only(engine, "off")
    engine.dispose()  # connections that were told so are not used again


def _fill(connection: Any, *_: object) -> None:
    connection.execute("PRAGMA max_page_count = 1").close()


def _read_only(engine: Engine, value: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        connection.exec_driver_sql(f"ALTER DATABASE {engine.url.database} SET default_transaction_read_only = {value}")
    engine.dispose()


def test_a_delivery_of_a_shop_that_is_gone_spoils_no_other(counter: Counter, shop: Shop) -> None:
    inbox = Inbox(counter.context.engine)
    good = Arrival(shop.id, "good", "t", b"", b"", shop.installed_at)
    bad = replace(good, shop_id=12345, delivery_key="bad")
    results: dict[str, object] = {}

    def keep(arrival: Arrival) -> None:
        try:
            inbox.keep(arrival)
            results[arrival.delivery_key] = None
        except Exception as error:
            results[arrival.delivery_key] = error

    with every_shop(counter.context.engine, write=True) as db:  # the writer waits: all go into one transaction
        db.batch().execute("UPDATE shops SET name = name")
        threads = [threading.Thread(target=keep, args=[arrival]) for arrival in (good, bad)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    assert results["good"] is None
    assert isinstance(results["bad"], Exception)
    assert [kept.delivery_key for kept in counter.kept()] == ["good"]
    inbox.close()
