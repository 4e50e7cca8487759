"""What machines ask of the house: is it up, is it ready, how much is there to do."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from app import jobs
from app.db.scope import every_shop, shop_scope
from app.factory import create_app
from app.journal.models import Delivery
from app.lib.clock import utc_now
from app.settings import read
from app.shops.models import Shop
from sync.models import Cursor

Web = Callable[..., FlaskClient]


@pytest.fixture
def web(engine: Engine, tmp_path: Path) -> Web:
    def made(**environ: str) -> FlaskClient:
        return create_app(read({"REGULARS_HOME": str(tmp_path), **environ}), engine).test_client()

    return made


def fill(engine: Engine, shop: Shop) -> None:
    now = utc_now()
    with shop_scope(engine, shop.id, write=True) as scope:
        for number, state in enumerate(["pending", "pending", "failed", "done"]):
            scope.add(
                Delivery(
                    shop_id=shop.id, delivery_key=f"Ana Quirk {number}", topic="t", received_at=now, body_digest=b"",
                    state=state, due_at=now - timedelta(minutes=2),
                )
            )  # fmt: skip
        scope.add(Cursor(shop_id=shop.id, resource="orders", since=now, pulled_at=now - timedelta(minutes=9)))
        scope.flush()
        jobs.defer(scope, "deliveries", lane="ingest", at=now - timedelta(minutes=3))


def test_the_gauges_tell_what_waits(web: Web, engine: Engine, shop: Shop, stranger: Shop) -> None:
    fill(engine, shop)
    answer = web().get("/metrics")
    assert answer.status_code == 200
    read_back = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert read_back["regulars_deliveries", "pending"] == 2
    assert read_back["regulars_deliveries", "failed"] == 1
    assert read_back["regulars_jobs", "ingest", "ready"] == 1
    assert read_back["regulars_shops", "active", "shopify"] == 2
    assert read_back["regulars_messages", "uncertain"] == 0
    assert 119 < read_back["regulars_oldest_wait_seconds", "deliveries"] < 180
    assert 179 < read_back["regulars_oldest_wait_seconds", "jobs"] < 240
    assert read_back["regulars_database_bytes",] > 100_000
    pulled = read_back["regulars_last_pull_timestamp_seconds", str(shop.id), "orders", "shopify"]
    assert utc_now().timestamp() - pulled == pytest.approx(540, abs=30)
    assert "quirk" not in answer.text.lower()


def test_gauges_are_for_this_machine_or_for_the_token(web: Web) -> None:
    client = web()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    client = web(REGULARS_METRICS_TOKEN="t0ken")
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}, environ_base=far).status_code == 200


def test_ready_says_whether_a_worker_lives(web: Web, engine: Engine) -> None:
    answer = web().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "database": "ok", "worker": "not seen"})
    with every_shop(engine, write=True) as db:
        jobs.fire(db, "minute", utc_now() - timedelta(minutes=10))
    assert web().get("/readyz").json["worker"] == "not seen"
    with every_shop(engine, write=True) as db:
        jobs.fire(db, "minute", utc_now() - timedelta(minutes=1))
    assert web().get("/readyz").json["worker"] == "seen"


def test_a_database_that_wants_migrating_is_not_ready(web: Web, engine: Engine) -> None:
    client = web()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "regulars migrate" in answer.json["database"]


def test_a_database_without_its_tables_is_told_in_words(web: Web, engine: Engine) -> None:
    client = web()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE firings RENAME TO elsewhere"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"].startswith("the database does not answer")
