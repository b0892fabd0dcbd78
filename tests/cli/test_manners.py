"""How the command behaves when what it is given is wrong, or nobody looks at a terminal."""

import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from laurels import __version__
from laurels.kit.process.program import command

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(
    ("typed", "on_path", "told", "said"),
    [
        ("/x/bin/laurels", True, None, "laurels"),
        ("/x/bin/laurels", False, None, "/x/bin/laurels"),
        ("/x/src/laurels/__main__.py", False, None, f"{sys.executable} -m laurels"),
        ("/x/src/laurels/__main__.py", True, "./dev laurels", "./dev laurels"),
        ("/x/bin/pytest", False, None, "laurels"),
    ],
)
def test_a_hint_can_be_typed_as_it_is_printed(monkeypatch, typed, on_path, told, said):
    monkeypatch.delenv("LAURELS_CALLED_AS", raising=False)
    if told:
        monkeypatch.setenv("LAURELS_CALLED_AS", told)
    monkeypatch.setattr(sys, "argv", [typed, "db", "init"])
    monkeypatch.setattr(shutil, "which", lambda name: f"/x/bin/{name}" if on_path else None)

    assert command("db init") == f"`{said} db init`"


def test_the_command_of_a_checkout_works_by_name_by_path_and_from_elsewhere(tmp_path, monkeypatch):
    script = checkout()
    folder = tmp_path / "a folder's bin"
    folder.mkdir()
    monkeypatch.setattr(script, "BIN", folder)
    monkeypatch.setattr(script, "PYTHON", Path(sys.executable))
    script.give_command()
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    say = (
        "import os; print(os.environ['LAURELS_CALLED_AS'], os.environ['LAURELS_DATA_DIR'], sep='|')"
    )
    text = (folder / "laurels").read_text()
    assert "-m laurels" in text
    (folder / "laurels").write_text(text.replace("-m laurels", f'-c "{say}"'))

    def told(*words, **more):
        environment = {**os.environ, "PATH": path, **more}
        for name in {"LAURELS_CALLED_AS", "LAURELS_DATA_DIR"} - set(more):
            environment.pop(name, None)
        done = subprocess.run(
            words, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
        )
        return done.stdout.strip().split("|")

    data = str(script.ROOT / ".data")
    assert told("laurels") == ["laurels", data]
    assert told("bash", "-c", "laurels", LAURELS_DATA_DIR="/elsewhere")[1] == "/elsewhere"
    assert told(str(folder / "laurels"))[0] == "laurels"
    assert told(str(folder / "laurels"), PATH=os.environ["PATH"])[0] == str(folder / "laurels")
    before = (folder / "laurels").stat().st_mtime_ns
    script.give_command()
    assert (folder / "laurels").read_text() == text
    after = (folder / "laurels").stat().st_mtime_ns
    script.give_command()
    assert before != after == (folder / "laurels").stat().st_mtime_ns


def test_a_worker_writes_its_log_in_the_form_that_is_asked_for(tmp_path):
    environment = {
        **os.environ, "LAURELS_DATABASE_URL": "postgresql://x@127.0.0.1:1/none",
        "LAURELS_DATA_DIR": str(tmp_path), "LAURELS_LOG": "json",
    }  # fmt: skip
    worker = subprocess.Popen(
        [sys.executable, "-m", "laurels", "worker"], stderr=subprocess.PIPE, env=environment,
        text=True,
    )  # fmt: skip
    try:
        assert worker.stderr is not None
        assert "The worker is running" in worker.stderr.readline()
        said = json.loads(worker.stderr.readline())
    finally:
        worker.kill()
        worker.communicate()

    assert said["level"] in {"warning", "error"}
    assert said["logger"].startswith("laurels.")


def checkout():
    """The script `dev` as a module."""
    file = str(Path(__file__).parents[2] / "dev")
    loader = importlib.machinery.SourceFileLoader("dev_script", file)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev_script", loader))
    loader.exec_module(module)
    return module
