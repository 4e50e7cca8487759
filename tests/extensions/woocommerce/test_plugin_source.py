"""The plugin's files, by the rules of WordPress's directory: guards, escaping, nonces, prefixes, one version."""

import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.extensions.woocommerce.conftest import NAME, PLUGIN

MAIN = PLUGIN / f"{NAME}.php"
FILES = sorted(path for path in PLUGIN.rglob("*.php"))
README = (PLUGIN / "readme.txt").read_text()
HEADER = dict(re.findall(r"^ \* ([\w ]+): (.+)$", MAIN.read_text(), re.MULTILINE))
LISTED = dict(re.findall(r"^([\w ]+): (.+)$", README.split("== Description")[0], re.MULTILINE))
ESCAPES = r"esc_\w+|wp_nonce_field|checked|wp_kses\w*|absint|DEFAULT_SERVER"
BANNED = (
    r"\b(eval|goto|ini_set|set_time_limit|curl_\w+|file_get_contents|shell_exec|extract|create_function"
    r"|wp_remote_(?:get|post|head|request))\s*\("  # the safe ones refuse addresses within the shop's own network
)
NEWER_THAN_7_4 = r"\?->|\bmatch\s*\(|\benum\s+\w|\breadonly\s+\w+\s+\$|\bstr_(?:contains|starts_with|ends_with)\(|#\["
names = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@names
def test_php_reads_it(php: str, path: Path) -> None:
    said = subprocess.run([php, "-d", "error_reporting=-1", "-l", path], capture_output=True, text=True, check=False)
    assert said.stdout.startswith("No syntax errors"), said.stdout + said.stderr


@names
def test_it_cannot_be_called_by_its_own_address(path: Path) -> None:
    first = [line for line in _code(path).splitlines() if line.strip()][:4]
    assert "defined( 'ABSPATH' ) || exit;" in first


@names
def test_everything_is_in_the_plugins_namespace(path: Path) -> None:
    assert re.search(r"^namespace Regulars;$", path.read_text(), re.MULTILINE)


@names
def test_what_is_global_begins_with_the_plugins_name(path: Path) -> None:
    text = _code(path)
    kept = re.findall(r"(?:get|update|delete|add)_option\( [\"']([^\"']+)", text)
    actions = re.findall(r"'((?:admin_post|wp_ajax|wc_ajax)_(?:nopriv_)?\w+)'", text)
    scripts = re.findall(r"wp_(?:enqueue|register)_(?:script|style)\( [\"']([^\"']+)", text)
    assert [name for name in kept if not name.startswith(("regulars_", "woocommerce_currency"))] == []
    assert [name for name in actions if not re.match(r"(admin_post|w[pc]_ajax)_regulars_", name)] == []
    assert [name for name in scripts if not name.startswith("regulars")] == []


@names
def test_what_is_printed_is_escaped(path: Path) -> None:
    for said in re.findall(r"(?:\becho|<\?php echo)\s+(.+?)(?:;|\?>)", _code(path), re.DOTALL):
        shown = re.sub(
            r"'[^']*'|\"[^\"$]*\"", "", re.sub(rf"\b(?:{ESCAPES})\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", "", said)
        )
        assert re.sub(r"DEFAULT_SERVER === server\(\)", "", shown).strip(" ?:.\n\t") == "" or "$response" in said, said
    for said in re.findall(r"\bprintf\(\s*'[^']*',?(.*?)\);\n", _code(path), re.DOTALL):
        parts = [part.strip() for part in re.split(r",\s*(?![^()]*\))", said) if part.strip()]
        assert [part for part in parts if not re.match(ESCAPES, part)] == []


@names
def test_what_comes_in_is_cleaned(path: Path) -> None:
    for line in _code(path).splitlines():
        for name in re.findall(r"\$_(?:GET|POST|REQUEST|SERVER|COOKIE)\[[^\]]*\]", line):
            is_asked_only = f"isset( {name}" in line and line.count(name) == line.count(f"( {name}")
            is_compared = f"in_array( {name}" in line or f"=== {name}" in line
            assert is_asked_only or is_compared or "sanitize_" in line, line


