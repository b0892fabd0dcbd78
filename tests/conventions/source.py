"""The source as the conventions look at it: files, trees, rooms."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import laurels
from laurels import domains
from laurels.kit.db import sql

PACKAGE = Path(laurels.__file__).resolve().parent
ROOT = PACKAGE.parents[1]
TESTS = Path(__file__).resolve().parents[1]


@cache
def text_of(path: Path) -> str:
    """The text of a file."""
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(text_of(path), str(path))


def source_files() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def files_of_tests() -> list[Path]:
    """Every module of the tests."""
    return sorted(TESTS.rglob("*.py"))


def name_of(path: Path) -> str:
    """A file's path as it is written in reports."""
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str | None:
    """The room that a module of the package is in, None for what is no room."""
    first = path.relative_to(PACKAGE).parts[0]
    return first if first in domains.ROOMS else None


def sql_files() -> list[Path]:
    """Every file of SQL: functions, views, the schema, statements."""
    return sorted(PACKAGE.rglob("*.sql"))


def statement_files() -> list[Path]:
    """Every room's statements."""
    return sorted(PACKAGE.rglob(sql.FILE))


def named_statements(path: Path) -> dict[str, tuple[int, str]]:
    """The statements of a file by name, each with its line and its text in one line."""
    text = text_of(path)
    read = vars(sql.Statements(path.parent.name, text))
    return {
        name: (text[: found.start()].count("\n") + 1, " ".join(read[name].split()).lower())
        for found in re.finditer(r"^-- name: (\w+)$", text, re.MULTILINE)
        for name in found.groups()
    }


def sql_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Every statement of a module or of a room's file, with its line; f-strings as one."""
    if path.name == sql.FILE:
        yield from named_statements(path).values()
        return
    inside: set[ast.AST] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.JoinedStr):
            inside.update(ast.walk(node))
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in inside:
            text = node.value
        else:
            continue
        words = " ".join(text.split()).lower()
        if words.startswith(("select ", "insert ", "update ", "delete ", "with ", "merge ")):
            yield node.lineno, words


def nothing(found: list[str], remedy: str = "") -> None:
    """Fail with every finding, one a line, and with what to do about them."""
    assert not found, "\n".join([remedy, *found])
