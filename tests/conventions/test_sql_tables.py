"""Whose tables SQL reads and writes: import-linter sees no text, so here the text is looked at.

A room writes its own tables. It reads them and, where the list below says so, those of rooms below
it: a column that is renamed is then looked for in the rooms that stand on it. Tables of tenants
themselves may be read by all: which tenants there are, and where they are.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from laurels import domains
from laurels.kit.db.tables import Base
from laurels.layers import LAYERS

from .source import PACKAGE, name_of, nothing, source_files, sql_files, text_of, tree_of

domains.load_models()
OWNERS: dict[str, str] = {
    mapper.local_table.name: mapper.class_.__module__.split(".")[1]
    for mapper in Base.registry.mappers
}
"""The room of every table."""
HEIGHT = {room: height for height, rooms in enumerate(LAYERS) for room in rooms} | {"kit": -1}
FOR_ALL = {"tenants"}

READS: dict[str, dict[str, set[str]]] = {
    "jobs": {
        "runs go by a test tenant's clock, and old answers are forgotten": {
            "test_clocks", "idempotency_keys",
        },
    },
    "events": {
        "an event is kept while it waits to be sent, and what was never queued is found": {
            "outbound_messages",
        },
    },
    "auth": {"a key works at the moment at which its test tenant is": {"test_clocks"}},
    "ledger": {"its nightly checks are planned by when they last ran": {"job_runs"}},
    "purchases": {"by SQL, too, a test tenant buys at its own time": {"test_clocks"}},
    "tiers": {
        "standings and their reviews add up what members bought and earned, for many at once": {
            "members", "member_totals", "member_merges", "wallets", "programs",
            "point_transactions", "purchases",
        },
        "reviews are planned by when they last ran": {"job_runs"},
    },
    "segments": {
        "criteria ask all books of members in one statement": {
            "members", "member_totals", "purchases", "purchase_lines", "activities", "programs",
            "wallets", "point_transactions", "lots", "lot_entries", "holds", "tiers",
            "tier_history",
        },
        "they follow what happens": {"outbox", "outbox_leases"},
        "and the clock of a test tenant": {"test_clocks"},
    },
    "rewards": {
        "exports name what a reward refers to, page by page": {"tiers", "segments", "programs"},
        "it is counted whom a reward is for": {
            "members", "tier_history", "segment_memberships", "wallets",
        },
        "a voucher that was used names the purchase": {"purchases"},
        "a nightly look finds what is to be delivered and was never queued": {"outbound_messages"},
    },
    "imports": {"imports whose worker is lost are those that no job has": {"job_runs"}},
    "platform": {
        "operators write plans": {"plans"},
        "and look at what waits in all queues": {
            "outbox", "event_handlings", "outbound_messages", "job_runs",
        },
        "tenants are shown with how many people are in them": {
            "members", "member_totals", "staff",
        },
    },
    "analytics": {
        "first steps are done when what they ask for is there": {
            "api_keys", "earning_rules", "import_runs", "rewards", "staff", "tenant_settings",
        },
        "figures add up the books of a period": {
            "members", "purchases", "wallets", "point_transactions",
        },
    },
}  # fmt: skip
"""What a room reads of rooms below it, with the reason."""

UP: dict[str, dict[str, set[str]]] = {
    "ledger": {
        "the report of the books counts members": {"members"},
        "a statement names the purchase that points came of": {"purchases", "refunds"},
    },
    "activities": {"birthdays are found by tenant, in one statement": {"members"}},
    "tiers": {"time does not pass for tiers while history is brought": {"import_runs"}},
    "kit": {"logins are bound to a tenant when they are made": {"login_tenants"}},
}
"""What a room reads beside or above it, with the reason. May only shrink."""

WRITES: dict[str, dict[str, set[str]]] = {
    "jobs": {"it moves the clocks, which `kit.work` reads": {"test_clocks"}},
    "kit": {"logins are bound to a tenant when they are made": {"login_tenants"}},
    "auth": {
        "a sign-in that failed is noted before anybody is known, by a function that acts as the"
        " maintenance role": {"audit_log"},
    },
}
"""What a room writes of others, with the reason. May only shrink."""


PUT_TOGETHER = {
    "members": "sections of the export of a person, each of a table of its own",
    "purchases": "the same",
}
"""Rooms that put names of tables together, with the reason."""


@dataclass(frozen=True, order=True, slots=True)
class Use:
    """A table that a text of a room names, and whether it is written."""

    room: str
    table: str
    writes: bool
    where: str


_NAMED = re.compile(
    r"(?P<verb>\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+)?"
    r"\blaurels\.(?P<table>\w+|…(?!\s*\())",
    re.IGNORECASE,
)


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a file with its line: strings but for docstrings, f-strings as one."""
    if path.suffix == ".sql":
        yield 1, re.sub("--.*", "", text_of(path))
        return
    aside: set[ast.AST] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            aside.add(node.value)
        if isinstance(node, ast.JoinedStr):
            aside.update(part for part in ast.walk(node) if part is not node)
    for node in ast.walk(tree_of(path)):
        if node in aside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield (
                node.lineno,
                "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "…"
                    for part in node.values
                ),
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def uses_of(room: str, path: Path) -> Iterator[Use]:
    """The tables that a file of this room names; `…` for a name that is put together."""
    for line, text in texts(path):
        for found in _NAMED.finditer(text):
            table = found["table"]
            if table in OWNERS or table == "…":
                yield Use(room, table, bool(found["verb"]), f"{name_of(path)}:{line}")


