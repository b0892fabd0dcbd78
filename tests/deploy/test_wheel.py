"""The wheel and the sdist hold what is needed, and a wheel in a bare environment is enough."""

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

import httpx
import pytest
from tools import web

import laurels
from laurels.kit.postgres import server as postgres
from tests.support import browsing
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

    def run(*words, at=ROOT, check=True):
        return subprocess.run(
            [found, *words], cwd=at, env=script.uv_environment(), check=check, timeout=300,
            stderr=None if check else subprocess.PIPE, text=True,
        )  # fmt: skip

    return run


@pytest.fixture(scope="module")
def built(uv, tmp_path_factory):
    """The folder with a wheel and an sdist."""
    browsing.built()
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


@pytest.fixture
def unpacked(built, tmp_path):
    """The folder of an unpacked sdist."""
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    return folder


def test_a_wheel_is_built_of_an_sdist_without_the_bundle_by_node_of_the_index(uv, built, unpacked):
    (first,) = built.glob("*.whl")
    shutil.rmtree(unpacked / "src/laurels/ui")
    # What npm would install is here; that it does is seen in a fresh clone.
    (unpacked / "web/node_modules").symlink_to(web.MODULES)

    uv("build", "-q", "--wheel", at=unpacked)

    (again,) = unpacked.glob("dist/*.whl")
    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(first).namelist())


def test_without_the_bundle_and_its_sources_there_is_no_wheel(uv, unpacked):
    shutil.rmtree(unpacked / "src/laurels/ui")
    shutil.rmtree(unpacked / "web")

    refused = uv("build", "--wheel", at=unpacked, check=False)

    assert refused.returncode != 0
    assert "the console cannot be built into the package: the folder web/" in refused.stderr


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
                with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                    assert client.get("/docs").status_code == 200
                    page = client.get("/console/demo/members")
                    assert page.status_code == 200
                    (script,) = re.findall(r'src="(/ui/assets/[^"]+\.js)"', page.text)
                    assert client.get(script).status_code == 200
            finally:
                serving.terminate()
                assert serving.wait(timeout=PATIENCE_SECONDS) == 0
        finally:
            postgres.stop(folder / "data")
