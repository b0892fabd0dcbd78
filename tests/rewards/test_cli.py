"""`laurels reward` as a person or a program meets it."""

import json

import pytest
from typer.testing import CliRunner

from laurels import rewards
from laurels.cli.main import app
from laurels.config import settings
from laurels.kit.values.ids import encode


@pytest.fixture
def command(house, app_url, monkeypatch, tmp_path):
    """Run `laurels reward …` on the house's tenant; return exit code, stdout and stderr."""
    monkeypatch.setenv("LAURELS_DATABASE_URL", app_url)
    monkeypatch.setenv("LAURELS_DATA_DIR", str(tmp_path / "data"))
    settings.cache_clear()

    def run(*words):
        result = CliRunner().invoke(
            app, ["reward", *map(str, words), "--tenant", house.tenant.slug]
        )
        return result.exit_code, result.stdout, " ".join(result.stderr.split())

    yield run
    settings.cache_clear()


@pytest.fixture
async def pool(house):
    """The id of a reward with a pool."""
    async with house.work() as work:
        made = await rewards.create_reward(
            work,
            {"name": "Tea", "type": "custom", "value": {}, "cost_points": 5, "fulfilment": "pool"},
        )
    return encode("reward", made)


def test_codes_of_a_file_are_uploaded_once_and_duplicates_named(pool, command, tmp_path):
    file = tmp_path / "codes.txt"
    file.write_text("\ufeffTEA-1\n\n  TEA-2 \n" + "".join(f"C-{n}\n" for n in range(1500)))

    first = command("upload", pool, file, "--json")
    again = command("upload", pool, file)
    listed = command("list", "--json")

    assert first[0] == 0, first
    assert json.loads(first[1]) == {
        "reward_id": pool, "added": 1502, "duplicates": [], "codes_left": 1502,
    }  # fmt: skip
    assert again[0] == 3
    assert "0 codes added, 1,502 already existed" in again[1]
    assert "already existed: TEA-1" in again[2]
    assert json.loads(listed[1])[0]["codes_left"] == 1502
    assert "1,502" in command("list")[1]


@pytest.mark.parametrize(
    ("reward", "content", "trouble"),
    [
        ("rwd_01h455vb4pex5vsknk084sn02q", "A\n", "no reward with this id"),
        ("prg_01h455vb4pex5vsknk084sn02q", "A\n", "expected the id of a reward"),
        (None, "\n", "has no codes"),
        (None, "A\n" + "x" * 129, "line 2 is not a code"),
        (None, None, "there is no file"),
    ],
)
def test_what_is_wrong_is_said_in_words(pool, command, tmp_path, reward, content, trouble):
    file = tmp_path / "codes.txt"
    if content is not None:
        file.write_text(content)

    code, _, complained = command("upload", reward or pool, file)

    assert code == 1
    assert trouble in complained