@names
def test_nothing_that_the_directory_forbids_is_used(path: Path) -> None:
    text = _code(path)
    assert re.findall(BANNED, text) == []
    assert re.findall(NEWER_THAN_7_4, text) == []
    assert "<<<" not in text
    assert "`" not in text
    assert not re.search(r"<\?(?!php)", text), "a short tag"
    assert "<script" not in text.replace("(script|style", "")


@names
def test_every_query_is_prepared(path: Path) -> None:
    calls = re.findall(r"->(?:query|get_row|get_results|get_var|get_col)\((.{0,60})", _code(path))
    assert [call for call in calls if "->prepare(" not in call] == []


def test_every_button_checks_capability_and_nonce() -> None:
    text = _code(PLUGIN / "includes/admin-actions.php")
    for hook, name in re.findall(r"add_action\( '(\w+)', __NAMESPACE__ \. '\\\\(\w+)'", text):
        body = re.search(rf"function {name}\(.*?\n}}", text, re.DOTALL)
        assert body, name
        does_both = "must_be_allowed(" in body[0] or (
            "check_ajax_referer(" in body[0] and "current_user_can(" in body[0]
        )
        assert does_both, hook


def test_every_route_asks_who_may() -> None:
    for path in FILES:
        text = _code(path)
        assert text.count("'permission_callback'") == text.count("'callback'            =>"), path.name
        assert "'__return_true'" not in text


def test_every_sentence_is_in_the_text_domain() -> None:
    for path in FILES:
        for said in re.findall(r"\b(?:esc_html|esc_attr)?_{1,2}[ex]?\( '(?:[^'\\]|\\.)*'(.*?)\)", _code(path)):
            assert said.strip() == f", '{NAME}'", (path.name, said)


def test_the_version_is_one() -> None:
    constant = re.search(r"const VERSION\s+= '([\d.]+)'", MAIN.read_text())
    assert constant
    assert HEADER["Version"] == LISTED["Stable tag"] == constant[1]
    assert f"= {constant[1]} =" in README


def test_headers_and_readme_agree_and_keep_to_the_limits() -> None:
    for name in ("License", "License URI", "Requires at least", "Requires PHP"):
        assert HEADER[name] == LISTED[name], name
    assert HEADER["Text Domain"] == NAME
    assert "Tested up to" not in HEADER
    assert len(LISTED["Tags"].split(",")) <= 5
    short = README.split("\n\n")[1]
    assert len(short) <= 150
    assert "== External services ==" in README
    assert (PLUGIN / "LICENSE").read_text().lstrip().startswith("GNU GENERAL PUBLIC LICENSE")


def test_the_zip_holds_one_folder_with_what_runs(built: Path) -> None:
    names = set(zipfile.ZipFile(built.parent / f"{NAME}.zip").namelist())
    assert {name.split("/")[0] for name in names} == {NAME}
    files = {name.removeprefix(f"{NAME}/") for name in names if not name.endswith("/")}
    assert {f"{NAME}.php", "uninstall.php", "readme.txt", "LICENSE", "assets/panel.js", "assets/panel.css"} <= files
    assert [name for name in files if Path(name).suffix not in (".php", ".js", ".css", ".txt", "")] == []
    assert {f"includes/{path.name}" for path in (PLUGIN / "includes").glob("*.php")} <= files


def test_what_the_page_loads_comes_with_the_plugin(built: Path) -> None:
    for path in [*built.rglob("*.css"), *built.glob("assets/[cfp]*.js")]:
        text = path.read_text()
        assert not re.search(r"(?:@import|url\(|src\s*=|import\()\s*[\"']?(?:https?:)?//", text), path.name


def _code(path: Path) -> str:
    """Without comments."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"(?m)(?:^|\s)//(?! phpcs)?.*$", "", text)
