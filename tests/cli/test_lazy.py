"""Commands that need little start at once; the list of commands says what each says itself."""

import subprocess
import sys

import pytest

from laurels.cli import main

HEAVY = {"alembic", "asyncpg", "fastapi", "sqlalchemy", "laurels.domains"}


@pytest.mark.parametrize("words", [["version"], ["--version"], ["--help"]])
def test_what_needs_neither_database_nor_api_loads_neither(words):
    script = f"""
import sys
from laurels.cli import main
sys.argv = ["laurels", *{words!r}]
try:
    main()
finally:
    print(sorted(set(sys.modules) & {HEAVY!r}), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"


def test_the_list_of_commands_says_what_each_command_says_of_itself():
    module = sys.modules["laurels.cli.main"]
    told = {**{name: words for name, (_, words) in module.GROUPS.items()}, **module.HELP}
    root = module.load_all()

    assert told.keys() == {*module.GROUPS, *module.COMMANDS}
    for name, words in told.items():
        itself = root.commands[name].help or ""
        assert " ".join(itself.partition("\n\n")[0].split()) == words, name
    assert callable(main)


def test_an_unknown_command_is_said():
    done = subprocess.run(
        [sys.executable, "-m", "laurels", "nonsense"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "nonsense" in done.stderr
