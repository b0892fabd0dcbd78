"""What segments do by themselves: through the planner, the runs, and the night."""

from datetime import UTC, datetime

import pytest

from laurels import events, jobs, ledger, segments
from laurels.kit.jobs import all_jobs
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now
from laurels.kit.work import OPERATOR
from laurels.segments import service
from tests.support.make import make_tenant

RICH = {"field": "points.available", "op": "gte", "value": 50}


async def make(house, **more):
    async with house.work() as work:
        return await segments.create(
            work, {"name": "Rich", "kind": "dynamic", "criteria": RICH, **more}
        )


async def waiting(house, job):
    """Whether the planner would find something for this job to do in the house."""
    async with house.database.connection() as raw:
        rows = await raw.fetch(f"select laurels.{all_jobs()[job].waiting}($1)", utc_now())
    return house.tenant.id in {row[0] for row in rows}


async def run(house, job):
    return await jobs.run_now(house.database, house.tenant.id, job, actor=OPERATOR)


async def test_only_tenants_with_segments_and_news_are_looked_at(house):
    member = await house.member(balance=60)
    while await events.relay_all(house.database):
        pass
    before = await waiting(house, "segments.keep_up")
    await make(house)
    none_yet = await waiting(house, "segments.keep_up")

    async with house.work() as work:
        await ledger.debit(work, ledger.Debit(member_id=member, points=60, type="adjusted"))
    while await events.relay_all(house.database):
        pass
    news = await waiting(house, "segments.keep_up")
    done = await run(house, "segments.keep_up")
    while await events.relay_all(house.database):
        pass
    await run(house, "segments.keep_up")

    assert (before, none_yet, news, await waiting(house, "segments.keep_up")) == (
        False, False, True, False,
    )  # fmt: skip
    assert done.done == 1
    async with house.work() as work:
        assert await segments.segments_of(work, [member]) == {}


@pytest.mark.parametrize("notify", [None, True])
async def test_where_there_are_many_members_a_job_computes(house, client, monkeypatch, notify):
    monkeypatch.setattr(service, "AT_ONCE", 0)
    member = await house.member(balance=60)

    made = (await client.post("/v1/segments", json={"name": "Rich", "criteria": RICH})).json()
    answer = await client.post(f"/v1/segments/{made['id']}/recompute", json={"notify": notify})
    run_id = answer.json()["run_id"]
    state = (await client.get(f"/v1/jobs/runs/{run_id}")).json()["state"]
    asked = await waiting(house, "segments.recompute_asked")
    done = await run(house, "segments.recompute_asked")

    assert (made["computed_version"], made["member_count"]) == (None, 0)
    assert answer.json()["segment"]["asked_at"] is not None
    assert (state, asked, done.done) == ("waiting", True, 1)
    computed = (await client.get(f"/v1/segments/{made['id']}")).json()
    assert (computed["member_count"], computed["asked_at"]) == (1, None)
    assert not await waiting(house, "segments.recompute_asked")
    async with house.work() as work:
        told = await work.fetch(
            "select member_id from laurels.outbox where tenant_id = $1 and type = 'segment.joined'",
            work.tenant_id,
        )
    assert [row[0] for row in told] == ([member] if notify else [])


