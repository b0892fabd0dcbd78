"""The page of commands, read from the commands themselves."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from typer.core import TyperGroup, TyperOption

from laurels.cli.main import load_all

NOTE = "<!-- Written by `./dev docs` from the code; change it there. -->"


def manual() -> str:
    """Return docs/reference/cli.md."""
    root = load_all()
    lines = [NOTE, "# Commands", "", "In a checkout, run each of them as `./dev laurels …`."]
    for path, command in _walk("laurels", root):
        lines += ["", f"## {path}", "", cleandoc(command.help or "")]
        if rows := list(_parameters(command)):
            lines += ["", "| | | |", "|---|---|---|", *rows]
    return "\n".join(lines)


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    for name in sorted(command.commands):
        yield from _walk(f"{path} {name}", command.commands[name])


def _parameters(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, TyperOption):
            name = ", ".join([*parameter.opts, *parameter.secondary_opts])
            default: Any = parameter.default
        else:
            name = str(parameter.name).upper()
            default = None
        if parameter.required:
            note = "required"
        elif default is None or default is False or default in ((), []):
            note = ""
        else:
            note = f"default `{default}`"
        yield f"| `{name}` | {note} | {parameter.help or ''} |"
