"""Birthdays: once a year, on the tenant's own day, whatever is missed, changed or leaps."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from laurels import members, settlement
from laurels.earning import EarningSettings
from laurels.kit.values.ids import encode
from laurels.kit.values.time import start_of_day
from laurels.settlement import birthdays
from tests.support.make import make_tenant

GIFT = {
    "name": "Happy birthday",
    "trigger": "member.birthday",
    "award": {"type": "fixed", "points": 250},
}


async def rule(client, **more):
    answer = await client.post("/v1/earning-rules", json={**GIFT, **more})
    assert answer.status_code == 201, answer.text


async def enrol(house, name, born, **profile):
    async with house.work() as work:
        known = {"external_id": name, "birthday": date.fromisoformat(born), **profile}
        return (await settlement.enrol(work, known)).id


async def is_listed(house):
    """Whether the job would run for the house at night."""
    async with house.database.connection() as raw:
        rows = await raw.fetch("select laurels.tenants_with_birthdays($1)", house.now)
    return house.tenant.id in {row[0] for row in rows}


async def run(house, *, limit=1000):
    """The job as it runs: step by step until nothing is left."""
    done, listed = 0, await is_listed(house)
    for _ in range(100):
        async with house.work() as work:
            step = await birthdays.celebrate(work, limit=limit)
        done += step
        if step < limit:
            break
    assert listed or not done
    return done


def at(house, text):
    """The house's clock stands at this moment."""
    house.now = datetime.fromisoformat(text).replace(tzinfo=UTC)


async def celebrated(house, member):
    """The local days on which a member celebrated."""
    async with house.work() as work:
        rows = await work.fetch(
            "select occurred_at from laurels.activities where tenant_id = $1 and member_id = $2"
            " and kind = 'birthday' order by occurred_at",
            work.tenant_id,
            member,
        )
    place = ZoneInfo(house.tenant.time_zone)
    return [row[0].astimezone(place).date().isoformat() for row in rows]


async def test_a_birthday_earns_what_its_rule_says_once(client, house):
    await rule(client)
    at(house, "2026-03-01T12:00:00")
    anna = await enrol(house, "anna", "1990-03-05")
    await enrol(house, "bo", "1990-03-06")
    at(house, "2026-03-05T00:30:00")

    assert [await run(house), await run(house)] == [1, 0]

    assert (await house.balance(anna))["available"] == 250
    activity = (await client.get("/v1/activities")).json()["data"][0]
    assert (activity["kind"], activity["source"], activity["occurred_at"]) == (
        "birthday", "laurels", "2026-03-05T00:00:00Z",
    )  # fmt: skip
    why = (await client.get(f"/v1/activities/{activity['id']}/why")).json()
    assert (why["reason"], why["points"]) == ("rules", 250)
    moves = (await client.get(f"/v1/members/{activity['member_id']}/transactions")).json()["data"]
    assert [(row["type"], row["source"], row["points"]) for row in moves] == [
        ("bonus", "birthday", 250)
    ]


async def test_the_job_runs_where_somebody_has_yet_to_celebrate(house):
    house.now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    before = await is_listed(house)
    await enrol(house, "anna", "1990-03-13")
    seen = []
    for day in range(10, 25):
        house.now = datetime(2026, 3, day, 12, tzinfo=UTC)
        # Nothing runs on the day itself, nor on the next.
        seen.append((day, await is_listed(house), await run(house) if day > 14 else 0))

    assert before is False
    assert [(day, done) for day, listed, done in seen if listed] == [(13, 0), (14, 0), (15, 1)]


async def test_the_event_tells_the_activity_and_the_points(client, house):
    await rule(client)
    await enrol(house, "anna", "1990-03-03")
    at(house, "2026-03-03T00:30:00")
    await run(house)

    async with house.work() as work:
        rows = await work.fetch(
            "select type, payload from laurels.outbox where tenant_id = $1"
            " and (type = 'member.birthday' or type like 'activity.%')",
            work.tenant_id,
        )
    assert [(row["type"], row["payload"]["points"]) for row in rows] == [("member.birthday", 250)]


