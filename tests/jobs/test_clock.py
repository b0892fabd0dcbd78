"""The test clock: a year passes in seconds, and everything happens on its day and in its order."""

import asyncio
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from laurels import jobs, ledger, members
from laurels.jobs.errors import ClockMoving, ClockTargetInvalid, NotATestTenant
from laurels.kit import jobs as declared
from laurels.kit.values.time import utc_now
from laurels.kit.work import Work, open_work

pytestmark = pytest.mark.slow


BERLIN = ZoneInfo("Europe/Berlin")


async def earn(clocked, points: int, **dates):
    """A member who earns so many points now, in a program with these dates."""
    await clocked.house.program(**dates)
    member_id = await clocked.house.member()
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        await ledger.credit(work, ledger.Credit(member_id=member_id, points=points))
    return member_id


async def events_of(clocked, member_id) -> list[tuple[str, object]]:
    rows = await clocked.fetch(
        "select type, occurred_at from laurels.outbox where tenant_id = $1 and member_id = $2"
        " and type like 'points.%' order by member_seq",
        member_id,
    )
    return [(row["type"], row["occurred_at"]) for row in rows]


async def test_a_year_passes_in_order(clocked):
    await clocked.advance("PT1S")
    start = await clocked.now()
    member_id = await earn(clocked, 100, maturity_days=14, expiry_days=365)
    assert (await clocked.balance(member_id))["pending"] == 100

    await clocked.advance("P13D")
    assert (await clocked.balance(member_id))["pending"] == 100
    await clocked.advance("P7D")
    ripe = await clocked.balance(member_id)
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        await ledger.debit(work, ledger.Debit(member_id=member_id, points=60))
    ended = await clocked.advance("P1Y")

    assert (ripe["available"], ripe["pending"]) == (100, 0)
    assert (await clocked.balance(member_id))["available"] == 0
    told = await events_of(clocked, member_id)
    assert [name for name, _ in told] == [
        "points.credited", "points.matured", "points.debited", "points.expired",
    ]  # fmt: skip
    (lot,) = await clocked.fetch(
        "select matures_at, expires_at, expired from laurels.lots where tenant_id = $1"
    )
    assert lot["expired"] == 40
    assert [moment for _, moment in told][1::2] == [lot["matures_at"], lot["expires_at"]]
    days = (lot["expires_at"].astimezone(BERLIN).date() - start.astimezone(BERLIN).date()).days
    assert days in {365, 366}
    assert ended.result is not None
    assert ended.result["ledger.apply_due_lots"] == {"runs": 1, "done": 1}
    assert ended.done == ended.total


async def test_what_is_due_happened_at_its_own_minute_and_before_the_night(clocked):
    await clocked.advance("PT1S")
    await earn(clocked, 100, maturity_days=3, expiry_days=10)

    await clocked.advance("P30D")

    rows = await clocked.fetch(
        "select r.due_at, l.matures_at, l.expires_at from laurels.job_runs as r"
        " cross join laurels.lots as l where r.tenant_id = $1 and l.tenant_id = $1"
        " and r.job = 'ledger.apply_due_lots' order by r.due_at"
    )
    assert len(rows) == 2
    for row, name in zip(rows, ("matures_at", "expires_at"), strict=True):
        assert timedelta(0) <= row["due_at"] - row[name] <= timedelta(minutes=1)


async def test_nightly_jobs_run_once_on_each_local_day_also_when_clocks_change(clocked):
    await clocked.advance("P400D")

    rows = await clocked.fetch(
        "select period, due_at, state, attempts from laurels.job_runs where tenant_id = $1"
        " and job = 'ledger.close_the_day' order by due_at"
    )
    periods = [row["period"] for row in rows]
    assert len(periods) == len(set(periods)) == 400
    assert {(row["state"], row["attempts"]) for row in rows} == {("done", 1)}
    local = [row["due_at"].astimezone(BERLIN) for row in rows]
    assert [f"{moment:%Y-%m-%d}" for moment in local] == periods
    assert {f"{moment:%H:%M}" for moment in local} == {"03:00"}


async def test_months_and_weeks_run_on_their_days_of_the_tenants_calendar(
    clocked, by_month, monkeypatch
):
    async def step(work: Work, *, limit: int) -> int:
        """Do nothing."""
        return 0

    for name, schedule in (
        ("kit.weekly", declared.Weekly(6, time(2, 30))),
        ("kit.monthly", declared.Monthly(1, time(9))),
    ):
        made = declared.Job(name, step, schedule, 10, None, None, True)
        monkeypatch.setitem(declared._jobs, name, made)
    start = datetime(2028, 1, 15, 12, tzinfo=BERLIN)
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        clock = await jobs.set_to(work, start)
    await jobs.carry_out(clocked.database, clocked.tenant_id, clock.run.id)
    by_month.clear()

    ended = await clocked.advance("P3M")

    local = [due.astimezone(BERLIN) for of, due in by_month if of == clocked.tenant_id]
    assert [f"{due:%m-%d %H:%M}" for due in local] == ["01-31 09:00", "02-29 09:00", "03-31 09:00"]
    rows = await clocked.fetch(
        "select due_at from laurels.job_runs where tenant_id = $1 and job = 'kit.weekly'"
        " and due_at > $2 order by due_at", start,
    )  # fmt: skip
    weeks = [row["due_at"].astimezone(BERLIN) for row in rows]
    sundays = [date(2028, 1, 16) + timedelta(weeks=n) for n in range(13)]
    assert [due.date() for due in weeks] == sundays
    # 02:30 is skipped on the last Sunday of March.
    assert {f"{due:%H:%M}" for due in weeks if due.date() != date(2028, 3, 26)} == {"02:30"}
    assert weeks[sundays.index(date(2028, 3, 26))].hour == 3
    assert ended.result["kit.by_month"] == ended.result["kit.monthly"] == {"runs": 3, "done": 0}


