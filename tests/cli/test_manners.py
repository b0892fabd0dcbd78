"""How the command behaves when what it is given is wrong, or nobody looks at a terminal."""

import os
import subprocess
import sys

from laurels import __version__


def laurels(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "laurels", *words], capture_output=True, text=True, check=False,
        env=os.environ | environment, timeout=60,
    )  # fmt: skip


def test_the_version_is_told_and_the_command_knows_its_name():
    assert laurels("--version").stdout.strip() == __version__
    assert "Usage: laurels" in laurels("--help").stdout


def test_an_environment_variable_that_cannot_be_is_named_without_a_traceback(tmp_path):
    said = laurels("serve", LAURELS_PORT="abc", LAURELS_DATA_DIR=str(tmp_path))

    assert said.returncode == 1
    assert "LAURELS_PORT" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_server_that_is_not_there_is_not_said_to_have_gone_away(tmp_path):
    said = laurels(
        "tenant", "list", LAURELS_DATABASE_URL="postgresql://x@127.0.0.1:1/none",
        LAURELS_DATA_DIR=str(tmp_path),
    )  # fmt: skip

    assert said.returncode == 1
    assert "cannot be reached" in said.stderr
    assert "LAURELS_DATABASE_URL" in said.stderr


def test_ids_are_whole_in_a_pipe(app_url, house, tmp_path):
    found = {"LAURELS_DATABASE_URL": app_url, "LAURELS_DATA_DIR": str(tmp_path)}
    slug = house.tenant.slug
    made = laurels("tenant", "key", slug, "--name", "n" * 60, "--expires", "90d", **found)
    odd = laurels("tenant", "key", slug, "--expires", "soon", **found)
    listed = laurels("tenant", "keys", slug, **found).stdout

    assert made.returncode == 0, made.stderr
    assert (odd.returncode, "2027-01-01" in odd.stderr) == (1, True)
    (line,) = [line for line in listed.splitlines() if "key_" in line]
    assert len(next(word for word in line.split() if word.startswith("key_"))) == 30
    assert "n" * 60 in line
