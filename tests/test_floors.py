"""Imports go down the floors only; rooms on one floor do not see each other; the sandbox stands apart."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOORS = (
    "app.demo app.cli",
    "app.factory app.serve",
    "app.panel app.public app.api",
    "app.operations",
    "sync",
    "webhooks",
    "app.furnish app.reactions",
    "app.privacy",
    "app.analytics",
    "app.flows",
    "app.support",
    "app.mail",
    "app.loyalty app.recommend app.predict",
    "app.segments",
    "app.visits",
    "app.commerce",
    "app.consent",
    "app.web",
    "app.team",
    "app.writes",
    "app.shops",
    "app.events app.journal app.proof",
    "app.jobs",
    "app.context",
    "connectors app.db",
    "app.reasons",
    "app.lib app.settings app.errors",
)
LEVEL = {room: -place for place, floor in enumerate(FLOORS) for room in floor.split()}
WITHIN = {
    ("app.lib", "app.settings"),
    ("app.cli", "app.demo"),
    ("app.lib", "app.errors"),
    ("app.settings", "app.errors"),
    ("app.serve", "app.factory"),
}
MAY_START_THE_SANDBOX = "app.cli"


def test_imports_go_down_only() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, target in _imports("app", "connectors", "sync", "webhooks")
        if target.split(".")[0] != "sandbox"
        and (here := _room(module)) != (there := _room(target))
        and (here, there) not in WITHIN
        and not LEVEL[here] > LEVEL[there]
    ]
    assert wrong == []


def test_the_sandbox_stands_apart() -> None:
    outward = [f"{m} imports {t}" for m, t in _imports("sandbox") if t.split(".")[0] != "sandbox"]
    inward = [
        f"{m} imports {t}"
        for m, t in _imports("app", "connectors", "sync", "webhooks")
        if t.split(".")[0] == "sandbox" and m != MAY_START_THE_SANDBOX
    ]
    assert outward + inward == []


def test_every_room_has_a_floor() -> None:
    assert {_room(module) for module, _ in _imports("app", "connectors", "sync", "webhooks")} <= LEVEL.keys()


def _room(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "app" else parts[0]


def _imports(*packages: str) -> list[tuple[str, str]]:
    """(module, imported module) of our own packages; what only type checkers read is left out."""
    found = []
    for path in sorted(path for package in packages for path in (ROOT / package).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text())
        hidden = {id(n) for block in ast.walk(tree) if _is_for_types(block) for n in ast.walk(block)}
        for node in ast.walk(tree):
            if id(node) not in hidden:
                found += [(module, target) for target in _targets(node)]
    return found


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _targets(node: ast.AST) -> list[str]:
    ours = ("app", "connectors", "sync", "webhooks", "sandbox")
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name.split(".")[0] in ours]
    if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ours:
        if node.module == "app":
            return [f"app.{alias.name}" for alias in node.names]
        return [node.module]
    return []