async def test_the_night_brings_what_days_alone_change(database):
    house = await make_tenant(database, test=True, time_zone="Europe/Vienna")
    member = await house.member()
    new = {"field": "member.days_since_enrolment", "op": "lte", "value": 3}
    segment = await make(house, criteria=new)
    async with house.work() as work:
        clock = await jobs.advance(work, "P5D")
    await jobs.carry_out(database, house.tenant.id, clock.run.id)

    async with house.work() as work:
        rows = await segments.list_memberships(work, segment_id=segment["id"], history=True)
        days = await segments.list_days(
            work, segment["id"], since=house.now.date(), until=house.later(days=9).date()
        )
    (row,) = rows
    assert (row["member_id"], row["left_reason"]) == (member, "criteria")
    # At twenty past three in Vienna of the fourth day after.
    assert row["left_at"] == datetime(2026, 3, 6, 2, 20, tzinfo=UTC)
    assert [(day["members"], day["left_count"]) for day in days] == [
        (1, 0), (1, 0), (1, 0), (1, 0), (0, 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "goes_by_day"),
    [
        (RICH, False),
        ({"field": "rfm.recency", "op": "gte", "value": 3}, False),
        ({"field": "member.enrolled_at", "op": "lt", "value": "2030-01-01T00:00:00Z"}, False),
        ({"field": "member.days_since_enrolment", "op": "lte", "value": 3}, True),
        ({"field": "purchases.last_30_days.count", "op": "gte", "value": 1}, True),
        ({"any": [RICH, {"not": {"some": "purchases", "where":
          {"field": "days_ago", "op": "lt", "value": 90}}}]}, True),
    ],
)  # fmt: skip
async def test_at_night_segments_are_computed_where_something_changes_them(
    house, criteria, goes_by_day
):
    await make(house, criteria=criteria)
    without_members = await waiting(house, "segments.refresh")
    await house.member(balance=60)
    news = await waiting(house, "segments.refresh")
    async with house.work() as work:
        await work.fetch(
            "update laurels.segments set last_computed_at = now() + interval '1 day'"
            " where tenant_id = $1", work.tenant_id,
        )  # fmt: skip

    assert (without_members, news) == (False, True)
    assert await waiting(house, "segments.refresh") is goes_by_day


GONE = '{"field": "member.gone", "op": "gte", "value": 1}'
WRONG_KIND = '{"field": "points.available", "op": "gte", "value": "many"}'
NO_FORM = '{"fields": []}'


@pytest.mark.parametrize("criteria", [GONE, WRONG_KIND, NO_FORM, '{"all": []}'])
async def test_one_bad_segment_stops_no_other(house, client, criteria):
    bad = (await make(house, name="Bad"))["id"]
    good = (await make(house, name="Good"))["id"]
    async with house.work() as work:
        await work.fetch(
            "update laurels.segments set criteria = $3::text::jsonb"
            " where tenant_id = $1 and id = $2", work.tenant_id, bad, criteria,
        )  # fmt: skip
    rich = await house.member(balance=60)
    while await events.relay_all(house.database):
        pass

    await run(house, "segments.keep_up")
    async with house.work() as work:
        followed = await segments.segments_of(work, [rich])
    richer = await house.member(balance=80)
    house.later(days=1)
    nights = [await run(house, "segments.refresh") for _ in range(2)]
    listed = {row["name"]: row for row in (await client.get("/v1/segments")).json()["data"]}
    async with house.work() as work:
        computed = await segments.segments_of(work, [richer])

    assert [night.state for night in nights] == ["done", "done"]
    assert followed == {rich: frozenset({good})}
    assert computed == {richer: frozenset({good})}
    assert listed["Good"]["failed_at"] is None
    assert listed["Bad"]["failed_at"] is not None
    assert "criteria" in listed["Bad"]["failure"]
    assert not await waiting(house, "segments.keep_up")


async def test_a_segment_that_failed_is_well_again_once_it_can_be_computed(house, client):
    made = (await make(house, name="Bad"))["id"]
    await house.member(balance=60)
    async with house.work() as work:
        await work.fetch(
            "update laurels.segments set criteria = $3::text::jsonb, asked_at = now()"
            " where tenant_id = $1 and id = $2", work.tenant_id, made, GONE,
        )  # fmt: skip
    await run(house, "segments.recompute_asked")
    path = f"/v1/segments/{encode('segment', made)}"
    failed = (await client.get(path)).json()

    mended = await client.patch(path, json={"criteria": RICH})
    computed = await client.post(f"{path}/recompute")

    assert (failed["failed_at"] is None, failed["asked_at"]) == (False, None)
    assert mended.status_code == 200
    assert computed.json()["segment"]["failed_at"] is None
    assert computed.json()["segment"]["member_count"] == 1
