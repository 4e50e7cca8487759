"""Who may go through the doors: `every_shop()` across tenants, `batch()` past the ORM. A new caller is named here."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "sync", "webhooks", "connectors")

EVERY_SHOP = {
    "app/cli.py": "an operator's commands: which shop, who may sign in",
    "app/db/care.py": "the planner's figures",
    "app/db/meta.py": "what the database says of itself",
    "app/demo/show.py": "the demo's own house",
    "app/demo/street.py": "the demo's own house",
    "app/jobs/claims.py": "the machinery that works for all shops",
    "app/jobs/procrastinate.py": "the machinery that works for all shops",
    "app/operations/afterwards.py": "every shop of a backup",
    "app/operations/checks/database.py": "the database itself",
    "app/operations/checks/secrets.py": "do the keys open what was sealed?",
    "app/operations/checks/work.py": "what waits or was given up, of all shops",
    "app/operations/commands.py": "which shop an operator means",
    "app/operations/metrics.py": "figures of the whole house",
    "app/operations/standing.py": "does a worker live?",
    "app/panel/connect_shop.py": "the shops of an account, which may be none",
    "app/panel/connections.py": "the count of deliveries that did not verify, at any address",
    "app/panel/sign_in.py": "people and their sessions",
    "app/privacy/erasures.py": "who was erased, for another copy of the database",
    "app/public/health.py": "is the database there?",
    "app/public/storefront.py": "which shop's storefront asks?",
    "app/shops/billing.py": "what an account pays",
    "app/shops/handover.py": "a shop that is not here yet",
    "app/shops/register.py": "a shop is made, or found again",
    "app/web/identify.py": "whose cookie is it?",
    "app/web/refusals.py": "which shop does an address name?",
    "app/web/stand_alone.py": "whose cookie is it?",
    "app/web/shop_page.py": "the shops of an account",
    "app/web/tokens.py": "whose token is it?",
    "sync/timetable.py": "the tick, and which shops there are",
    "webhooks/inbox.py": "deliveries of all shops are written together",
    "webhooks/verify.py": "whose delivery is it?",
}
BATCH = {
    "app/commerce/changes.py": "events",
    "app/commerce/days.py": "local days, counted anew",
    "app/commerce/ingest.py": "records",
    "app/commerce/owners.py": "the figures of a whole history, counted at once",
    "app/consent/actions.py": "what is said to us, by the same statement that ingest uses",
    "app/consent/two_way.py": "who ever refused, asked for many at once",
    "app/db/care.py": "ANALYZE",
    "app/db/meta.py": "one of many processes says first what the keys are",
    "app/jobs/base.py": "jobs",
    "app/jobs/claims.py": "jobs",
    "app/jobs/procrastinate.py": "calls to lanes that have jobs",
    "app/journal/chain.py": "the chain",
    "app/journal/keep.py": "entries",
    "app/journal/thin.py": "the chain",
    "app/journal/verify.py": "the chain",
    "app/operations/checks/database.py": "the clock, the journal mode",
    "app/operations/checks/secrets.py": "sealed columns, by their names",
    "app/operations/figures.py": "counts, shop by shop in one question",
    "app/proof/told.py": "counts that rise",
    "app/privacy/erasure.py": "the lane of ingest, and tombstones",
    "app/privacy/erasures.py": "tombstones",
    "app/privacy/sweep.py": "tombstones",
    "app/privacy/wipe.py": "a shop's jobs",
    "app/privacy/work.py": "tombstones",
    "app/segments/membership.py": "members",
    "webhooks/inbox.py": "deliveries",
}
THE_DOORS = "app/db/scope.py"


def callers(name: str) -> Iterator[str]:
    """The files that call, or hand on, something of this name."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            file = str(path.relative_to(ROOT))
            if file != THE_DOORS and _mentions(ast.parse(path.read_text()), name):
                yield file


def _mentions(tree: ast.AST, name: str) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == name:
            return True
        if isinstance(node, ast.Attribute) and node.attr == name and not _is_data(node):
            return True
    return False


def _is_data(node: ast.Attribute) -> bool:
    """work.batch is a Batch that ingest opened and hands down, not the door."""
    return isinstance(node.value, ast.Name) and node.value.id in ("work", "self")


def test_the_callers_of_every_shop_are_these() -> None:
    assert set(callers("every_shop")) == set(EVERY_SHOP)


def test_the_callers_of_batch_are_these() -> None:
    found = {file for file in callers("batch") if _calls_batch(ROOT / file)}
    assert found == set(BATCH)


def _calls_batch(path: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return any(isinstance(func, ast.Attribute) and func.attr == "batch" for func in calls)


def test_nobody_reaches_for_a_session_or_an_engine_s_connection() -> None:
    inside = {"app/db/engine.py", "app/db/scope.py", "app/db/batch.py", "app/db/wall.py", "app/db/migrate.py"}
    # PRAGMA data_version, which no session can ask cheaply; a checkpoint, which stands outside of transactions
    beside = {"app/jobs/local.py", "app/db/care.py"}
    for name in ("_session", "raw_connection"):
        assert set(callers(name)) - inside - beside == set(), name
