"""Old events go by a job, which runs only for tenants that have some."""

from datetime import timedelta

from laurels import jobs
from laurels.kit.values.time import utc_now


async def test_events_of_long_ago_are_forgotten_by_a_job(house, owner_url):
    import asyncpg

    await house.member()
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "update laurels.outbox set created_at = now() - interval '31 days',"
        " relayed_at = now() - interval '31 days', position = 1 where tenant_id = $1",
        house.tenant.id,
    )
    await owner.close()

    # A tenant has no nights from before it was there.
    await jobs.Planner(house.database).plan(utc_now() + timedelta(days=1))
    async with house.work() as work:
        (run,) = await jobs.list_runs(work, job="events.forget_old")
    ended = await jobs.carry_out(house.database, house.tenant.id, run.id)

    assert ended is not None
    assert ended.state == "done"
    assert ended.done >= 1
