"""Sizes and words: what keeps the house small and said one way."""

import ast
import re
from pathlib import Path

import pytest

from .source import ROOT, files_of_tests, name_of, nothing, room_of, source_files, text_of, tree_of

# May only shrink: a module leaves when it is split, none is added.
LONG_MODULES = {}
FUNCTION_LINES = 70
MODULE_LINES = 500
TEST_MODULE_LINES = 800
ENDPOINT_LINES = 20
INTERFACE_LINES = 100
PARAMETERS = 8
LINE = 100

# Files whose shape is decided elsewhere: generated migrations, commands whose options are
# parameters, the class that carries a whole page of fields.
GENERATED = "src/laurels/migrations/versions/"


def long_functions(tree: ast.AST, limit: int) -> list[tuple[int, str, int]]:
    """Line, name and length of functions over a limit."""
    return [
        (node.lineno, node.name, length)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > limit
    ]


def is_command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell whether this is a command, whose parameters are the options that it has."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "command"
        for each in node.decorator_list
    )


def crowded_functions(tree: ast.AST) -> list[tuple[int, str, int]]:
    """Line, name and number of parameters of functions with too many, `self` and `work` aside.

    An operation that opens its own Work takes the `database` where others take `work`.
    """
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not is_command(node):
            arguments = node.args
            names = [a.arg for a in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
            count = len([name for name in names if name not in {"self", "cls", "work", "database"}])
            if count > PARAMETERS:
                found.append((node.lineno, node.name, count))
    return found


def is_endpoint(node: ast.AST) -> bool:
    """Tell whether a function answers a route."""
    return isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in {"get", "post", "put", "patch", "delete"}
        for decorator in node.decorator_list
    )


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    first = node.body[1 if ast.get_docstring(node) is not None else 0 :]
    return (node.end_lineno or 0) - first[0].lineno + 1 if first else 0


def test_functions_are_short():
    found = [
        f"{name_of(path)}:{line} {name} has {length} lines"
        for path in [*source_files(), *files_of_tests()]
        if not name_of(path).startswith(GENERATED)
        for line, name, length in long_functions(tree_of(path), FUNCTION_LINES)
    ]

    nothing(found)


def test_functions_have_few_parameters():
    found = [
        f"{name_of(path)}:{line} {name} has {count} parameters"
        for path in source_files()
        for line, name, count in crowded_functions(tree_of(path))
    ]

    nothing(found)


def test_modules_are_short():
    long = {
        name_of(path)
        for path in source_files()
        if len(text_of(path).splitlines()) > MODULE_LINES
        and not name_of(path).startswith(GENERATED)
    }

    nothing(sorted(long - LONG_MODULES.keys()), "split these")
    nothing(sorted(LONG_MODULES.keys() - long), "these were split: take them off the list")


def test_test_modules_are_short():
    found = [
        name_of(path)
        for path in files_of_tests()
        if len(text_of(path).splitlines()) > TEST_MODULE_LINES
    ]

    nothing(found)


def test_public_interfaces_are_short():
    found = [
        f"{name_of(path)} has {len(text_of(path).splitlines())} lines"
        for path in source_files()
        if path.name == "__init__.py" and len(text_of(path).splitlines()) > INTERFACE_LINES
    ]

    nothing(found)


def test_endpoints_parse_call_one_operation_and_shape():
    found = [
        f"{name_of(path)}:{node.lineno} {node.name} has {body_lines(node)} lines"
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if is_endpoint(node)
        and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and body_lines(node) > ENDPOINT_LINES
    ]

    nothing(found)


def test_lines_are_short():
    found = [
        f"{name_of(path)}:{number}"
        for path in [*source_files(), *files_of_tests()]
        if not name_of(path).startswith(GENERATED)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if len(line) > LINE
    ]

    nothing(found)


def test_every_room_has_a_short_readme_at_its_door():
    found = []
    for path in source_files():
        if path.name == "__init__.py" and room_of(path) == path.parent.name:
            words = ast.get_docstring(tree_of(path))
            if not words or len(words.splitlines()) > 10:
                found.append(name_of(path))

    nothing(found)


def test_no_file_is_called_after_nothing():
    forbidden = {"utils", "helpers", "common", "manager", "misc", "tools"}

    assert [name_of(path) for path in source_files() if path.stem in forbidden] == []


# -- words ---------------------------------------------------------------------------------------

CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
# The clock is read where work begins, where ids are made, and by commands for people.
MAY_READ_THE_CLOCK = ("src/laurels/kit/values/time.py", "src/laurels/cli/")


def dotted(node: ast.AST) -> str:
    """The dotted name of an expression, as far as it has one."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def calls(path: Path) -> list[tuple[int, str]]:
    """Line and dotted name of every call in a module."""
    return [
        (node.lineno, dotted(node.func))
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
    ]


def test_the_clock_is_read_in_one_place():
    found = [
        f"{name_of(path)}:{line} {name}()"
        for path in source_files()
        if not name_of(path).startswith(MAY_READ_THE_CLOCK)
        for line, name in calls(path)
        if any(name == clock or name.endswith(f".{clock}") for clock in CLOCKS)
    ]

    nothing(found)


def test_nobody_commits_by_hand():
    found = [
        f"{name_of(path)}:{line} {name}()"
        for path in source_files()
        # Alembic's environment has a connection of its own and no Work.
        if not name_of(path).startswith("src/laurels/migrations/")
        for line, name in calls(path)
        if name.endswith(".commit")
    ]

    nothing(found)


def test_nobody_prints_but_the_console():
    found = [
        f"{name_of(path)}:{line}"
        for path in source_files()
        for line, name in calls(path)
        if name == "print"
    ]

    nothing(found)


def test_no_relationship_crosses_a_room():
    found = [
        f"{name_of(path)}:{line}"
        for path in source_files()
        for line, name in calls(path)
        if name.split(".")[-1] in {"relationship", "backref"}
    ]

    nothing(found)


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "HACK"])
def test_what_is_left_to_do_has_an_issue(word):
    # `TODO(#12): …` is fine; without a number nobody will ever find it.
    pattern = re.compile(rf"\b{word}\b(?!\(#\d+\))")
    written = [*source_files(), *files_of_tests(), *ROOT.glob("*.md"), *ROOT.glob("src/**/*.sql")]
    found = [
        f"{name_of(path)}:{number}"
        for path in written
        if path != Path(__file__)
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]

    nothing(found)


def test_imports_are_relative_inside_a_room_and_absolute_across():
    found = []
    for path in source_files():
        parts = path.relative_to(ROOT / "src").with_suffix("").parts
        if len(parts) < 3 or name_of(path).startswith(GENERATED):
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.ImportFrom):
                continue
            depth = len(parts) - 2 + (path.name == "__init__.py")
            absolute = node.level == 0 and (node.module or "").startswith(f"laurels.{parts[1]}")
            if (absolute and parts[1] != "migrations") or node.level > max(depth, 1):
                found.append(f"{name_of(path)}:{node.lineno}")

    nothing(found)


# -- the tests of these tests --------------------------------------------------------------------


def test_a_long_or_crowded_function_is_found():
    long = "def f():\n" + "    x = 1\n" * 71
    crowded = "def f(a, b, c, d, e, f, g, h, i): ...\n"

    assert long_functions(ast.parse(long), 70) == [(1, "f", 72)]
    assert crowded_functions(ast.parse(crowded)) == [(1, "f", 9)]
