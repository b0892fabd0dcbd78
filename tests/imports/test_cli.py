"""`laurels import` as a person or a program meets it."""

import json

import pytest
from typer.testing import CliRunner

from laurels.cli.main import app
from laurels.config import settings


@pytest.fixture
def command(desk, app_url, monkeypatch):
    """Run `laurels import …` on the house's tenant; return exit code, stdout and stderr."""
    monkeypatch.setenv("LAURELS_DATABASE_URL", app_url)
    monkeypatch.setenv("LAURELS_DATA_DIR", str(desk.folder / "data"))
    settings.cache_clear()

    def run(*words, tenant=desk.house.tenant.slug):
        result = CliRunner().invoke(app, ["import", *map(str, words), "--tenant", tenant])
        return result.exit_code, result.stdout, " ".join(result.stderr.split())

    yield run
    settings.cache_clear()


def test_json_holds_the_numbers_and_the_exit_code_is_0(desk, command):
    file = desk.purchases({"amount": "10.90"}, {"status": "pending", "amount": "3"})

    code, said, _ = command("purchases", file, "--json")

    found = json.loads(said)
    assert code == 0
    assert found.pop("run_id").startswith("imp_")
    assert found == {
        "source": "shop.csv", "dry_run": False, "read": 2, "booked": 2, "skipped": 0,
        "rejected": 0, "new_members": 1, "points": 10, "revenue": "10.90",
        "amounts": {"completed": "10.90", "pending": "3"}, "reasons": {}, "rejected_file": None,
        "ignored_columns": [],
    }  # fmt: skip


def test_rejected_rows_give_exit_code_3_and_the_path_of_their_file(desk, command):
    file = desk.purchases({}, {"amount": "x"})

    code, said, complained = command("purchases", file)

    (written,) = (desk.folder / "data" / "imports").iterdir()
    assert code == 3
    assert "rows read 2" in " ".join(said.split())
    assert "line 3, amount" in complained
    assert "50% of the rows were rejected" in complained
    assert str(written) in complained
    assert "--source" in complained


def test_a_dry_run_says_so(desk, command):
    code, said, complained = command("purchases", desk.purchases({}), "--dry-run")

    assert code == 0
    assert "would be booked" in said
    assert "nothing was changed" in complained


def test_members_and_mappings(desk, command):
    file = desk.file("Mail\nada@example.com\n", "members.csv")

    code, said, _ = command("members", file, "--map", "email=Mail", "--json")

    assert (code, json.loads(said)["new_members"]) == (0, 1)


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (["no.csv"], "there is no file no.csv"),
        (["{file}", "--map", "amount"], "--map reads COLUMN=NAME"),
        (["{file}", "--map", "amount=Total"], "no column `Total`"),
        (["{file}", "--map", "price=amount"], "no column `price`"),
        (["{empty}"], "is empty"),
    ],
)
def test_what_cannot_be_imported_at_all_gives_exit_code_1_and_a_sentence(
    desk, command, words, trouble
):
    places = {"file": desk.purchases({}), "empty": desk.file("", "empty.csv")}

    code, said, complained = command("purchases", *(word.format(**places) for word in words))

    assert (code, said) == (1, "")
    assert trouble in complained


def test_an_unknown_tenant_is_said(desk, command):
    code, _, complained = command("purchases", desk.purchases({}), tenant="nobody")

    assert code == 1
    assert "There is no tenant `nobody`" in complained


def test_a_folder_is_called_a_folder(desk, command):
    code, _, said = command("purchases", desk.folder)

    assert code == 1
    assert "is a folder; give a CSV file" in said
