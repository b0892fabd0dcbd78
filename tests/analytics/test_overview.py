"""The figures of a period are what the books add up to, day by day."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from laurels import ledger
from laurels.kit.work import open_work
from tests.support.make import make_tenant

OVERVIEW = "/v1/analytics/overview"
ZONE = "Pacific/Auckland"


@pytest.fixture
async def house(database):
    """A tenant whose days begin far from UTC."""
    found = await make_tenant(database, time_zone=ZONE)
    found.now = datetime.now(UTC)
    return found


def day_of(moment):
    return moment.astimezone(ZoneInfo(ZONE)).date()


async def bought(client, chance, now):
    """Sixty purchases of ten members and of guests in seventy days; what each day brought."""
    revenue, members_revenue, count = Counter(), Counter(), Counter()
    people = {}
    for number in range(60):
        moment = now - timedelta(minutes=chance.randrange(70 * 24 * 60))
        amount = Decimal(chance.randrange(100, 20_000)) / 100
        member = f"m-{chance.randrange(10)}" if chance.random() < 0.8 else None
        body = {
            "amount": str(amount), "currency": "USD", "external_id": f"P-{number}",
            "occurred_at": moment.isoformat(),
        }  # fmt: skip
        body |= {"member": member} if member else {}
        answer = await client.post("/v1/purchases", json=body)
        assert answer.status_code == 201, answer.text
        kept = amount
        if chance.random() < 0.3:
            back = (amount / 3).quantize(Decimal("0.01"))
            url = f"/v1/purchases/{answer.json()['id']}/refunds"
            assert (await client.post(url, json={"amount": str(back)})).status_code == 201
            kept -= back
        day = day_of(moment)
        revenue[day] += kept
        count[day] += 1
        if member:
            members_revenue[day] += kept
            people.setdefault(member, []).append(day)
    return revenue, members_revenue, count, people


async def test_figures_are_what_the_books_add_up_to(house, client):
    chance, now = random.Random(7), house.now
    revenue, members_revenue, count, people = await bought(client, chance, now)
    member_ids = {
        name: (await client.get("/v1/members", params={"external_id": name})).json()["data"][0]
        for name in people
    }
    spender = next(name for name, days in people.items() if day_of(now) - max(days) < timedelta(29))
    async with house.work() as work:
        spender_id = (await work.fetchrow(
            "select id from laurels.members where tenant_id = $1 and external_id = $2",
            work.tenant_id, spender,
        ))["id"]  # fmt: skip
        await ledger.credit(work, ledger.Credit(member_id=spender_id, points=5_000, type="bonus"))
        await ledger.debit(work, ledger.Debit(member_id=spender_id, points=700, type="redeemed"))

    answer = (await client.get(OVERVIEW)).json()

    async with house.work() as work:
        rows = await work.fetch(
            "select type, points, occurred_at from laurels.point_transactions where tenant_id = $1",
            work.tenant_id,
        )
        held = (await ledger.figures(work)).points_outstanding
    today = day_of(now)
    days = [today - timedelta(29 - n) for n in range(30)]
    issued = Counter()
    for row in rows:
        if row["type"] in {"earned", "bonus"} or (row["type"] == "adjusted" and row["points"] > 0):
            issued[day_of(row["occurred_at"])] += row["points"]
    assert [row["day"] for row in answer["series"]] == [day.isoformat() for day in days]
    assert [row["points_issued"] for row in answer["series"]] == [issued[day] for day in days]
    assert [row["purchases"] for row in answer["series"]] == [count[day] for day in days]
    assert [Decimal(row["revenue"]) for row in answer["series"]] == [revenue[day] for day in days]
    figures, previous = answer["figures"], answer["previous"]
    before = [day - timedelta(30) for day in days]
    assert Decimal(figures["members_revenue"]) == sum(members_revenue[day] for day in days)
    assert Decimal(previous["revenue"]) == sum(revenue[day] for day in before)
    assert figures["points_redeemed"] == 700
    assert figures["points_outstanding"] == held
    assert figures["members"] == len(member_ids)
    active = {name for name, their in people.items() if set(their) & set(days)}
    assert figures["active_members"] == len(active)
    parts = {part["part"]: part for part in answer["parts"]}
    assert parts["redeeming"]["members"] == 1
    assert parts["not_redeeming"]["members"] == len(active) - 1
    assert sum(Decimal(part["revenue"]) for part in answer["parts"]) == Decimal(figures["revenue"])
    assert answer["complete"] is False


async def test_a_purchase_is_there_at_once_and_so_is_one_of_long_ago(house, client):
    await client.get(OVERVIEW)
    for moment in (house.now, house.now - timedelta(days=45)):
        body = {
            "member": "m-1", "amount": "10.00", "currency": "USD",
            "occurred_at": moment.isoformat(),
        }  # fmt: skip
        assert (await client.post("/v1/purchases", json=body)).status_code == 201

    answer = (await client.get(OVERVIEW)).json()

    assert (answer["figures"]["revenue"], answer["previous"]["revenue"]) == ("10.00", "10.00")
    assert answer["previous"]["points_outstanding"] == 10
    assert answer["figures"]["points_outstanding"] == 20


async def test_points_of_another_program_are_told_apart(house, client):
    member_id = await house.member(balance=30)
    other = await house.program(default=False)
    async with house.work() as work:
        await ledger.credit(
            work,
            ledger.Credit(member_id=member_id, points=500, type="bonus", program_id=other),
        )

    usual = (await client.get(OVERVIEW)).json()

    assert usual["figures"]["points_issued"] == 30
    assert usual["figures"]["points_outstanding"] == 30


@pytest.mark.parametrize(
    "span",
    [
        {"first_day": "2026-02-02", "last_day": "2026-02-01"},
        {"first_day": "2020-01-01", "last_day": "2026-02-01"},
        {"first_day": "yesterday"},
    ],
)
async def test_spans_that_are_none_are_refused_by_name(client, span):
    answer = await client.get(OVERVIEW, params=span)
    assert answer.status_code == 422
    assert "first_day" in str(answer.json()["errors"])


async def test_a_number_of_seconds_is_no_day(client):
    answer = await client.get(OVERVIEW, params={"last_day": "0"})
    assert answer.status_code == 422
    assert "last_day" in str(answer.json()["errors"])


async def test_a_tenant_without_anything_has_noughts(database):
    empty = await make_tenant(database)
    async with open_work(database, tenant_id=empty.tenant.id) as work:
        from laurels.analytics import overview

        found = await overview(work)
    assert found.figures["revenue"] == 0
    assert found.figures["outstanding_value"] is None
    assert len(found.series) == 30
