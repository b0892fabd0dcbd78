"""What the pages name is there: settings, commands, routes, permissions, events, columns.

The generated pages of docs/reference are the code's own words, and decisions tell of their day.
"""

import ast
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from laurels import domains
from laurels.cli.main import load_all
from laurels.config import Settings
from laurels.earning.facts import FIELDS
from laurels.events.catalogue import CATALOGUE
from laurels.kit.jobs import all_jobs
from laurels.permissions import Permission
from laurels.tenants.settings import sections

from .source import PACKAGE, ROOT, TESTS, source_files, text_of, tree_of
from .test_docs import written

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
VARIABLE = re.compile(r"\bLAURELS_[A-Z_]+[A-Z]\b")
CALL = re.compile(r"(?:^|[\s(`|;])(?:\./dev |/opt/laurels/bin/)?laurels((?: +(?!\|)[^\s`|;)#&]+)+)")
METHODS = "GET|POST|PUT|PATCH|DELETE|HEAD"
ROUTE = re.compile(rf"\b(?:{METHODS})\b(?:, `?(?:{METHODS})`?)* (/v1/[^\s`?]*)")
ADDRESS = re.compile(r"\$API(/[^\s\"'?\\`]+)")
OTHERS = {
    "LAURELS_TEST_DATABASE_URL": "read by tests/support",
}
"""Variables that are no settings, each with who reads it."""
NOT_OURS = {
    "award.explanation.skipped": "a path in an answer",
    "campaign_id": "open ends name it as missing",
    "house.now": "of the tests",
    "laurels_dump_check": "the database's name with an ending",
    "loyalty.example.com": "a host",
    "member.changed_by_sql": "a verb that audit/functions.sql puts together",
    "own.env": "a file that the page makes",
    "process_open_fds": "a metric of the client library",
    "process_resident_memory_bytes": "a metric of the client library",
    "run.result": "a path in an event",
    "shop.json": "a file that the page makes",
    "synchronous_commit": "a setting of PostgreSQL",
    "work_mem": "a setting of PostgreSQL",
}
"""Names in backticks that are not of the code, each with what they are."""


