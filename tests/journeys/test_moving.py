"""docs/operating/move-to-your-own-postgresql.md is followed command by command, there and back."""

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from laurels.kit.db import roles
from laurels.kit.postgres import server as postgres
from tests.migrations.test_dump import rows_of
from tests.support import size
from tests.support.versions import SUPPORTED, Servers, started

pytestmark = pytest.mark.slow


ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operating" / "move-to-your-own-postgresql.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ADMIN = re.compile(r"^export ADMIN=.*$", re.MULTILINE)
VERSIONS = SUPPORTED if size.pick(0, 1) else (15,)


def commands() -> tuple[str, str]:
    """What the page tells its reader to type: there, and back."""
    there, back = PAGE.read_text(encoding="utf-8").split("\n## Back to the embedded server\n")
    return "".join(BLOCK.findall(there)), "".join(BLOCK.findall(back))


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with started() as found:
        yield found


class Reader:
    """Somebody with a shell, a folder and the embedded server."""

    def __init__(self, place: Path) -> None:
        """Let them have `laurels` on the PATH."""
        self.place, self.data = place, place / "data"
        program = place / "bin" / "laurels"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m laurels "$@"\n')
        program.chmod(0o755)
        ours = ("LAURELS_DATABASE_URL", "LAURELS_ADMIN_DATABASE_URL", "LAURELS_PG_BIN")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in ours},
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "LAURELS_DATA_DIR": str(self.data), "NO_COLOR": "1",
        }  # fmt: skip

    def type(self, text: str) -> str:
        """Run the commands; each has to succeed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text], cwd=self.place, env=self.environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def own(self) -> dict[str, str]:
        """What the page had them write down."""
        lines = (self.place / "own.env").read_text().splitlines()
        return {
            name: shlex.split(url)[0] for name, _, url in (line.partition("=") for line in lines)
        }


@pytest.fixture
def reader() -> Iterator[Reader]:
    with tempfile.TemporaryDirectory(prefix="laurels-", ignore_cleanup_errors=True) as made:
        # The account that root hands the server to has to come through.
        place = Path(made)
        place.chmod(0o711)
        found = Reader(place)
        yield found
        postgres.stop(found.data)


def books(url: str) -> dict[str, str | None]:
    return asyncio.run(rows_of(url))


@pytest.mark.parametrize("major", VERSIONS)
def test_everything_moves_to_a_server_of_ones_own_and_back(reader, servers, major):
    server = servers(major)
    server.run("psql", "-c", "create role mover login createrole createdb")
    admin = server.url(user="mover", database="postgres")
    there, back = commands()
    there, found = ADMIN.subn(f"export ADMIN={shlex.quote(admin)}", there)
    assert found == 1
    reader.type(
        "laurels tenant create shop --json > shop.json\n"
        "printf 'external_id,member,occurred_at,amount,currency\\n"
        "1,anna,2026-01-05,10.00,USD\\n2,bo,2026-01-06,5.00,USD\\n' > sales.csv\n"
        "laurels import purchases sales.csv --tenant shop\n"
    )
    embedded = postgres.ensure(reader.data).url(user=roles.OWNER, database="laurels")
    before = books(embedded)

    said = reader.type(there)
    own = reader.own()
    assert "clean: 2 members" in said
    assert books(own["LAURELS_ADMIN_DATABASE_URL"]) == before
    assert not [each for each in postgres.status(reader.data) if each.state == "running"]

    reader.environment |= own
    reader.type("laurels tenant create second --json > second.json")
    moved = books(own["LAURELS_ADMIN_DATABASE_URL"])
    reader.type(back)
    postgres.ensure(reader.data)
    assert books(embedded) == moved != before
    assert json.loads((reader.place / "shop.json").read_text())["slug"] == "shop"
