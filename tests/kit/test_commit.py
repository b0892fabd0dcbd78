"""How a commit went is known, or said to be unknown; nothing is tried again after it was sent."""

import asyncio
import collections
from functools import partial

import asyncpg
import pytest

from laurels.kit.work import BATCH, SYSTEM, Actor, OutcomeUnknown, open_work
from tests.support import cluster
from tests.support.asking import asking
from tests.support.waiting import until


@pytest.fixture
async def admin(database_name):
    """A connection that may do everything, with a commit that can be made to take long."""
    found = await asyncpg.connect(cluster.server().url(database=database_name))
    await found.execute(
        "create schema slow; grant usage on schema slow to public;"
        "create function slow.wait() returns trigger language plpgsql security definer as $$"
        " begin if new.note like 'slow%' then perform pg_sleep(120); end if; return new; end $$;"
        "create constraint trigger slow after insert on laurels.purchases"
        " deferrable initially deferred for each row execute function slow.wait()"
    )
    yield found
    await found.execute("drop schema slow cascade")
    await found.close()


def sale(note):
    return {"member": "anna", "amount": "10.00", "currency": "USD", "note": note}


async def is_closed(raw):
    return raw.is_closed()


async def backends(admin, query):
    """Whoever runs such a query at present."""
    return await admin.fetch(
        "select pid from pg_stat_activity where datname = current_database() and state = 'active'"
        " and usename = 'laurels_app' and query like $1",
        query,
    )


async def interrupt(admin, how):
    """Interrupt the next commit that takes long."""
    found = await until(partial(backends, admin, "commit%"))
    await admin.execute(f"select {how}({found[0]['pid']})")


async def booked(house):
    async with house.work() as work:
        rows = await work.fetch(
            "select note from laurels.purchases where tenant_id = $1", work.tenant_id
        )
    return collections.Counter(row["note"] for row in rows)


@pytest.mark.parametrize("how", ["pg_cancel_backend", "pg_terminate_backend"])
async def test_an_interrupted_commit_is_told_to_all_of_its_batch_and_never_tried_again(
    house, admin, how
):
    async with asking(house) as client:
        tasks = [
            asyncio.create_task(client.post("/v1/purchases", json=sale(f"slow-{n}")))
            for n in range(5)
        ]
        await interrupt(admin, how)
        answers = await asyncio.gather(*tasks)

    assert {(a.status_code, a.json()["code"]) for a in answers} == {(503, "outcome_unknown")}
    assert {a.headers["retry-after"] for a in answers} == {"1"}
    assert await booked(house) == {}


async def test_a_cold_route_says_so_too(house, admin):
    member = await house.member(external_id="anna")
    assert member
    async with asking(house) as client:
        bought = asyncio.create_task(
            client.post("/v1/purchases/bulk", json={"items": [sale("slow-1"), sale("b")]})
        )
        await interrupt(admin, "pg_cancel_backend")
        answer = await bought

    assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown")
    assert await booked(house) == {}


async def test_a_refusal_of_the_commit_itself_is_known(house, admin):
    await admin.execute(
        "create or replace function slow.wait() returns trigger language plpgsql as $$"
        " begin perform 1 / 0; return new; end $$"
    )
    async with asking(house) as client:
        answers = await asyncio.gather(
            *(client.post("/v1/purchases", json=sale(f"n-{n}")) for n in range(4)),
            return_exceptions=True,
        )

    assert {getattr(a, "status_code", 500) for a in answers} == {500}
    assert await booked(house) == {}


async def test_under_random_cancels_nothing_is_booked_twice(house, admin):
    """One request, one effect at most; exactly one where the answer says so."""
    outcomes, cancels = {}, 0
    stop = asyncio.Event()

    async def cancel():
        nonlocal cancels
        while not stop.is_set():
            cancels += await admin.fetchval(
                "select count(*) filter (where pg_cancel_backend(pid)) from pg_stat_activity"
                " where datname = current_database() and usename = 'laurels_app'"
                " and state = 'active' and random() < 0.05"
            )

    async with asking(house) as client:
        await client.post("/v1/purchases", json=sale("first"))
        vandal = asyncio.create_task(cancel())
        # On a quick machine hardly anything gets through between two cancels.
        while cancels < 60 or not any(a.status_code == 201 for a in outcomes.values()):
            notes = [f"{len(outcomes)}-{n}" for n in range(16)]
            answers = await asyncio.gather(
                *(client.post("/v1/purchases", json=sale(note)) for note in notes)
            )
            outcomes |= dict(zip(notes, answers, strict=True))
        stop.set()
        await vandal

    there = await booked(house)
    wrong = {
        note: (answer.status_code, there[note])
        for note, answer in outcomes.items()
        if there[note] not in ({1} if answer.status_code == 201 else {0, 1})
        or answer.status_code not in {201, 503}
    }
    assert wrong == {}
    told = collections.Counter(answer.json().get("code", "booked") for answer in outcomes.values())
    assert told["booked"] > 0
    # Whoever is not told of a success is told that nothing is known, or nothing is booked.
    assert not [
        note
        for note, answer in outcomes.items()
        if answer.status_code == 503 and answer.json()["code"] == "unavailable" and there[note]
    ]


async def test_a_commit_whose_connection_is_gone_raises_that_its_outcome_is_unknown(house, admin):
    with pytest.raises(OutcomeUnknown):
        async with open_work(house.database, tenant_id=house.tenant.id, kind=BATCH) as work:
            driver, pid = work.raw._con, await work.raw.fetchval("select pg_backend_pid()")
            await admin.execute(f"select pg_terminate_backend({pid})")
            await until(partial(is_closed, driver))


async def test_what_is_put_off_to_the_end_gets_the_work_as_it_is_then(house):
    seen = []

    async def last(work):
        seen.append((work.actor, work.now))

    async with open_work(house.database, tenant_id=house.tenant.id, now=house.now) as work:
        work.before_commit.append(last)
        assert work.actor == SYSTEM
        work.actor = Actor("staff", "stf_1")
        work.now = house.later(days=1)

    assert seen == [(Actor("staff", "stf_1"), house.now)]
