"""Purchases that an integration completes by SQL have the same, single effect."""

import asyncpg
import pytest

from laurels import ledger, settlement
from laurels.kit import roles
from laurels.purchases import NewRefund
from tests.support import cluster


@pytest.fixture
async def integration(house, owner_url, database_name):
    """A connection of an integration login that is bound to the house's tenant."""
    login = f"shop_{house.tenant.id.hex[-12:]}"
    admin = await asyncpg.connect(cluster.server().url(database=database_name))
    await admin.execute(f"create role {login} login in role {roles.INTEGRATION}")
    owner = await asyncpg.connect(owner_url)
    await owner.execute(
        "insert into laurels.login_tenants (login, tenant_id) values ($1, $2)",
        login,
        house.tenant.id,
    )
    connection = await asyncpg.connect(cluster.server().url(database=database_name, user=login))
    yield connection
    await connection.close()
    await owner.execute("delete from laurels.login_tenants where login = $1", login)
    await owner.close()
    await admin.execute(f"drop role {login}")
    await admin.close()


async def insert(integration, house, member, status):
    """Insert a purchase of 12.50 by SQL and return its id."""
    return await integration.fetchval(
        "insert into laurels.purchases (tenant_id, source, external_id, member_id, status,"
        " amount, currency, occurred_at, completed_at) values ($1, 'erp', 'o-1', $2, $3,"
        " 12.50, 'USD', now(), case when $3 = 'completed' then now() end) returning id",
        house.tenant.id,
        member,
        status,
    )


async def test_a_purchase_completed_by_sql_is_announced_and_settled_once(integration, house):
    member = await house.member()
    purchase = await insert(integration, house, member, "pending")
    async with house.work() as work:
        assert await settlement.settle_waiting(work) == 0

    await integration.execute(
        "update laurels.purchases set status = 'completed', completed_at = now() where id = $1",
        purchase,
    )

    async with house.work() as work:
        announced = await work.fetch(
            "select 1 from laurels.outbox where tenant_id = $1 and type = 'purchase.unsettled'",
            work.tenant_id,
        )
        assert len(announced) == 1
        assert await settlement.settle_waiting(work) == 1
    async with house.work() as work:
        assert await settlement.settle_waiting(work) == 0
        assert (await ledger.balance(work, member))["available"] == 12


async def test_a_purchase_inserted_completed_has_the_same_effect(integration, house):
    member = await house.member()
    await insert(integration, house, member, "completed")

    async with house.work() as work:
        await settlement.settle_waiting(work)

    assert (await house.balance(member))["available"] == 12


async def test_an_integration_may_not_do_more_than_that(integration, house):
    member = await house.member(balance=5)
    purchase = await insert(integration, house, member, "pending")

    for statement in (
        f"update laurels.purchases set amount = 1000 where id = '{purchase}'",
        f"delete from laurels.purchases where id = '{purchase}'",
        "update laurels.wallets set available = 1000",
        "select * from laurels.api_keys",
        "insert into laurels.purchases (tenant_id, source, status, amount, currency, occurred_at,"
        f" settled_at) values ('{house.tenant.id}', 'erp', 'pending', 1, 'USD', now(), now())",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await integration.execute(statement)


async def test_a_refund_settles_first_what_was_completed_by_sql(integration, house):
    member = await house.member()
    purchase = await insert(integration, house, member, "completed")

    async with house.work() as work:
        (refunded,) = await settlement.refund(work, [NewRefund(purchase_id=purchase)])
        assert await settlement.settle_waiting(work) == 0

    assert refunded.points == -12
    assert (await house.balance(member))["available"] == 0
