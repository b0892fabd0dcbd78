"""Public interfaces: rooms reach each other by `from laurels import ledger`, not by submodules.

And points move by `ledger.post` and its kin alone, which only some rooms may call.
"""

import ast
import importlib
from pathlib import Path

from laurels import domains

from .source import PACKAGE, name_of, nothing, room_of, source_files, tree_of

# What of a room may be imported past its public interface, by whom, and why.
SIDE_DOORS: dict[str, tuple[set[str], str]] = {
    "events.catalogue": (set(), "any room may name any event"),
    "ledger.answers": ({"cli"}, "the demo's staff moves points by hand, as by the API"),
    "ledger.programs": ({"cli"}, "the demo's staff changes its program, as by the API"),
    "ledger.schemas": ({"settlement"}, "a dry run shows what the ledger would have booked"),
    "members.schemas": (
        {"rewards", "segments", "settlement", "tiers"},
        "POST /v1/members enrols, which earns: settlement owns the write, members its shape;"
        " and what belongs to a member can be expanded by them; criteria list members, and so"
        " does a preview of tiers",
    ),
    "members.errors": ({"settlement"}, "a door names the errors that pass through it"),
    "purchases.errors": ({"settlement"}, "a door names the errors that pass through it"),
    "rewards.schemas": (
        {"cli", "imports"},
        "a row of a file, and what the demo's staff says, is checked as a request is",
    ),
    "tiers.schemas": ({"cli"}, "what the demo's staff says is checked as a request is"),
    "tenants.errors": ({"platform", "settlement"}, "a door names the errors that pass through it"),
}
MOVES = {"post", "credit", "debit", "reverse", "hold", "capture", "release"}
MAY_MOVE_POINTS = {
    "bulk": "what staff does by hand, to many",
    "earning": "by rule",
    "rewards": "spending, and giving back what was not delivered",
    "settlement": "refunds",
    "cli": "what the demo's staff does by hand",
    "ledger": "expiry, and an operator's audited adjustment",
    "imports": "opening balances",
}
# The list of rooms and the application put the rooms' parts together; that is what they are for.
ASSEMBLERS = {"domains.py", "api.py", "migrations"}


def side_entries(tree: ast.AST, own: str | None) -> list[tuple[int, str]]:
    """Line and `room.module` of imports that go past the public interface of another room."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names = [node.module] + [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if len(parts) < 3 or parts[0] != "laurels" or parts[1] not in domains.ROOMS:
                continue
            if parts[1] != own and is_module(parts[1], parts[2]):
                found.append((node.lineno, f"{parts[1]}.{parts[2]}"))
    return sorted(set(found))


def is_module(room: str, name: str) -> bool:
    """Tell a submodule of a room from a name thof its public interface gives."""
    place = PACKAGE / room / name
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def asker_of(path: Path) -> str:
    """The room or the top-level part that a module belongs to."""
    return path.relative_to(PACKAGE).parts[0]


def moves(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and name of calls that move points through the ledger's public interface."""
    return [
        (node.lineno, f"ledger.{node.attr}")
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"ledger", "posting"}
        and node.attr in MOVES
    ] + [
        (node.lineno, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("laurels.ledger")
        for alias in node.names
        if alias.name in MOVES
    ]


def test_others_use_the_public_interface():
    found = []
    for path in source_files():
        asker = asker_of(path)
        if asker in ASSEMBLERS:
            continue
        for line, name in side_entries(tree_of(path), room_of(path)):
            may, _why = SIDE_DOORS.get(name, ({None}, ""))
            if may and asker not in may:
                found.append(f"{name_of(path)}:{line} climbs into {name}")

    nothing(found, "ask the room to put it into its public interface")


def test_every_side_door_is_used():
    used = {
        name
        for path in source_files()
        for _line, name in side_entries(tree_of(path), room_of(path))
    }

    nothing(sorted(SIDE_DOORS.keys() - used), "nobody uses these: take them off the list")


def test_a_public_interface_gives_what_it_names_and_nothing_private():
    found = []
    for room in domains.ROOMS:
        door = importlib.import_module(f"laurels.{room}")
        found += [
            f"{room}.{name}"
            for name in getattr(door, "__all__", [])
            if name.startswith("_") or not hasattr(door, name)
        ]

    nothing(found)


def test_a_public_interface_says_what_becomes_true():
    found = []
    for room in domains.ROOMS:
        door = importlib.import_module(f"laurels.{room}")
        for name in getattr(door, "__all__", []):
            thing = getattr(door, name)
            if callable(thing) and not (thing.__doc__ or "").strip():
                found.append(f"{room}.{name}")

    nothing(found, "these lack a docstring")


def test_only_some_rooms_move_points():
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in source_files()
        if asker_of(path) not in MAY_MOVE_POINTS
        for line, name in moves(tree_of(path))
    ]

    nothing(found, f"only these may: {', '.join(MAY_MOVE_POINTS)}")


def test_only_the_ledger_writes_its_tables():
    tables = "wallets", "point_transactions", "posting_keys", "lots", "lot_entries", "holds"
    found = [
        f"{name_of(path)}: {verb}{table}"
        for path in [*source_files(), *PACKAGE.rglob("*.sql")]
        if asker_of(path) not in {"ledger", "migrations"}
        for table in tables
        for verb in ("insert into laurels.", "update laurels.", "delete from laurels.")
        if f"{verb}{table}" in path.read_text(encoding="utf-8")
    ]

    nothing(found)


# -- the tests of these tests --------------------------------------------------------------------


def test_climbing_in_is_found():
    assert side_entries(ast.parse("from laurels.ledger.lots import Lot"), "earning")
    assert side_entries(ast.parse("from laurels.ledger import lots"), "earning")
    assert side_entries(ast.parse("import laurels.ledger.lots"), "earning")
    assert not side_entries(ast.parse("from laurels.ledger import credit"), "earning")
    assert not side_entries(ast.parse("from laurels import ledger"), "earning")


def test_moving_points_is_found_under_every_name():
    assert moves(ast.parse("await ledger.credit(work)"))
    assert moves(ast.parse("from laurels.ledger import post"))
    assert moves(ast.parse("operation = ledger.reverse"))
    assert not moves(ast.parse("await ledger.balance(work, member)"))
