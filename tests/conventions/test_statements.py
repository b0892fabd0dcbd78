"""SQL stands where people and tools can read it: in `statements.sql`, by name, or in one line."""

import ast
from pathlib import Path

import pytest

from laurels.kit.db.sql import FILE, Statements

from .source import (
    PACKAGE,
    ROOT,
    name_of,
    named_statements,
    nothing,
    source_files,
    sql_strings,
    statement_files,
    text_of,
    tree_of,
)

SKIP = "# fmt: " + "skip"


def asked(path: Path) -> list[tuple[int, str]]:
    """Line and name of every statement that a module asks by name."""
    return [
        (node.lineno, node.attr)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "SQL"
    ]


def in_pieces(path: Path) -> list[int]:
    """Lines where a statement is put together from strings that stand beside each other."""
    lines = text_of(path).splitlines()
    starts = {line for line, _ in sql_strings(path)}
    return sorted(
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant | ast.JoinedStr)
        and node.lineno in starts
        and node.end_lineno != node.lineno
        and '"""' not in lines[node.lineno - 1]
    )


def modules_of(path: Path) -> list[Path]:
    """The modules of the room that a file of statements belongs to."""
    return sorted(path.parent.rglob("*.py"))


def test_every_statement_is_asked_and_every_name_that_is_asked_is_there():
    found: list[str] = []
    for path in statement_files():
        there = named_statements(path)
        names = {name for module in modules_of(path) for _, name in asked(module)}
        found += [f"{name_of(path)}: nobody asks `{name}`" for name in sorted(there.keys() - names)]
        found += [
            f"{name_of(module)}:{line} asks `{name}`, which is not in {name_of(path)}"
            for module in modules_of(path)
            for line, name in asked(module)
            if name not in there
        ]

    assert statement_files()
    nothing(found)


def test_statements_are_read_by_their_own_room_alone():
    found: list[str] = []
    for path in source_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "statements":
                room = PACKAGE / path.relative_to(PACKAGE).parts[0]
                if ast.unparse(node) != "statements(__name__)" or not (room / FILE).is_file():
                    found.append(f"{name_of(path)}:{node.lineno}")
            elif isinstance(node, ast.Constant) and node.value == FILE and path.stem != "sql":
                found.append(f"{name_of(path)}:{node.lineno}")

    nothing(found, "say `SQL = statements(__name__)`")


def test_no_statement_is_written_twice():
    found: dict[str, list[str]] = {}
    for path in statement_files():
        for line, text in named_statements(path).values():
            found.setdefault(text, []).append(f"{name_of(path)}:{line}")

    nothing([", ".join(places) for places in found.values() if len(places) > 1])


def test_no_statement_is_put_together_from_pieces():
    found = [
        f"{name_of(path)}:{line}"
        for path in source_files()
        if "versions" not in path.parts
        for line in in_pieces(path)
    ]

    nothing(found, f"put it into {FILE}, or, if it changes, into triple quotes")


def test_nothing_is_kept_from_the_formatter():
    found = [
        f"{name_of(path)}:{number}"
        for path in [*source_files(), *sorted((ROOT / "tools").rglob("*.py"))]
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if SKIP in line
    ]

    nothing(found)


# -- the tests of these tests --------------------------------------------------------------------


def test_a_statement_in_pieces_is_found(tmp_path):
    module = tmp_path / "m.py"
    pieces = 'f("select id"\n  " from laurels.lots", x)\n'
    whole = 'f("""\nselect id\nfrom laurels.lots\n""", "select 1")\n'
    module.write_text(pieces + whole)

    assert in_pieces(module) == [1]


def test_names_and_lines_of_statements_are_read(tmp_path):
    file = tmp_path / FILE
    file.write_text("-- name: one\n-- Why.\nselect 1;\n\n-- name: two\nselect\n  2;\n")

    assert named_statements(file) == {"one": (1, "select 1"), "two": (5, "select 2")}


@pytest.mark.parametrize(
    "text", ["-- name: a\nselect 1;\n-- name: a\nselect 2;\n", "-- name: b c\n"]
)
def test_a_name_that_is_no_name_or_there_twice_is_refused(text):
    with pytest.raises(ValueError, match="no name, or there twice"):
        Statements("room", text)
