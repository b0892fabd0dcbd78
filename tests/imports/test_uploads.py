"""Imports over HTTP: a file comes in pieces, is set up, tried, carried out by a worker, mended."""

import asyncio
import csv
import io
import os
import signal
import sys
from datetime import timedelta

import pytest

from laurels import auth, jobs
from laurels.config import settings
from laurels.imports import uploads
from laurels.kit.work import open_work
from laurels.permissions import Permission
from tests.support.waiting import until

GOOD = "external_id,member,occurred_at,amount,currency\n1,anna,2026-01-05,10,USD\n"
BAD = "2,bo,2026-01-06,ten,USD\n3,bo,2026-01-07,12,EUR\n4,bo,2026-01-08,=2+5,USD\n"


async def upload(client, text: str | bytes, name="orders.csv", **more):
    """Create an import and upload its file in one piece."""
    content = text.encode() if isinstance(text, str) else text
    body = {"file_name": name, "size_bytes": len(content), **more}
    answer = await client.post("/v1/imports", json=body)
    assert answer.status_code == 201, answer.text
    path = f"/v1/imports/{answer.json()['id']}"
    return path, await client.put(f"{path}/content", content=content)


def begins(offset: int) -> dict[str, str]:
    """Say where a piece begins."""
    return {"Upload-Offset": str(offset)}


async def work_through(house):
    """Do what a worker does with the imports of this house alone."""
    claim = "select laurels.claim_job_run($1, $2, interval '30 seconds')"
    while True:
        async with house.work() as work:
            row = await work.fetchrow(claim, work.tenant_id, uploads.CARRY_OUT)
        if row is None or row[0] is None:
            return
        await jobs.carry_out(house.database, house.tenant.id, row[0])


async def result(client, path: str):
    """Read the import."""
    return (await client.get(path)).json()


async def rejected_file(client, path: str) -> list[dict[str, str]]:
    """Download the rejected rows."""
    answer = await client.get(f"{path}/rejected-rows.csv")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


async def test_a_file_is_seen_tried_imported_mended_and_imported_again(client, house):
    path, answer = await upload(client, GOOD + BAD)
    seen = answer.json()
    assert (seen["status"], seen["kind"], seen["delimiter"]) == ("draft", "purchases", ",")
    assert seen["columns"][0] == "external_id"
    assert seen["first_rows"][0] == ["1", "anna", "2026-01-05", "10", "USD"]

    preview = await client.post(
        f"{path}/preview", json={"kind": "purchases", "settings": seen["settings"]}
    )
    assert preview.json()["missing"] is None
    assert [each["line"] for each in preview.json()["problems"]] == [3, 4, 5]

    assert (await client.post(f"{path}/dry-run")).json()["status"] == "waiting"
    await work_through(house)
    tried = await result(client, path)
    assert tried["status"] == "draft"
    dry = tried["dry_run_result"]
    assert dry["counts"] == {"read": 4, "booked": 1, "skipped": 0, "rejected": 3}
    assert (dry["difference"]["points"], dry["difference"]["new_members"]) == (10, 1)
    rows = (await client.get(f"{path}/rejected-rows?of_dry_run=true")).json()["data"]
    assert [row["line"] for row in rows] == [3, 4, 5]
    assert (await client.get("/v1/purchases")).json()["data"] == []

    assert (await client.post(f"{path}/start")).json()["status"] == "waiting"
    await work_through(house)
    done = await result(client, path)
    assert (done["status"], done["percent"]) == ("finished", 100)
    assert (done["counts"], done["difference"]) == (dry["counts"], dry["difference"])

    rows = await rejected_file(client, path)
    assert [row["field"] for row in rows] == ["amount", "currency", "amount"]
    assert rows[2]["amount"] == "'=2+5"
    for row in rows:
        row.update(amount="12", currency="USD")
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    again, answer = await upload(client, text.getvalue(), "mended.csv", mends=done["id"])
    assert answer.json()["source"] == "orders.csv"
    await client.post(f"{again}/start")
    await work_through(house)
    assert (await result(client, again))["counts"]["booked"] == 3
    assert len((await client.get("/v1/purchases")).json()["data"]) == 4
    listed = (await client.get("/v1/imports?status=finished")).json()["data"]
    assert [each["file_name"] for each in listed] == ["mended.csv", "orders.csv"]


