"""docs/recipes/generate-a-client.md does what it says: clients are generated, checked and used."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from laurels import auth
from tests.support.make import make_tenant
from tests.support.openapi import document
from tests.support.server import served

pytestmark = pytest.mark.slow


ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "recipes" / "generate-a-client.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [text.strip().splitlines() for kind, text in BLOCKS if kind == "sh"]
PRINTED = next(text for kind, text in BLOCKS if kind == "text")
BIN = Path(sys.executable).parent
TSC = ["--strict", "--target", "es2022", "--module", "es2022", "--moduleResolution", "bundler"]


def program(kind: str) -> str:
    """The program of the page that is written in this language."""
    return next(text for found, text in BLOCKS if found == kind)


def ran(*command: str | Path, folder: Path, **environment: str) -> str:
    """What a command prints, both streams; it has to succeed."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command} {done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def fetched(*command: str | Path, folder: Path) -> None:
    """Install packages; without a registry there is nothing to test here."""
    try:
        ran(*command, folder=folder)
    except AssertionError as trouble:
        pytest.skip(f"cannot be installed here: {str(trouble)[-300:]}")


@pytest.fixture
async def shop(database):
    """A shop that sells: one point per dollar, tiers, a reward of 80 points; address and key."""
    house = await make_tenant(database, preset="shopify", test=True)
    async with house.work() as work:
        made = await auth.create_key(work, name="client", test=True)
    with served(database.url) as address:
        headers = {"Authorization": f"Bearer {made.key}"}
        async with httpx.AsyncClient(base_url=f"{address}/v1", headers=headers) as client:
            reward = {"name": "Tea", "type": "free_product", "cost_points": 80}
            settings = await client.patch("/settings/earning", json={"welcome_points": 0})
            made_reward = await client.post("/rewards", json={**reward, "value": {"sku": "tea"}})
        assert (settings.status_code, made_reward.status_code) == (200, 201), made_reward.text
        yield {"ADDRESS": address, "KEY": made.key}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(document()), encoding="utf-8")
    return tmp_path


def test_a_python_client_is_generated_typed_and_used(folder, shop):
    install, generate, libraries = COMMANDS[0]
    ran(sys.executable, "-m", "venv", "python", folder=folder)
    programs = folder / "python" / "bin"
    for command in (install, libraries):
        fetched(programs / "python", "-m", *command.split(), folder=folder)

    said = ran(programs / generate.split()[0], *generate.split()[1:], folder=folder)
    (folder / "story.py").write_text(program("python"), encoding="utf-8")
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}', encoding="utf-8")
    ran(BIN / "basedpyright", "--pythonpath", programs / "python", "story.py", folder=folder)

    assert [line for line in said.splitlines() if "WARNING" in line or "Unable" in line] == []
    assert ran(programs / "python", "story.py", folder=folder, **shop) == PRINTED


def test_a_typescript_client_is_generated_typed_and_used(folder, shop):
    if shutil.which("npm") is None:
        pytest.skip("there is no npm")
    install, install_tools, generate = COMMANDS[1]
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    for command in (install, install_tools):
        fetched(*command.split(), folder=folder)

    said = ran(*generate.split(), folder=folder)
    (folder / "story.ts").write_text(program("ts"), encoding="utf-8")
    (folder / "node.d.ts").write_text(
        "declare const process: { env: Record<string, string | undefined> };", encoding="utf-8"
    )
    ran("npx", "tsc", *TSC, "story.ts", "node.d.ts", folder=folder)

    assert "error" not in said.lower()
    assert ran("node", "story.js", folder=folder, **shop) == PRINTED
