"""docs/start.md does what it says: its commands are run, against a real server, and compared."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from laurels.kit import roles
from tests.conftest import TEMPLATE
from tests.support import cluster

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "start.md"
SERVE = "laurels serve --port 8080"
ENTER = ". .venv/bin/activate"
SKIPPED = ("git clone",)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN = (
    (re.compile(r"\blk_test_\w+"), "KEY"),
    (re.compile(r"\b[a-z]{3}_[0-9a-z]{26}\b"), "ID"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
)
"""What differs from reader to reader."""


@dataclass(frozen=True)
class Step:
    """A block of commands and what the page says they print, if it says so."""

    commands: str
    printed: str | None


def steps() -> list[Step]:
    """What the page tells its reader to do, in order."""
    blocks = BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    return [
        Step(text, after[1] if after[0] != "sh" else None)
        for (kind, text), after in zip(blocks, [*blocks[1:], ("sh", "")], strict=True)
        if kind == "sh"
    ]


def plain(text: str) -> str:
    """The text without what differs from reader to reader, JSON in one form."""
    for pattern, instead in OWN:
        text = pattern.sub(instead, text)
    try:
        return json.dumps(json.loads(text), indent=1, sort_keys=True)
    except ValueError:
        return "\n".join(line.rstrip() for line in text.strip().splitlines())


@dataclass
class Reader:
    """Somebody with a shell, who types what the page says."""

    shell: "subprocess.Popen[str]"
    environment: dict[str, str]
    folder: Path
    port: int

    def type(self, commands: str) -> str:
        """What the commands print."""
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        # Without an input of their own the commands would read what we type next.
        self.shell.stdin.write(f"{{\n{self._here(commands)}\n}} < /dev/null\necho; echo :done:\n")
        self.shell.stdin.flush()
        printed: list[str] = []
        for line in self.shell.stdout:
            if line == ":done:\n":
                return "".join(printed)
            printed.append(line)
        pytest.fail(f"the shell ended at: {commands}\n{''.join(printed)}")

    def serve(self) -> "subprocess.Popen[bytes]":
        """The server, once it answers."""
        command = self._here(SERVE)
        found = subprocess.Popen(
            f"exec {command}", shell=True, cwd=self.folder, env=self.environment,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return found
        found.kill()
        pytest.fail("the server did not start")

    def _here(self, text: str) -> str:
        return text.replace("8080", str(self.port))


@pytest.fixture
async def own(database_name: str) -> AsyncIterator[str]:
    """A database in which nobody has taken a name yet."""
    name = f"laurels_guide_{os.getpid()}"
    await cluster.clone(TEMPLATE, name)
    yield name
    await cluster.drop(name)


@pytest.fixture
def reader(tmp_path: Path, own: str) -> Iterator[Reader]:
    for program in ("bash", "curl", "jq"):
        if shutil.which(program) is None and not os.environ.get("CI"):
            pytest.skip(f"the guide needs {program}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What `. .venv/bin/activate` gives them.
    program = tmp_path / "bin" / "laurels"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m laurels "$@"\n')
    program.chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}",
        "LAURELS_DATABASE_URL": cluster.server().url(database=own, user=roles.APP),
        "LAURELS_ADMIN_DATABASE_URL": cluster.server().url(database=own, user=roles.OWNER),
        "LAURELS_DATA_DIR": str(tmp_path / "data"), "NO_COLOR": "1", "COLUMNS": "100",
    }  # fmt: skip
    shell = subprocess.Popen(
        ["bash"], cwd=tmp_path, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    yield Reader(shell, environment, tmp_path, port)
    shell.kill()
    shell.communicate()


def test_the_guide_does_what_it_says(reader: Reader):
    server = None
    wrong: list[str] = []

    try:
        for step in steps():
            if step.commands.startswith(SKIPPED) or step.commands.strip() == ENTER:
                continue
            if step.commands.strip() == SERVE:
                server = reader.serve()
                continue
            printed = reader.type(step.commands)
            if step.printed is not None and plain(printed) != plain(step.printed):
                wrong.append(f"{step.commands}prints\n{printed}but the page says\n{step.printed}")
    finally:
        if server is not None:
            server.terminate()
            server.wait(timeout=10)

    assert server is not None, "the page starts no server"
    assert not wrong, "\n\n".join(wrong)


def test_the_guide_has_something_to_do():
    assert len(steps()) > 10
    assert sum(step.printed is not None for step in steps()) > 8