def all_uses() -> Iterator[Use]:
    for path in [*source_files(), *sql_files()]:
        room = path.relative_to(PACKAGE).parts[0]
        if room in HEIGHT:
            yield from uses_of(room, path)


def listed(rooms: dict[str, dict[str, set[str]]], room: str) -> set[str]:
    return {table for tables in rooms.get(room, {}).values() for table in tables}


def wrong(use: Use) -> str | None:
    """What is wrong with a use, None when it is right."""
    owner = OWNERS.get(use.table)
    if owner is None:
        known = use.room in PUT_TOGETHER
        return None if known else "a table whose name is put together; write it out"
    if owner == use.room:
        return None
    if use.writes:
        return None if use.table in listed(WRITES, use.room) else f"writes what {owner} owns"
    if use.table in FOR_ALL | listed(UP, use.room) | listed(WRITES, use.room):
        return None
    if HEIGHT[owner] >= HEIGHT[use.room]:
        return f"reads what {owner} owns, which does not stand below"
    return None if use.table in listed(READS, use.room) else f"reads what {owner} owns, unlisted"


def test_every_table_belongs_to_a_room():
    assert len(OWNERS) == len(Base.metadata.tables)
    nothing([table for table, room in OWNERS.items() if room not in HEIGHT])


def test_sql_writes_its_own_tables_and_reads_those_that_are_listed():
    found = [f"{use.where}: {use.table}: {what}" for use in all_uses() if (what := wrong(use))]

    nothing(sorted(set(found)), "ask the room by its public interface, or list it with the reason")


def test_what_is_listed_is_used():
    used = {(use.room, use.table, use.writes) for use in all_uses()}
    idle = [
        f"{room}: {table}"
        for rooms, writes in ((READS, False), (UP, False), (WRITES, True))
        for room in rooms
        for table in listed(rooms, room)
        if (room, table, writes) not in used and (room, table, True) not in used
    ]

    nothing(idle, "take these off their list")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('q = "select 1 from laurels.lots as l"', [("lots", False)]),
        ('q = f"update laurels.lots set x = {y} where id = 1"', [("lots", True)]),
        ('q = """\\nwith a as (\\n delete from\\n laurels.lots returning id\\n) select 1"""',
         [("lots", True)]),
        ('q = "insert into laurels.lots (id)" " select id from laurels.holds"',
         [("lots", True), ("holds", False)]),
        ('q = f"select 1 from laurels.{table}"', [("…", False)]),
        ('"""It reads laurels.lots."""', []),
        ('q = f"select laurels.{name}(1), laurels.nothing"', []),
    ],
)  # fmt: skip
def test_tables_are_found_in_texts(tmp_path, text, found, monkeypatch):
    path = tmp_path / "module.py"
    path.write_text(text)
    monkeypatch.setitem(globals(), "name_of", str)

    assert [(use.table, use.writes) for use in uses_of("rewards", path)] == found


@pytest.mark.parametrize(
    ("use", "what"),
    [
        (Use("ledger", "lots", True, ""), None),
        (Use("rewards", "lots", True, ""), "writes what ledger owns"),
        (Use("rewards", "lots", False, ""), "reads what ledger owns, unlisted"),
        (Use("segments", "lots", False, ""), None),
        (Use("ledger", "rewards", False, ""), "reads what rewards owns, which does not stand be"),
        (Use("rewards", "tenants", False, ""), None),
        (Use("rewards", "…", False, ""), "a table whose name is put together"),
    ],
)
def test_what_is_wrong_is_told(use, what):
    assert (wrong(use) or "").startswith(what or "") if what else wrong(use) is None
