"""Jobs and test clocks over HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest

from laurels import auth, jobs
from laurels.kit.values.ids import decode
from laurels.kit.work import OPERATOR, open_work
from tests.support.application import application

from .conftest import Clocked

NIGHTLY = "ledger.close_the_day"


@pytest.fixture
async def doors(clocked: Clocked) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the test tenant."""
    async with open_work(clocked.database, tenant_id=clocked.tenant_id, actor=OPERATOR) as work:
        made = await auth.create_key(work, name="test", test=True)
    transport = httpx.ASGITransport(app=application(clocked.database), raise_app_exceptions=False)
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://laurels.test",
        headers={"Authorization": f"Bearer {made.key}"},
    ) as found:
        yield found


async def arrive(clocked: Clocked, run_id: str) -> None:
    """Do what a worker would."""
    await jobs.carry_out(clocked.database, clocked.tenant_id, decode("job_run", run_id))


async def test_a_clock_is_moved_and_read(clocked, doors):
    real = (await doors.get("/v1/test-clock")).json()
    moved = await doors.post("/v1/test-clock", json={"advance": "P10D"})
    again = await doors.post("/v1/test-clock", json={"advance": "P10D"})
    await arrive(clocked, moved.json()["run"]["id"])
    ready = (await doors.get("/v1/test-clock")).json()

    assert real["status"] == "real"
    assert (moved.status_code, moved.json()["status"]) == (202, "advancing")
    assert (again.status_code, again.json()["code"]) == (409, "test_clock_moving")
    assert ready["status"] == "ready"
    assert ready["now"] == moved.json()["target"]
    assert ready["run"]["result"][NIGHTLY] == {"runs": 10, "done": 0}
    same = await doors.post("/v1/test-clock", json={"now": ready["now"]})
    assert (same.status_code, same.json()["status"]) == (202, "ready")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"now": "2001-01-01T00:00:00Z"}, "now"),
        ({"now": "9999-01-01T00:00:00Z"}, "now"),
        ({"now": "2030-01-01T00:00:00"}, "now"),
        ({"advance": "P6Y"}, "advance"),
        ({"advance": "a while"}, "advance"),
        ({"advance": "P1D", "now": "2030-01-01T00:00:00Z"}, "body"),
        ({}, "body"),
    ],
)
async def test_a_wrong_way_names_its_field(doors, body, field):
    answer = await doors.post("/v1/test-clock", json=body)

    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_live_tenant_has_none(client):
    read = await client.get("/v1/test-clock")
    moved = await client.post("/v1/test-clock", json={"advance": "P1D"})

    assert (read.status_code, read.json()["status"]) == (200, "real")
    assert (moved.status_code, moved.json()["code"]) == (409, "not_a_test_tenant")


async def test_business_follows_the_clock_and_stored_answers_do_not(clocked, doors):
    key = {"Idempotency-Key": "over-a-year"}
    bought = {"member": "m", "amount": "12.00", "currency": "USD"}
    first = await doors.post("/v1/purchases", json=bought, headers=key)
    moved = await doors.post("/v1/test-clock", json={"advance": "P1Y"})
    await arrive(clocked, moved.json()["run"]["id"])

    again = await doors.post("/v1/purchases", json=bought, headers=key)
    later = await doors.post("/v1/purchases", json=bought)

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert later.status_code == 201, later.text
    rows = await clocked.fetch(
        "select occurred_at from laurels.purchases where tenant_id = $1 order by id desc limit 1"
    )
    assert rows[0]["occurred_at"] == await clocked.now()


async def test_jobs_are_listed_asked_for_and_read(clocked, doors):
    asked = await doors.post(f"/v1/jobs/{NIGHTLY}/run")
    run_id = asked.json()["id"]
    waiting = (await doors.get("/v1/jobs/runs", params={"state": "waiting"})).json()["data"]
    await arrive(clocked, run_id)
    listed = {job["name"]: job for job in (await doors.get("/v1/jobs")).json()["data"]}
    done = (await doors.get(f"/v1/jobs/runs/{run_id}")).json()

    assert asked.status_code == 202
    assert [run["id"] for run in waiting] == [run_id]
    assert (done["state"], done["origin"]) == ("done", "hand")
    assert listed[NIGHTLY]["last_run"]["id"] == run_id
    assert listed[NIGHTLY]["next_at"] is not None
    assert listed["ledger.apply_due_lots"]["schedule"] == "every minute, where something waits"


async def test_a_job_that_is_none_is_not_found(doors):
    answer = await doors.post("/v1/jobs/ledger.print_money/run")

    assert (answer.status_code, answer.json()["code"]) == (404, "job_not_found")


async def test_runs_come_in_pages(clocked, doors):
    moved = await doors.post("/v1/test-clock", json={"advance": "P9D"})
    await arrive(clocked, moved.json()["run"]["id"])
    seen: list[str] = []
    parameters: dict[str, str | int] = {"job": NIGHTLY, "limit": 4}

    while True:
        page = (await doors.get("/v1/jobs/runs", params=parameters)).json()
        seen += [run["period"] for run in page["data"]]
        if not page["has_more"]:
            break
        parameters["cursor"] = page["next_cursor"]

    assert len(seen) == len(set(seen)) == 9
    assert seen == sorted(seen, reverse=True)


async def test_a_move_of_the_clock_is_foreseen(doors):
    seen = (await doors.get("/v1/test-clock/preview", params={"advance": "P10D"})).json()
    wrong = await doors.get("/v1/test-clock/preview", params={"advance": "a while"})
    after = (await doors.get("/v1/test-clock")).json()

    nightly = next(each for each in seen["due"] if each["job"] == NIGHTLY)
    assert nightly["runs"] == 10
    assert seen["now"] < nightly["first_at"] < seen["target"]
    assert wrong.json()["errors"][0]["field"] == "advance"
    assert after["status"] == "real"


async def test_a_job_says_in_parts_when_it_runs(doors):
    listed = (await doors.get("/v1/jobs")).json()["data"]

    nightly = next(each for each in listed if each["name"] == NIGHTLY)
    assert nightly["timing"] == {
        "kind": "daily", "at": "03:00", "weekday": None, "day": None, "minutes": None,
        "where_waiting": True,
    }  # fmt: skip


async def test_the_books_are_verified_by_hand(clocked, doors):
    asked = (await doors.post("/v1/jobs/ledger.verify_the_books/run")).json()
    await arrive(clocked, asked["id"])

    run = (await doors.get(f"/v1/jobs/runs/{asked['id']}")).json()
    assert run["state"] == "done"
    assert set(run["result"]) == {"wallets", "transactions", "points_outstanding", "rules"}
