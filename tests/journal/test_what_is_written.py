"""Every verified delivery has an entry, and whatever was not simply applied one of its own."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from app.db.scope import shop_scope
from app.journal.keep import keep_page, subject_of
from app.journal.models import Delivery, FailedRecord, JournalDay, JournalEntry
from app.journal.queries import head
from app.journal.thin import close_days, drop_closed
from app.journal.verify import verify
from app.lib.clock import utc_now
from sync.journal import KEPT, seal_waiting, thin
from sync.timetable import minute
from tests.commerce import said
from tests.journal.conftest import NOON, Journal
from tests.privacy.conftest import Place, her_request, place, zelda  # noqa: F401  the fixtures themselves
from tests.privacy.zelda import HER_ID, NOW, her_record
from tests.sync.told import job
from webhooks.process import process, retry


def entries(place: Place, **wanted: str) -> Sequence[JournalEntry]:  # noqa: F811
    with shop_scope(place.context.engine, place.shop.id) as scope:
        rows = scope.all(select(JournalEntry).order_by(col(JournalEntry.id)))
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def findings(place: Place) -> Sequence[object]:  # noqa: F811
    with shop_scope(place.context.engine, place.shop.id) as scope:
        verdict = verify(scope, place.context.keyring)
        assert verdict.entries
    return verdict.findings


def work(place: Place) -> None:  # noqa: F811
    process(place.context, job(place.shop, "deliveries", "ingest"))


def test_every_verified_delivery_has_an_entry_that_says_what_came_of_it(place: Place) -> None:  # noqa: F811
    """R18."""
    place.post("orders/updated", {"admin_graphql_api_id": "gid://shopify/Order/1", "id": 1, "updated_at": None}, "a")
    place.post("nobody/knows", {}, "b")
    place.post("orders/edited", {}, "c")
    place.post("products/update", {"id": "odd"}, "d")
    work(place)
    deliveries = {row.id: row for row in place.all(Delivery)}
    told = [row for row in entries(place, source="delivery") if row.kind != "batch"]
    assert {row.row_id: row.outcome for row in told} == {one.id: one.state for one in deliveries.values()}
    assert {one.state for one in deliveries.values()} >= {"ignored", "unknown"}
    keyring = place.context.keyring
    for row in told:
        one = deliveries[row.row_id or 0]
        assert row.subject == subject_of(keyring, place.shop.id, one.topic, one.delivery_key)
        assert (row.digest, row.kind) == (one.body_digest, one.topic)
    assert findings(place) == []


def test_a_delivery_that_is_tried_again_has_another_entry(place: Place) -> None:  # noqa: F811
    place.post("nobody/knows", {}, "b")
    work(place)
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        retry(scope, place.only(Delivery).id, utc_now())
    work(place)
    assert [row.outcome for row in entries(place, kind="nobody/knows")] == ["unknown", "unknown"]


def test_a_delivery_that_comes_twice_is_a_duplicate(place: Place) -> None:  # noqa: F811
    for number in ("a", "b", "a", "a"):
        assert place.post("nobody/knows", {}, number) == 200
    first = next(row for row in place.all(Delivery) if row.delivery_key == "a")
    assert [row.row_id for row in entries(place, outcome="duplicate")] == [first.id, first.id]
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        minute(scope, utc_now())
        waiting = scope.batch().rows("SELECT name FROM jobs WHERE shop_id = :shop_id AND lane = 'report'", {})
    assert ("seal",) in [tuple(row) for row in waiting]  # no request seals, and nobody may come to drain for hours
    seal_waiting(place.context, job(place.shop, "seal", "report"))
    assert [row.place for row in entries(place, outcome="duplicate")] == [1, 2]
    assert findings(place) == []


def test_what_was_not_simply_applied_has_an_entry_of_its_own(place: Place) -> None:  # noqa: F811
    said_now = [said.order("1", version=5), said.order("2", version=5)]
    place.take_in(*said_now)
    outcome = place.take_in(said.order("1", version=1), said.order("2", version=5), said.order("3"))
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        keep_page(scope, place.context.keyring, "pull", "orders", outcome, NOW)
    page, late = entries(place)
    assert page.counts == {"superseded": 1, "unchanged": 1, "created": 1}
    assert (late.outcome, late.kind) == ("superseded", "order")
    assert late.subject == subject_of(place.context.keyring, place.shop.id, "order", "1")


def test_what_speaks_of_somebody_erased_names_the_tombstone(zelda: Place) -> None:  # noqa: F811
    """R56."""
    zelda.post("customers/redact", her_request(zelda))
    zelda.work()
    outcome = zelda.take_in(her_record())
    with shop_scope(zelda.context.engine, zelda.shop.id, write=True) as scope:
        keep_page(scope, zelda.context.keyring, "pull", "customers", outcome, NOW)
    (entry,) = entries(zelda, outcome="stripped")
    keys = scope_tombstones(zelda)
    assert entry.cause in keys
    assert entry.subject == subject_of(zelda.context.keyring, zelda.shop.id, "customer", HER_ID)


def scope_tombstones(place: Place) -> set[str]:  # noqa: F811
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        rows = scope.batch().rows("SELECT key FROM tombstones WHERE shop_id = :shop_id AND kind = 'customer'", {})
    return {row[0] for row in rows}


def test_erasing_a_person_leaves_the_journal_verifying_and_without_her(zelda: Place) -> None:  # noqa: F811
    """R58."""
    for number in range(3):
        zelda.post("customers/update", {"id": int(HER_ID), "email": "zelda.quirk@example.com"}, str(number))
        work(zelda)
    assert findings(zelda) == []
    zelda.post("customers/redact", her_request(zelda))
    zelda.work()
    assert findings(zelda) == []
    assert [line for line in zelda.needles() if line.startswith("journal")] == []


def test_thinned_to_the_heads_of_its_days_the_rest_still_verifies(journal: Journal) -> None:
    journal.days(4)
    with shop_scope(journal.engine, journal.shop.id, write=True) as scope:
        before = head(scope)
        assert close_days(scope, journal.keyring, (NOON + timedelta(days=2)).date(), NOON) == 2
    assert journal.verify().findings == []  # in the middle of it, too
    with shop_scope(journal.engine, journal.shop.id, write=True) as scope:
        assert drop_closed(scope) == 10
        assert drop_closed(scope) == 0
        assert head(scope) == before
        assert len(scope.all(select(JournalDay))) == 4
    assert (journal.verify().findings, journal.verify().entries) == ([], 10)
    journal.write(NOON + timedelta(days=4))
    assert (journal.verify().findings, journal.verify().entries) == ([], 15)
    with shop_scope(journal.engine, journal.shop.id, write=True) as scope:
        scope.batch().execute("DELETE FROM journal WHERE shop_id = :shop_id AND place = 11", {})
    assert [finding.place for finding in journal.verify().findings] == [11]


def test_the_last_day_is_never_thinned(journal: Journal) -> None:
    journal.days(1)
    with shop_scope(journal.engine, journal.shop.id, write=True) as scope:
        assert close_days(scope, journal.keyring, (NOON + timedelta(days=900)).date(), NOON) == 0


def test_what_does_not_verify_is_not_thinned(place: Place) -> None:  # noqa: F811
    journal = Journal(place.context.engine, place.shop)
    journal.__dict__["keyring"] = place.context.keyring
    old = utc_now() - KEPT - timedelta(days=5)
    for day in range(3):
        journal.write(old + timedelta(days=day))
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        scope.batch().execute("UPDATE journal SET kind = 'x' WHERE shop_id = :shop_id AND place = 2", {})
    task = job(place.shop, "thin", "report")
    while thin(place.context, task):
        pass
    assert len(entries(place)) == 15
    with shop_scope(place.context.engine, place.shop.id, write=True) as scope:
        scope.batch().execute("UPDATE journal SET kind = 'order' WHERE shop_id = :shop_id AND place = 2", {})
    while thin(place.context, task):
        pass
    assert len(entries(place)) == 5
    assert findings(place) == []


def test_a_failed_record_points_to_where_its_reason_stands(journal: Journal) -> None:
    journal.days(1)
    with shop_scope(journal.engine, journal.shop.id) as scope:
        entry = scope.first(select(JournalEntry).where(col(JournalEntry.outcome) == "failed"))
        assert entry is not None
        assert scope.get(FailedRecord, entry.row_id).error == "is odd"
