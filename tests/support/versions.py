"""Servers of several versions of PostgreSQL, for what must hold on each; started when asked for.

The installed wheel, what the system has, and the folders of programs in LAURELS_TEST_PG_BINS
(separated by colons), which may be bare servers without pg_dump.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from laurels.kit.postgres import server as postgres

SUPPORTED = (15, 16, 17, 18)


@cache
def folders(program: str) -> dict[int, Path]:
    """Return where this program is, by version."""
    places = [
        Path(place) for place in os.environ.get("LAURELS_TEST_PG_BINS", "").split(":") if place
    ]
    places += sorted(Path("/").glob("usr/lib/postgresql/*/bin"))
    found: dict[int, Path] = {}
    for place in [*places, postgres.find_binaries().bindir]:
        if (place / program).is_file():
            found.setdefault(postgres.find_binaries(place).major, place)
    return found


def folder(major: int, program: str) -> Path:
    """Return the folder that holds this version's program; skip the test where none does."""
    found = folders(program).get(major)
    if found is None:
        pytest.skip(f"{program} of PostgreSQL {major} is not here; name it in LAURELS_TEST_PG_BINS")
    return found


class Servers:
    """The servers of a test module, by version."""

    def __init__(self, place: Path) -> None:
        """Keep them in this folder."""
        self.place = place
        self._running: dict[int, postgres.Cluster] = {}

    def __call__(self, major: int) -> postgres.Cluster:
        """Return the server of this version, started the first time."""
        if major not in self._running:
            bindir = folder(major, "postgres")
            quick = {"fsync": "off", "shared_preload_libraries": ""}
            home = self.place / str(major)
            home.mkdir()
            home.chmod(0o711)
            self._running[major] = postgres.ensure(home, bindir=bindir, settings=quick)
        return self._running[major]

    def stop(self) -> None:
        """Stop all of them."""
        for major in self._running:
            postgres.stop(self.place / str(major))


@contextmanager
def started() -> Generator[Servers]:
    """Lend servers, all stopped when the block ends."""
    with tempfile.TemporaryDirectory(prefix="laurels-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        place.chmod(0o711)
        servers = Servers(place)
        try:
            yield servers
        finally:
            servers.stop()
