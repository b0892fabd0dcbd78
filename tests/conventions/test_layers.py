"""The layers: who may import whom, held by import-linter, and its lists by the disk."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from laurels.layers import ROOMS

from .source import PACKAGE, ROOT

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in CONFIGURATION["contracts"]}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree that lies in this folder."""
    program = (
        "import sys; from importlinter.cli import lint_imports;"
        "sys.exit(lint_imports(cache_dir=None, no_cache=True))"
    )
    environment = os.environ | {"PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )


def copy(to: Path) -> Path:
    """Copy the package and its contracts, so that a rule can be broken there."""
    shutil.copytree(
        PACKAGE, to / "src" / "laurels", ignore=shutil.ignore_patterns("__pycache__", "ui")
    )
    shutil.copy(ROOT / "pyproject.toml", to)
    (to / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "layers.py", to / "tools")
    return to / "src" / "laurels"


def rooms_on_disk() -> set[str]:
    known = {"cli", "kit", "migrations", "ui"}
    return {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - known


def test_rooms_import_only_from_below():
    found = lint(ROOT)

    assert found.returncode == 0, found.stdout + found.stderr


def test_a_circle_between_rooms_fails(tmp_path):
    package = copy(tmp_path)
    with (package / "ledger" / "lots.py").open("a") as file:
        file.write("\n\ndef late():\n    from laurels import settlement\n    return settlement\n")

    found = lint(tmp_path)

    assert found.returncode == 1
    assert "laurels.ledger.lots -> laurels.settlement" in found.stdout


def test_a_room_that_nobody_placed_fails(tmp_path):
    package = copy(tmp_path)
    (package / "gadgets").mkdir()
    (package / "gadgets" / "__init__.py").write_text('"""A room without a step."""\n')

    found = lint(tmp_path)

    assert found.returncode == 1
    assert "gadgets" in found.stdout


def test_climbing_through_the_ledgers_models_fails(tmp_path):
    package = copy(tmp_path)
    with (package / "settlement" / "service.py").open("a") as file:
        file.write("\n\nfrom laurels.ledger.models import Wallet\n")

    found = lint(tmp_path)

    assert found.returncode == 1
    assert "laurels.settlement.service" in found.stdout


def test_every_room_has_its_step():
    assert set(ROOMS) == rooms_on_disk()
    assert len(ROOMS) == len(set(ROOMS))


def test_the_contracts_are_for_all_rooms():
    assert CONTRACTS["files-of-a-room"]["containers"] == ["laurels.*"]
    assert CONTRACTS["layers"]["containers"] == ["laurels"]
    assert CONTRACTS["layers"]["exhaustive"] is True


def test_only_rooms_that_may_read_the_books_are_let_into_their_tables():
    may = {"laurels.ledger", "laurels.segments", "laurels.analytics"}
    there = {f"laurels.{room}" for room in rooms_on_disk()}

    assert CONTRACTS["books"]["protected_modules"] == ["laurels.ledger.models"]
    assert set(CONTRACTS["books"]["allowed_importers"]) == may & there


def test_what_runs_loads_no_models():
    """The ORM and Alembic cost a command a second, and a process memory."""
    asked = (
        "import sys, laurels.api, laurels.worker\n"
        "import laurels.cli.main; main = sys.modules['laurels.cli.main']\n"
        "for name in {*main.COMMANDS, *main.GROUPS} - {'docs'}: main.load(name)\n"
        "print({name.partition('.')[0] for name in sys.modules} & {'sqlalchemy', 'alembic'})"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "set()"