async def test_a_file_comes_in_pieces_and_a_piece_twice_is_one(client):
    content = (GOOD + BAD).encode()
    body = {"file_name": "orders.csv", "size_bytes": len(content)}
    path = f"/v1/imports/{(await client.post('/v1/imports', json=body)).json()['id']}/content"
    assert (await client.put(path, content=content[:50])).json()["received_bytes"] == 50
    assert (await client.put(path, content=content[:50])).json()["received_bytes"] == 50
    gap = await client.put(path, content=content[60:], headers=begins(60))
    assert (gap.status_code, gap.json()["received_bytes"]) == (409, 50)
    more = await client.put(path, content=content[50:] + b"x", headers=begins(50))
    assert more.json()["code"] == "piece_misplaced"
    last = await client.put(path, content=content[50:], headers=begins(50))
    assert last.json()["status"] == "draft"


async def test_the_size_of_a_file_is_limited(client):
    limit = settings().import_file_limit_bytes
    answer = await client.post("/v1/imports", json={"file_name": "x.csv", "size_bytes": limit + 1})
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert answer.json()["limit_bytes"] == limit


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"PK\x03\x04rest", "archive or a workbook"),
        (b"\x1f\x8b\x08rest", "archive or a workbook"),
        (b"a\x00b,c\n1,2\n", "no header"),
        ("betrag,währung\n".encode("latin-1"), "UTF-8"),
        ("member,name\n1,Müller\n".encode("latin-1"), "line 2"),
        (b"x" * 1_100_000, "no header"),
    ],
)
async def test_what_is_no_csv_file_is_refused_and_not_kept(client, house, content, says):
    _, answer = await upload(client, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_refused")
    assert says in answer.json()["detail"]
    async with house.work() as work:
        assert not await work.fetch("select from laurels.import_chunks")


async def test_hostile_lines_are_rejected_rows(client, house):
    long = GOOD.encode() + b"y" * 2_000_000 + b"\n5,a\x00,2026-01-01,1,USD\n6,b,2026-01-01,1,USD\n"
    path, _ = await upload(client, long)
    await client.post(f"{path}/start")
    await work_through(house)
    done = await result(client, path)
    assert done["counts"] == {"read": 4, "booked": 2, "skipped": 0, "rejected": 2}
    assert done["difference"]["reasons"] == {"line_too_long": 1, "null_byte": 1}


async def test_columns_of_other_names_are_proposed_and_others_are_said(client, house):
    text = "Bestellnummer;Kunde;Datum;Gesamtbetrag;Farbe\n1;anna;31.12.2025;1.234,50;rot\n"
    path, answer = await upload(client, text)
    found = answer.json()
    assert (found["kind"], found["delimiter"]) == ("purchases", ";")
    assert found["settings"]["mapping"]["amount"] == "Gesamtbetrag"
    told = {**found["settings"], "decimal_comma": True, "dates": "day-first"}
    tried = await client.post(f"{path}/preview", json={"kind": "purchases", "settings": told})
    assert "no column `currency`" in tried.json()["missing"]
    assert "--" not in tried.json()["missing"]
    refused = await client.post(f"{path}/start")
    assert refused.json()["code"] == "file_refused"
    told["constants"] = {"currency": "USD"}
    changed = await client.patch(path, json={"version": 1, "settings": told})
    assert changed.json()["version"] == 2
    late = await client.patch(path, json={"version": 1, "source": "shop"})
    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    tried = await client.post(f"{path}/preview", json={"kind": "purchases", "settings": told})
    assert tried.json()["ignored"] == ["Farbe"]
    await client.post(f"{path}/start")
    await work_through(house)
    assert (await result(client, path))["difference"]["amounts"] == {"completed": "1234.50"}


def many(rows: int) -> str:
    """A file of purchases."""
    head = "external_id,member,occurred_at,amount,currency\n"
    return head + "".join(f"{n},m{n % 50},2026-01-05,10,USD\n" for n in range(rows))


async def test_a_stopped_import_keeps_what_is_booked_and_goes_on(client, house, monkeypatch):
    monkeypatch.setattr("laurels.imports.carrying.BATCH", 20)
    path, _ = await upload(client, many(100))
    await client.post(f"{path}/start")
    stopped = False

    original = uploads.options_of

    def stop_soon(run, **others):
        watch = others["control"].watch

        async def stop(read):
            nonlocal stopped
            if not stopped:
                stopped = True
                assert (await client.post(f"{path}/stop")).json()["status"] == "stopping"
            await watch(read)

        others["control"].watch = stop
        return original(run, **others)

    monkeypatch.setattr("laurels.imports.working.options_of", stop_soon)
    await work_through(house)
    half = await result(client, path)
    assert (half["status"], half["counts"]["booked"]) == ("stopped", 20)
    refused = await client.patch(path, json={"source": "other"})
    assert refused.json()["code"] == "import_status_conflict"
    await client.post(f"{path}/start")
    await work_through(house)
    done = await result(client, path)
    assert done["counts"] == {"read": 100, "booked": 100, "skipped": 0, "rejected": 0}
    assert done["difference"]["points"] == 1000


async def test_a_killed_worker_is_followed_by_one_that_goes_on(client, house, app_url):
    path, _ = await upload(client, many(6_000) + "x,bo,2026-01-01,ten,USD\n")
    await client.post(f"{path}/start")
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.job_worker", app_url
    )

    async def some() -> bool:
        return 0 < (await result(client, path))["counts"]["read"] < 6_001

    await until(some)
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    broken = await result(client, path)
    assert broken["status"] == "running"
    async with house.work() as work:
        # As if its lease had passed.
        await work.fetch(
            "update laurels.job_runs set beat_at = now() - interval '1 hour' where tenant_id = $1",
            work.tenant_id,
        )
    await work_through(house)
    done = await result(client, path)
    assert done["status"] == "finished"
    assert done["counts"] == {"read": 6_001, "booked": 6_000, "skipped": 0, "rejected": 1}
    assert done["difference"]["points"] == 60_000


