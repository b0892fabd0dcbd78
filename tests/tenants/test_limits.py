"""How many of anything a tenant may have is counted under a lock: two at once are not both last."""

import asyncio

import pytest

from laurels import auth, ledger, segments
from laurels.earning.schemas import EarningRuleIn
from laurels.earning.service import MAX_ACTIVE_RULES, create_rule
from laurels.kit.errors import AppError
from laurels.segments.service import MAX_SEGMENTS

AT_ONCE = 4


async def race(house, make) -> list[str]:
    """Make some at once; return the codes of those that were refused."""

    async def one(number: int) -> str | None:
        try:
            async with house.work() as work:
                await make(work, number)
        except AppError as error:
            return error.code
        return None

    found = await asyncio.gather(*(one(number) for number in range(AT_ONCE)))
    return sorted(code for code in found if code is not None)


async def copies(house, table: str, columns: str, upto: int) -> None:
    """Fill a table with copies of its only row, up to so many rows."""
    async with house.work() as work:
        await work.fetch(
            f"insert into laurels.{table} (tenant_id, id, name, {columns})"
            f" select x.tenant_id, gen_random_uuid(), 'n-' || n, {columns}"
            f" from laurels.{table} as x, generate_series(2, $2) as n where x.tenant_id = $1",
            work.tenant_id, upto,
        )  # fmt: skip


async def test_rules(house, client):
    def rule(number):
        award = {"type": "fixed", "points": 1}
        return EarningRuleIn.model_validate(
            {"name": f"r-{number}", "trigger": "purchase.completed", "award": award}
        )

    await copies(
        house, "earning_rules",
        "version, current, trigger, status, priority, conditions, award, caps, stacking,"
        " created_at, actor_type", MAX_ACTIVE_RULES - 1,
    )  # fmt: skip

    refused = await race(house, lambda work, number: create_rule(work, rule(number)))
    bought = await client.post(
        "/v1/purchases", json={"member": "anna", "amount": "1.00", "currency": "USD"}
    )

    assert refused == ["too_many_rules"] * (AT_ONCE - 1)
    assert len(bought.json()["award"]["effects"]) == MAX_ACTIVE_RULES


async def test_segments(house):
    def segment(number):
        return {"name": f"s-{number}", "kind": "static"}

    async with house.work() as work:
        await segments.create(work, segment(1000))
    await copies(house, "segments", "kind, auto_update, created_at, updated_at", MAX_SEGMENTS - 1)

    refused = await race(house, lambda work, number: segments.create(work, segment(number)))

    assert refused == ["too_many_segments"] * (AT_ONCE - 1)


@pytest.mark.parametrize("limit", [1, 3])
async def test_programs_of_a_plan(house, operator_client, limit):
    code = f"plan-{house.tenant.slug[-12:]}"
    plan = {"name": "Small", "limits": {"programs": limit}}
    assert (await operator_client.put(f"/v1/platform/plans/{code}", json=plan)).is_success
    async with house.work() as work:
        await work.fetch("update laurels.tenants set plan = $2 where id = $1", work.tenant_id, code)

    refused = await race(
        house,
        lambda work, number: ledger.create_program(work, name=f"p-{number}", is_default=False),
    )

    assert refused == ["plan_exceeded"] * (AT_ONCE - limit + 1)


async def test_staff(house):
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.staff (tenant_id, id, email, name, role, status, created_at)"
            " select $1, gen_random_uuid(), 's-' || n || '@example.org', '', 'analyst', 'invited',"
            " now() from generate_series(2, $2) as n", work.tenant_id, auth.staff.MAX_STAFF,
        )  # fmt: skip

    refused = await race(
        house,
        lambda work, number: auth.staff.invite(
            work, email=f"x-{number}-{house.tenant.slug}@example.org", role=auth.Role.ANALYST,
            name="",
        ),
    )  # fmt: skip

    assert refused == ["staff_full"] * (AT_ONCE - 1)
