"""The wheel and the sdist hold what is needed, and a wheel in a bare environment is enough."""

import importlib.machinery
import importlib.util
import os
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest

import laurels
from laurels.kit.postgres import server as postgres
from tests.support.outside import free_port, wait_until_ready
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PACKAGE = Path(laurels.__file__).parent


def dev():
    """The script at the top, as a module."""
    loader = importlib.machinery.SourceFileLoader("dev_script", str(ROOT / "dev"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev_script", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def uv():
    """Runs uv; skips where it cannot be had."""
    script = dev()
    found = script.find_uv()
    if found is None:
        pytest.skip("uv is not here")

    def run(*words):
        return subprocess.run(
            [found, *words], cwd=ROOT, env=script.uv_environment(), check=True, timeout=300
        )

    return run


@pytest.fixture(scope="module")
def built(uv, tmp_path_factory):
    """The folder with a wheel and an sdist."""
    folder = tmp_path_factory.mktemp("dist")
    uv("build", "-q", "--out-dir", str(folder))
    return folder


def test_the_wheel_and_the_sdist_hold_every_file_of_the_package(built):
    (wheel,) = built.glob("*.whl")
    (sdist,) = built.glob("*.tar.gz")
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    in_wheel = set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(sdist) as archive:
        in_sdist = {name.partition("/")[2].removeprefix("src/") for name in archive.getnames()}

    assert version in wheel.name
    assert version in sdist.name
    assert wanted - in_wheel == set()
    assert wanted - in_sdist == set()
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= in_sdist
    assert not [name for name in in_wheel if not name.startswith("laurels")]


def test_a_wheel_in_a_bare_environment_migrates_and_serves(uv, built):
    (wheel,) = built.glob("*.whl")
    with tempfile.TemporaryDirectory(prefix="laurels-wheel-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        environment = folder / "venv"
        uv("venv", "-q", str(environment))
        uv(
            "pip", "install", "-q", "--python", str(environment), "-c", "requirements.txt",
            f"laurels[local] @ {wheel.as_uri()}",
        )  # fmt: skip
        env = {key: value for key, value in os.environ.items() if "LAURELS" not in key}
        env |= {"LAURELS_DATA_DIR": str(folder / "data")}
        program = environment / "bin" / "laurels"
        try:
            subprocess.run([program, "migrate"], cwd=folder, env=env, check=True, timeout=180)
            port = free_port()
            serving = subprocess.Popen(
                [program, "serve", "--port", str(port)], cwd=folder, env=env,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                wait_until_ready(port)
                assert httpx.get(f"http://127.0.0.1:{port}/docs").status_code == 200
            finally:
                serving.terminate()
                assert serving.wait(timeout=PATIENCE_SECONDS) == 0
        finally:
            postgres.stop(folder / "data")
