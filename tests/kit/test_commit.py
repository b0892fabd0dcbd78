"""How a commit went is known, or said to be unknown; nothing is tried again after it was sent."""

import asyncio
import collections
import os
import signal
from functools import partial

import asyncpg
import pytest

from laurels.kit.hot import batch
from laurels.kit.work import BATCH, SYSTEM, Actor, OutcomeUnknown, open_work
from tests.support import cluster
from tests.support.asking import asking
from tests.support.size import pick
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


async def buy(client, note):
    return await client.post(
        "/v1/purchases", json=sale(note), headers={"Idempotency-Key": f"key of {note}"}
    )


async def buy_until(client, ends, *, at_once=16):
    """Purchases and what each was answered, until `ends` says that it was enough."""
    outcomes = {}
    while not ends(outcomes):
        notes = [f"{len(outcomes)}-{n}" for n in range(at_once)]
        answers = await asyncio.gather(*(buy(client, note) for note in notes))
        outcomes |= dict(zip(notes, answers, strict=True))
    return outcomes


def code_of(answer):
    return answer.json().get("code", "booked")


async def check_truth(house, client, outcomes):
    """What was answered with success is booked once; what is said not to be booked is not.

    Whoever asks again with the same key gets it booked, once.
    """
    possible = {
        "booked": {1},
        "unavailable": {0},
        "outcome_unknown": {0, 1},
        "timed_out": {0, 1},
    }
    there = await booked(house)
    wrong = {
        note: (code_of(answer), there[note])
        for note, answer in outcomes.items()
        if there[note] not in possible.get(code_of(answer), ())
    }
    assert wrong == {}
    for note in outcomes:
        while (answer := await buy(client, note)).status_code != 201:
            assert answer.status_code == 503
    assert await booked(house) == dict.fromkeys(outcomes, 1)


async def test_a_server_that_waits_for_nobody_makes_no_answer_a_lie(house, admin, monkeypatch):
    """Transactions end that idle for a few milliseconds, or wait as long for a lock."""
    reasons = collections.Counter()
    await house.member(external_id="anna")

    async def hold_locks(stop):
        while not stop.is_set():
            async with admin.transaction():
                await admin.execute(
                    "select from laurels.members where tenant_id = $1 for update", house.tenant.id
                )
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.01)

    def ends(outcomes):
        # With each round another patience: on any machine some get through, and some do not.
        idle = 1 + len(outcomes) // 16 % 16
        monkeypatch.setattr(
            batch,
            "BATCH",
            f"begin; set local lock_timeout = '15ms';"
            f" set local idle_in_transaction_session_timeout = '{idle}ms';"
            " set local plan_cache_mode = force_generic_plan",
        )
        reasons.clear()
        reasons.update(map(code_of, outcomes.values()))
        return len(outcomes) >= pick(512, 3_200) and reasons["booked"] and len(reasons) > 1

    stop = asyncio.Event()
    holder = asyncio.create_task(hold_locks(stop))
    async with asking(house) as client:
        outcomes = await buy_until(client, ends)
        stop.set()
        await holder
        monkeypatch.undo()
        await check_truth(house, client, outcomes)


async def test_backends_that_freeze_while_they_commit_make_no_answer_a_lie(house, admin):
    """They are stopped for longer than anybody waits, and go on; every third dies of it."""
    frozen, stop = 0, asyncio.Event()
    await admin.execute(
        "create or replace function slow.wait() returns trigger language plpgsql as $$"
        " begin perform pg_sleep(0.01); return new; end $$"
    )

    async def freeze():
        nonlocal frozen
        while not stop.is_set():
            for row in (await backends(admin, "commit%"))[:1]:
                frozen += 1
                os.kill(row["pid"], signal.SIGSTOP)
                try:
                    if not frozen % 3:
                        await admin.execute(f"select pg_terminate_backend({row['pid']})")
                    await asyncio.sleep(0.5)
                finally:
                    os.kill(row["pid"], signal.SIGCONT)
            # Between two of them some get through.
            await asyncio.sleep(0.3)

    def ends(outcomes):
        return frozen >= pick(6, 60) and {"booked", "timed_out"} <= set(
            map(code_of, outcomes.values())
        )

    async with asking(house, seconds=0.4) as client:
        freezer = asyncio.create_task(freeze())
        outcomes = await buy_until(client, ends, at_once=8)
        stop.set()
        await freezer
        await check_truth(house, client, outcomes)


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