async def test_a_file_is_deleted_at_once_by_its_days_and_with_an_erased_member(client, house):
    path, _ = await upload(client, GOOD)
    gone = (await client.delete(f"{path}/content")).json()
    assert (gone["has_file"], gone["first_rows"]) == (False, [])
    assert (await client.post(f"{path}/start")).status_code == 410

    path, _ = await upload(client, GOOD)
    async with house.work() as work:
        assert await uploads.delete_old_files(work, limit=10) == 0
    days = timedelta(days=settings().import_file_days, seconds=1)
    async with open_work(house.database, tenant_id=house.tenant.id) as work:
        work.now += days
        assert await uploads.delete_old_files(work, limit=10) == 1
    assert not (await result(client, path))["has_file"]

    path, _ = await upload(client, GOOD)
    member = await client.post("/v1/members", json={"external_id": "erika"})
    await client.post(f"/v1/members/{member.json()['id']}/erase")
    assert not (await result(client, path))["has_file"]


async def test_an_import_needs_the_rights_to_write_what_is_in_it(client, house):
    path, _ = await upload(client, GOOD)
    async with house.work() as work:
        scopes = {Permission.IMPORTS_READ, Permission.IMPORTS_WRITE}
        made = await auth.create_key(work, name="half", test=False, scopes=scopes)
    key = {"Authorization": f"Bearer {made.key}"}
    refused = await client.post(f"{path}/start", headers=key)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_kinds_say_their_columns_and_have_samples_that_can_be_imported(client, house):
    kinds = (await client.get("/v1/imports/kinds")).json()["data"]
    assert [each["kind"] for each in kinds][:2] == ["purchases", "members"]
    (currency,) = [each for each in kinds[0]["columns"] if each["name"] == "currency"]
    assert currency["example"] == "USD"
    samples = {each["kind"]: each["sample"] for each in kinds}
    for kind in ("members", "purchases", "balances", "rewards", "vouchers"):
        path, answer = await upload(client, samples[kind], f"{kind}.csv")
        assert answer.json()["kind"] == kind
        await client.post(f"{path}/start")
        await work_through(house)
        done = await result(client, path)
        rows = (await client.get(f"{path}/rejected-rows")).json()["data"]
        assert (done["status"], rows) == ("finished", [])
