"""A reader of a page: somebody with a shell, who types what it says and compares what it prints."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from .outside import kill, wait_until_ready

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "start.md"
SERVE = "laurels serve --port 8080"
ENTER = ". .venv/bin/activate"
SKIPPED = ("git clone",)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN = (
    (re.compile(r"\blk_test_\w+"), "KEY"),
    (re.compile(r"\b[a-z]{3}_[0-9a-z]{26}\b"), "ID"),
    (re.compile(r"\S+/imports/"), "FOLDER/"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "DATE"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
)
"""What differs from reader to reader."""


@dataclass(frozen=True)
class Step:
    """A block of commands and what the page says they print, if it says so."""

    commands: str
    printed: str | None


def steps(page: Path) -> list[Step]:
    """What the page tells its reader to do, in order."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [
        Step(text, after[1] if after[0] in ("", "json") else None)
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
        try:
            wait_until_ready(self.port)
        except AssertionError:
            kill(found.pid)
            raise
        return found

    def _here(self, text: str) -> str:
        return text.replace("8080", str(self.port))