def documents() -> list[Path]:
    """The pages that people write."""
    written = [
        path
        for path in sorted((ROOT / "docs").rglob("*.md"))
        if path.relative_to(ROOT / "docs").parts[0] not in {"reference", "decisions"}
    ]
    return [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", *written]


EACH = pytest.mark.parametrize("page", documents(), ids=lambda page: str(page.relative_to(ROOT)))


def shell(page: Path) -> str:
    """The commands of a page, each in one line."""
    blocks = [text for kind, text in FENCE.findall(text_of(page)) if kind == "sh"]
    return "\n".join(blocks).replace("\\\n", " ")


def inline(page: Path) -> list[str]:
    """What stands in backticks within sentences."""
    return [each.replace("\n", " ") for each in CODE.findall(FENCE.sub("", text_of(page)))]


# -- settings and commands -----------------------------------------------------------------------


@EACH
def test_variables_exist(page):
    settings = {f"LAURELS_{name.upper()}" for name in Settings.model_fields}

    assert set(VARIABLE.findall(text_of(page))) - settings - set(OTHERS) == set()


@cache
def root():
    """The command with everything that belongs to it."""
    return load_all()


def wrong_with(words: list[str]) -> str | None:
    """What no command of that name and with those options can do, if anything."""
    here = root()
    for at, word in enumerate(words):
        if word.startswith("-"):
            known = {o for p in here.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
            if word.partition("=")[0] not in known:
                return f"{here.name} has no {word}"
        elif hasattr(here, "commands"):
            if word in {"...", "…"} or not re.fullmatch(r"[a-z][a-z-]*,?", word):
                return None
            if word.rstrip(",") not in here.commands:
                return f"{here.name} has no {word}, in {' '.join(words[: at + 1])}"
            here = here.commands[word.rstrip(",")]
    return None


@EACH
def test_commands_and_their_options_exist(page):
    texts = [*shell(page).splitlines(), *(f"`{each}`" for each in inline(page))]
    calls = [found.split() for text in texts for found in CALL.findall(text)]

    assert [wrong for words in calls if (wrong := wrong_with(words))] == []


def test_what_is_absent_would_be_found():
    assert wrong_with(shlex.split("db purge"))
    assert wrong_with(shlex.split("serve --workers 3"))
    assert wrong_with(shlex.split("ledger verify --tenant shop")) is None
    assert CALL.findall("./dev laurels db init --admin-url x | grep y")[0].split()[:2] == [
        "db",
        "init",
    ]
    assert unknown_route("/purchases/$PURCHASE/refund")
    assert not unknown_route("/purchases/$PURCHASE/refunds")
    assert not known("member.vanished")
    assert not known("points_per_euro")


# -- one address, one way to call ----------------------------------------------------------------


def test_one_variable_means_one_address_on_every_page():
    defined: dict[str, set[str]] = {}
    for page in documents():
        for name in ("API", "call()"):
            found = re.findall(rf"^{re.escape(name)}[ =].*$", shell(page), flags=re.MULTILINE)
            defined.setdefault(name, set()).update(found)

    assert {name: len(found) for name, found in defined.items()} == {"API": 1, "call()": 1}
    assert defined["API"] == {"API=http://127.0.0.1:8080/v1"}
    assert "`$API` is `http://127.0.0.1:8080/v1`" in written()["api.md"]


@EACH
def test_addresses_are_routes_and_come_from_that_variable(page):
    text = shell(page)
    called = [f"/v1{path}" for path in ADDRESS.findall(text)]
    called += [path for each in [*inline(page), text] for path in ROUTE.findall(each)]

    assert [path for path in called if unknown_route(path.removeprefix("/v1"))] == []
    assert not re.search(r"http://127\.0\.0\.1:8080/v1/|\$API/v1|\$\{?(ADDRESS|LAURELS)\b", text)


@EACH
def test_laurels_is_called_by_its_name(page):
    calls = re.findall(r"^.*\./dev laurels .*$", shell(page), flags=re.MULTILINE)
    first = ["./dev laurels version"] if page.name == "start.md" else []

    assert calls == first


AGENT = "laurels staff reset-password"
"""What the command is called in the log of sign-ins."""
NAMING_ONLY = {
    "api.py": "readiness is told over HTTP, to somebody in no shell of ours",
    "restoring.py": "says what to stop, not what to type",
}
"""Files whose texts name a command and give nobody a line to type."""


def texts_of(node: ast.AST) -> Iterator[str]:
    """The texts of a module that somebody is shown, without docstrings and descriptions."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.keyword) and node.arg in {"help", "description"}:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from texts_of(child)


def test_hints_ask_how_the_program_was_called():
    hint = re.compile(rf"\blaurels (?:{'|'.join(root().commands)})\b")
    found = {
        path.name: text
        for path in source_files()
        for text in texts_of(tree_of(path))
        if hint.search(text) and text != AGENT
    }

    assert {name: text for name, text in found.items() if name not in NAMING_ONLY} == {}
    assert set(NAMING_ONLY) - set(found) == set()


@cache
def routes() -> list[re.Pattern[str]]:
    """Each path of the API, with anything in the place of its parameters."""
    spec = json.loads(written()["openapi.json"])
    return [re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "/?$") for path in spec["paths"]]


def unknown_route(path: str) -> bool:
    """Tell whether no route has this path, below /v1; an ellipsis stands for anything."""
    if "…" in path or ("..." in path and "pur_..." not in path):
        return False
    return not any(route.match(f"/v1{path.rstrip('.,:;')}") for route in routes())


# -- names in backticks --------------------------------------------------------------------------


@cache
def vocabulary() -> frozenset[str]:
    """Names with a dot: events, settings, facts, jobs, columns."""
    tables = {table.name: table.columns.keys() for table in domains.load_models().tables.values()}
    return frozenset(
        [
            *CATALOGUE,
            *(f"{name}.{each}" for name, its in sections().items() for each in its.model_fields),
            *FIELDS.names(),
            *map(str, all_jobs()),
            *(f"{table}.{column}" for table, columns in tables.items() for column in columns),
        ]
    )  # fmt: skip


@cache
def source() -> str:
    """All source of the package and its tests' names, and the pages that are made from it."""
    files = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".sql"}]
    return "\n".join([*(text_of(path) for path in files), *written().values()])


@cache
def words() -> frozenset[str]:
    """Every word of the source."""
    return frozenset(re.findall(r"\w+", source()))


def known(name: str) -> bool:
    """Tell whether the code knows a name."""
    if name in NOT_OURS or name in vocabulary() or (ROOT / name).is_file():
        return True
    if name.endswith(".py"):
        return any(ROOT.glob(f"src/laurels/**/{name}"))
    if ":" in name:
        return name in set(Permission)
    if "." in name:
        # Also `room.name`, what a module offers, and `loyalty_app.view`.
        whole = re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", source())
        first, _, last = name.rpartition(".")
        module = (PACKAGE / Path(*first.split("."))).exists() or (
            PACKAGE / Path(*first.split("."))
        ).with_suffix(".py").exists()
        return bool(whole) or (module and last in words())
    either = {name, name.removesuffix("_total")} & words()
    return bool(either) or any(f"def {name}(" in text_of(p) for p in TESTS.rglob("*.py"))


NAME = re.compile(r"[a-z]\w*(?:_\w+)+|[a-z_]+(?:\.\w+)+|[a-z-]+:[a-z-]+")


@EACH
def test_names_exist(page):
    named = {each for each in inline(page) if NAME.fullmatch(each)}

    assert sorted(name for name in named if not known(name)) == []


def test_no_reason_is_left_over():
    named = {each for page in documents() for each in inline(page)}
    variables = {each for page in documents() for each in VARIABLE.findall(text_of(page))}

    assert set(NOT_OURS) - named == set()
    assert set(OTHERS) - variables == set()
