"""Readers of pages."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from laurels.kit.db import roles
from tests import conftest
from tests.support import cluster
from tests.support.outside import free_port
from tests.support.reading import Reader

# Workers do the work of all tenants that are there: here are no others than those of this folder.
app_url, database = conftest.app_url, conftest.database
database_name, owner_url = conftest.database_name, conftest.owner_url


@pytest.fixture
async def own(database_name: str) -> AsyncIterator[str]:
    """A database in which nobody has taken a name yet."""
    name = f"laurels_guide_{os.getpid()}"
    await cluster.clone(conftest.TEMPLATE, name)
    yield name
    await cluster.drop(name)


@pytest.fixture
def reader(tmp_path: Path, own: str) -> Iterator[Reader]:
    for program in ("bash", "curl", "jq"):
        if shutil.which(program) is None and not os.environ.get("CI"):
            pytest.skip(f"the guide needs {program}")
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
    yield Reader(shell, environment, tmp_path, free_port())
    shell.kill()
    shell.communicate()