async def test_without_a_rule_it_is_celebrated_all_the_same(house, client):
    anna = await enrol(house, "anna", "1990-03-03")
    at(house, "2026-03-03T00:30:00")

    assert await run(house) == 1
    assert (await house.balance(anna))["available"] == 0


@pytest.mark.parametrize(
    ("days_late", "celebrates"), [(0, True), (1, True), (7, True), (8, False), (30, False)]
)
async def test_missed_days_are_made_up_for_and_dated_as_they_were(house, days_late, celebrates):
    anna = await enrol(house, "anna", "1990-03-10")
    house.now = datetime(2026, 3, 10, 0, 30, tzinfo=UTC) + timedelta(days=days_late)

    await run(house)

    assert await celebrated(house, anna) == (["2026-03-10"] if celebrates else [])


async def test_years_go_by_and_february_29_is_on_the_28th_in_most_of_them(house):
    leap = await enrol(house, "leap", "1992-02-29")
    plain = await enrol(house, "plain", "1992-02-28")
    for year in (2027, 2028, 2029):
        for month, day in ((2, 27), (2, 28), (2, 29), (3, 1)):
            if (month, day, year % 4) != (2, 29, 0) and (month, day) == (2, 29):
                continue
            house.now = datetime(year, month, day, 0, 30, tzinfo=UTC)
            await run(house)

    assert await celebrated(house, leap) == ["2027-02-28", "2028-02-29", "2029-02-28"]
    assert await celebrated(house, plain) == ["2027-02-28", "2028-02-28", "2029-02-28"]


@pytest.mark.parametrize(
    ("time_zone", "before", "after"),
    [
        ("Pacific/Auckland", "2026-03-09T10:30:00", "2026-03-09T11:30:00"),
        ("America/Los_Angeles", "2026-03-10T06:30:00", "2026-03-10T07:30:00"),
        ("Pacific/Kiritimati", "2026-03-09T09:30:00", "2026-03-09T10:30:00"),
    ],
)
async def test_the_day_is_the_tenants_own(database, time_zone, before, after):
    house = await make_tenant(database, time_zone=time_zone)
    house.now = datetime(2026, 3, 1, tzinfo=UTC)
    anna = await enrol(house, "anna", "1990-03-10")

    at(house, before)
    early = await run(house)
    at(house, after)
    on_time = await run(house)

    assert (early, on_time) == (0, 1)
    assert await celebrated(house, anna) == ["2026-03-10"]


def test_a_day_without_a_midnight_begins_with_what_follows():
    place = ZoneInfo("Africa/Cairo")  # On this day the clocks go from 00:00 to 01:00.

    moment = start_of_day(date(2026, 4, 24), place)

    assert moment.astimezone(place).isoformat() == "2026-04-24T01:00:00+03:00"


# Games -------------------------------------------------------------------------------------------


async def change(house, member, born):
    async with house.work() as work:
        await members.change(work, member, {"birthday": date.fromisoformat(born)})


async def test_whoever_changes_their_birthday_has_no_second_one(house):
    anna = await enrol(house, "anna", "1990-03-10")
    at(house, "2026-03-10T00:30:00")
    await run(house)
    for month in range(4, 13):
        await change(house, anna, f"1990-{month:02}-15")
        house.now = datetime(2026, month, 15, 0, 30, tzinfo=UTC)
        await run(house)
    await change(house, anna, "1990-01-01")
    at(house, "2027-01-01T00:30:00")
    await run(house)
    await change(house, anna, "1990-03-10")
    at(house, "2027-03-10T00:30:00")
    await run(house)

    assert await celebrated(house, anna) == ["2026-03-10", "2027-03-10"]


