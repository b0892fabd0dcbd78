"""All that is kept of one person, complete and in pages."""

import json

from typer.testing import CliRunner

from .test_erasing import PERSON, live


async def test_an_export_has_every_chapter_of_a_life(client, house):
    ids = await live(client, house)

    answer = await client.get(f"/v1/members/{ids['member']}/export")

    told = answer.json()
    data = told["data"]
    assert told["has_more"] is False
    assert {row["id"] for row in data["members"]} == {ids["member"], ids["second"]}
    assert next(r for r in data["members"] if r["id"] == ids["member"])["email"] == PERSON["email"]
    assert ids["purchase"] in [row["id"] for row in data["purchases"]]
    assert "Gift wrapped for Zebulon" in [row["note"] for row in data["purchases"]]
    assert data["purchase_lines"][0]["attributes"] == {"for": "Zebulon"}
    assert data["refunds"][0]["reason"] == "Zebulon changed his mind"
    assert {row["reason"] for row in data["holds"]} == {"The lantern of Zebulon"}
    assert "Sorry, Mr Quillfeather" in {row["reason"] for row in data["transactions"]}
    assert {"wallets", "totals", "merges", "awards", "events", "audit"} <= set(data)
    assert ids["purchase"] in {row["subject_id"] for row in data["awards"]}
    assert "tenant_id" not in data["members"][0]


async def test_an_export_in_pages_is_the_same_as_at_once(client, house):
    ids = await live(client, house)
    address = f"/v1/members/{ids['member']}/export"
    whole = [
        (section, row.get("id"))
        for section, rows in (await client.get(address)).json()["data"].items()
        for row in rows
        if section != "audit"
    ]

    paged: list[tuple[str, str]] = []
    cursor: str | None = None
    while True:
        query = {"limit": 3} if cursor is None else {"limit": 3, "cursor": cursor}
        page = (await client.get(address, params=query)).json()
        rows = [(c, row.get("id")) for c, found in page["data"].items() for row in found]
        assert len(rows) <= 3
        paged += [each for each in rows if each[0] != "audit"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert paged == whole
    wrong = await client.get(address, params={"cursor": "rubbish"})
    assert wrong.json()["errors"][0]["field"] == "cursor"


async def test_that_somebody_exported_is_noted_once(client, house):
    ids = await live(client, house)
    await client.get(f"/v1/members/{ids['member']}/export", params={"limit": 1000})

    noted = await client.get("/v1/audit-log", params={"action": "member.exported"})

    assert len(noted.json()["data"]) == 1


def test_the_command_asks_before_it_erases(app_url, owner_url, monkeypatch):
    from laurels.cli.main import app
    from laurels.config import settings

    monkeypatch.setenv("LAURELS_DATABASE_URL", app_url)
    monkeypatch.setenv("LAURELS_ADMIN_DATABASE_URL", owner_url)
    settings.cache_clear()
    runner = CliRunner()

    def do(*words: str, given: str | None = None):
        return runner.invoke(app, list(words), input=given)

    import uuid

    slug = f"cli-{uuid.uuid4().hex[:12]}"
    try:
        assert do("tenant", "create", slug).exit_code == 0
        refused = do("member", "erase", "nobody", "--tenant", slug, given="nobody\n")
        assert refused.exit_code == 1
        assert "no member `nobody`" in refused.output
        stopped = do("member", "erase", "a", "--tenant", slug, given="b\n")
        assert "nothing was erased" in stopped.output
        listed = do("audit", "--tenant", slug, "--action", "tenant.", "--json")
        assert [row["action"] for row in json.loads(listed.output)] == ["tenant.created"]
        assert "operator" in do("audit", "--tenant", slug).output
    finally:
        settings.cache_clear()