async def test_holds_let_go_when_their_time_is_over(clocked):
    await clocked.advance("PT1S")
    member_id = await clocked.house.member(balance=50)
    start = await clocked.now()
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        await ledger.hold(
            work,
            ledger.HoldPoints(
                member_id=member_id, points=20, expires_at=start + timedelta(hours=5)
            ),
        )

    await clocked.advance("PT4H")
    before = await clocked.balance(member_id)
    await clocked.advance("PT2H")
    after = await clocked.balance(member_id)

    assert (before["available"], before["held"]) == (30, 20)
    assert (after["available"], after["held"]) == (50, 0)


async def test_it_stands_still_and_goes_forward_only(clocked):
    await clocked.advance("P1D")
    here = await clocked.now()
    await asyncio.sleep(0.05)

    assert await clocked.now() == here
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        assert (await jobs.set_to(work, here)).target is None
        for target in (here - timedelta(seconds=1), here + timedelta(days=6 * 366)):
            with pytest.raises(ClockTargetInvalid):
                await jobs.set_to(work, target)
        for span in ("yesterday", "P9999Y", "P6Y"):
            with pytest.raises(ClockTargetInvalid):
                await jobs.advance(work, span)


async def test_only_test_tenants_have_one(house):
    async with house.work() as work:
        with pytest.raises(NotATestTenant):
            await jobs.advance(work, "P1D")
        assert await jobs.clock_of(work) is None


async def test_of_two_who_move_it_one_waits_for_the_other(clocked):
    async def move() -> bool:
        try:
            async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
                await jobs.advance(work, "P1D")
        except ClockMoving:
            return False
        return True

    moved = await asyncio.gather(*(move() for _ in range(8)))

    assert moved.count(True) == 1
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        clock = await jobs.clock_of(work)
    assert clock is not None
    assert clock.run is not None
    await jobs.carry_out(clocked.database, clocked.tenant_id, clock.run.id)
    assert await clocked.now() == clock.target


async def test_an_advance_that_broke_off_is_gone_on_with_and_does_nothing_twice(clocked):
    await clocked.advance("PT1S")
    member_id = await earn(clocked, 100, maturity_days=14, expiry_days=60)
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        clock = await jobs.advance(work, "P90D")
    assert clock.run is not None

    # Stopped again and again, each time after one step: a night has several jobs, each at its hour.
    attempts = 1
    while not await jobs.carry_out(
        clocked.database, clocked.tenant_id, clock.run.id, stopping=lambda: True
    ):
        attempts += 1
        assert attempts < 90 * 10
        async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
            with pytest.raises(ClockMoving):
                await jobs.advance(work, "P1D")

    assert attempts > 90
    assert await clocked.now() == clock.target
    nights = await clocked.fetch(
        "select count(*), count(distinct period) from laurels.job_runs where tenant_id = $1"
        " and job = 'ledger.close_the_day'"
    )
    assert list(nights[0]) == [90, 90]
    assert [name for name, _ in await events_of(clocked, member_id)] == [
        "points.credited", "points.matured", "points.expired",
    ]  # fmt: skip


async def test_long_lists_of_what_is_due_are_worked_off(clocked):
    await clocked.advance("PT1S")
    await clocked.house.program(maturity_days=1, expiry_days=3)
    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        known = await members.ensure(work, [f"long-{number}" for number in range(2500)])
        await ledger.post(
            work, [ledger.Credit(member_id=member_id, points=1) for member_id in known.values()]
        )

    ended = await clocked.advance("P4D")

    left = await clocked.fetch(
        "select count(*) from laurels.lots where tenant_id = $1 and remaining > 0"
    )
    assert left[0][0] == 0
    assert ended.result is not None
    # Once they matured and once they lapsed: each in one run of three steps.
    assert ended.result["ledger.apply_due_lots"] == {"runs": 2, "done": 5000}


async def test_the_clock_reaches_every_work_but_not_the_log_or_the_keys(clocked):
    await clocked.advance("P2Y")
    later = await clocked.now()

    async with open_work(clocked.database, tenant_id=clocked.tenant_id) as work:
        assert work.now == later
    written = await clocked.fetch(
        "select max(created_at) from laurels.audit_log where tenant_id = $1"
    )
    assert later > utc_now() + timedelta(days=700)
    assert written[0][0] < utc_now() + timedelta(minutes=1)