async def test_two_in_one_calendar_year_are_one_too_many(house):
    anna = await enrol(house, "anna", "1990-01-01")
    at(house, "2028-01-01T00:30:00")
    await run(house)
    await change(house, anna, "1990-12-31")
    at(house, "2028-12-31T00:30:00")  # 365 days later, in a leap year.
    await run(house)

    assert await celebrated(house, anna) == ["2028-01-01"]


async def test_a_birthday_that_is_told_too_late_waits_a_year(house):
    late = await enrol(house, "late", "1990-03-01")  # Told on March 2.
    at(house, "2026-03-03T00:30:00")
    await run(house)
    at(house, "2027-03-01T00:30:00")
    await run(house)

    assert await celebrated(house, late) == ["2027-03-01"]


async def test_who_joins_on_their_birthday_celebrates_it(house):
    at(house, "2026-03-10T15:00:00")
    anna = await enrol(house, "anna", "1990-03-10")
    born_today = await enrol(house, "baby", "2026-03-10")
    at(house, "2026-03-11T00:30:00")
    await run(house)

    assert await celebrated(house, anna) == ["2026-03-10"]
    assert await celebrated(house, born_today) == []
    async with house.work() as work:
        row = await work.fetchrow(
            "select occurred_at from laurels.activities where tenant_id = $1", work.tenant_id
        )
    assert row[0] == datetime(2026, 3, 10, 15, tzinfo=UTC), "not before they were a member"


@pytest.mark.parametrize(("told_days_before", "celebrates"), [(29, False), (30, True), (31, True)])
async def test_a_shop_may_want_to_know_it_some_days_before(
    client, house, told_days_before, celebrates
):
    answer = await client.patch("/v1/settings/earning", json={"birthday_known_days": 30})
    assert answer.status_code == 200
    house.now = datetime(2026, 6, 15, 9, tzinfo=UTC) - timedelta(days=told_days_before)
    anna = await enrol(house, "anna", "1990-06-15")
    at(house, "2026-06-15T00:30:00")
    await run(house)

    assert await celebrated(house, anna) == (["2026-06-15"] if celebrates else [])
    assert EarningSettings().birthday_known_days == 0


async def test_only_active_members_celebrate_and_a_merged_one_goes_on_as_the_survivor(
    client, house
):
    away = await enrol(house, "away", "1990-03-10")
    anna = await enrol(house, "anna", "1990-03-04")
    survivor = await enrol(house, "survivor", "1990-03-10")
    await client.delete(f"/v1/members/{encode('member', away)}")
    at(house, "2026-03-04T00:30:00")
    await run(house)
    merged = await client.post(
        f"/v1/members/{encode('member', survivor)}/merge", json={"from": encode("member", anna)}
    )
    assert merged.status_code == 200
    at(house, "2026-03-10T00:30:00")

    assert await run(house) == 0, "the survivor celebrated as anna six days ago"
    assert await celebrated(house, survivor) == ["2026-03-04"]


async def test_a_birthday_can_be_revoked_and_does_not_come_again(client, house):
    await rule(client)
    anna = await enrol(house, "anna", "1990-03-10")
    at(house, "2026-03-10T00:30:00")
    await run(house)
    activity = (await client.get("/v1/activities")).json()["data"][0]

    told = (await client.post(f"/v1/activities/{activity['id']}/revoke")).json()

    assert told["revoked_points"] == -250
    assert await run(house) == 0
    assert (await house.balance(anna))["available"] == 0


async def test_while_the_programme_is_off_a_birthday_earns_nothing(client, house):
    await rule(client)
    anna = await enrol(house, "anna", "1990-03-10")
    await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": False})
    at(house, "2026-03-10T00:30:00")

    assert await run(house) == 1
    assert (await house.balance(anna))["available"] == 0


async def test_many_are_celebrated_in_steps(client, house):
    await rule(client)
    async with house.work() as work:
        for number in range(25):
            profile = {"external_id": f"n-{number}", "birthday": date(1990, 3, 10)}
            await settlement.enrol(work, profile)
    at(house, "2026-03-10T00:30:00")

    assert await run(house, limit=10) == 25
    assert await run(house, limit=10) == 0
