"""Purchases that an integration completes by SQL have the same, single effect."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest

from laurels import events, jobs, ledger, settlement
from laurels.events import handling
from laurels.kit.db import roles
from laurels.kit.values.time import utc_now
from laurels.purchases import NewPurchase, NewRefund, PurchaseAltered
from laurels.settlement import why
from tests.support import cluster
from tests.support.make import make_tenant
from tests.support.waiting import PATIENCE_SECONDS, until_somebody_waits_for


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


async def insert(integration, house, member, status, *, number="o-1", amount="12.50", cur="USD"):
    """Insert a purchase by SQL and return its id."""
    return await integration.fetchval(
        "insert into laurels.purchases (tenant_id, source, external_id, member_id, status,"
        " amount, currency, occurred_at, completed_at) values ($1, 'erp', $4, $2, $3,"
        " $5, $6, now(), case when $3 = 'completed' then now() end) returning id",
        house.tenant.id, member, status, number, Decimal(amount), cur,
    )  # fmt: skip


async def add_line(integration, house, purchase, price="1.00"):
    """Add a line to a purchase by SQL."""
    await integration.execute(
        "insert into laurels.purchase_lines (tenant_id, purchase_id, position, quantity,"
        " unit_price, amount, attributes) values ($1, $2, 1, 1, $3, $3, '{}')",
        house.tenant.id, purchase, Decimal(price),
    )  # fmt: skip


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


async def test_goods_that_came_back_take_their_points(integration, house):
    member = await house.member(balance=50)
    await insert(integration, house, member, "completed", amount="-12")

    async with house.work() as work:
        assert await settlement.settle_waiting(work) == 1

    assert (await house.balance(member))["available"] == 38


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("12.50", "EUR", "EUR is not traded here; this tenant trades in USD"),
        ("10.005", "USD", "10.005 has more than the 2 decimal places of USD"),
        ("NaN", "USD", "amount_bounded"),
        ("-1.005", "USD", "-1.005 has more than the 2 decimal places of USD"),
        ("999999999999999.01", "USD", "amount_bounded"),
    ],
)
async def test_what_could_never_be_settled_is_refused_at_the_door(
    integration, house, amount, currency, said
):
    member = await house.member()

    with pytest.raises(asyncpg.CheckViolationError, match=said):
        await insert(integration, house, member, "pending", amount=amount, cur=currency)


@pytest.mark.parametrize(("ahead", "clock", "fits"), [
    ("4 minutes", None, True),
    ("6 minutes", None, False),
    ("7000 years", None, False),
    ("89 days", "90 days", True),
    ("91 days", "90 days", False),
])  # fmt: skip
async def test_nothing_is_bought_in_the_future(integration, house, owner_url, ahead, clock, fits):
    if clock:
        owner = await asyncpg.connect(owner_url)
        await owner.execute(
            "insert into laurels.test_clocks (tenant_id, now, created_at)"
            " values ($1, now() + $2::text::interval, now())",
            house.tenant.id, clock,
        )  # fmt: skip
        await owner.close()
    sql = (
        "insert into laurels.purchases (tenant_id, source, status, amount, currency, occurred_at)"
        " values ($1, 'erp', 'pending', 5, 'USD', now() + $2::text::interval)"
    )

    if fits:
        await integration.execute(sql, house.tenant.id, ahead)
        return
    with pytest.raises(asyncpg.CheckViolationError, match="lies in the future"):
        await integration.execute(sql, house.tenant.id, ahead)


async def test_whoever_inserts_for_another_tenant_learns_nothing_of_it(
    integration, house, database
):
    other = await make_tenant(database, currency="JPY")

    with pytest.raises(asyncpg.InsufficientPrivilegeError) as refused:
        await insert(integration, other, None, "pending")

    assert "JPY" not in str(refused.value)


async def test_what_has_ended_keeps_its_status_and_its_moment(integration, house):
    member = await house.member()
    purchase = await insert(integration, house, member, "completed")
    async with house.work() as work:
        await settlement.settle_waiting(work)

    for change in (
        "completed_at = now() + interval '1 day'",
        "status = 'pending', completed_at = null",
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="that is final"):
            await integration.execute(
                f"update laurels.purchases set {change} where id = $1", purchase
            )
    with pytest.raises(asyncpg.CheckViolationError, match="completed_at_bounded"):
        other = await insert(integration, house, member, "pending", number="o-2")
        await integration.execute(
            "update laurels.purchases set status = 'completed', completed_at = 'infinity'"
            " where id = $1",
            other,
        )


async def test_lines_are_added_until_the_purchase_is_settled(integration, house):
    member = await house.member()
    open_one = await insert(integration, house, member, "pending")
    done = await insert(integration, house, member, "completed", number="o-2")
    async with house.work() as work:
        await settlement.settle_waiting(work)

    await add_line(integration, house, open_one)

    with pytest.raises(asyncpg.CheckViolationError, match="its lines are final"):
        await add_line(integration, house, done)
    other = await insert(integration, house, member, "pending", number="o-3")
    with pytest.raises(asyncpg.CheckViolationError, match="decimal places of USD"):
        await add_line(integration, house, other, "1.005")


async def test_a_refund_is_not_dated_before_its_purchase(house, owner_url):
    member = await house.member()
    async with house.work() as work:
        (bought,) = await settlement.settle(
            work, [NewPurchase(amount=Decimal(10), currency="USD", member_id=member)]
        )
    early = house.now - timedelta(seconds=1)

    async with house.work() as work:
        (refunded,) = await settlement.refund(
            work, [NewRefund(purchase_id=bought.purchase_id, occurred_at=early)]
        )
    owner = await asyncpg.connect(owner_url)
    with pytest.raises(asyncpg.CheckViolationError, match="dated before its purchase"):
        await owner.execute(
            "insert into laurels.refunds (tenant_id, purchase_id, source, amount, occurred_at)"
            " values ($1, $2, 'sql', 1, $3)",
            house.tenant.id, bought.purchase_id, early,
        )  # fmt: skip
    await owner.close()

    assert refunded.code == "purchase_invalid"
    assert refunded.fields[0].field == "occurred_at"


async def test_an_api_repeat_of_a_purchase_written_by_sql_must_say_the_same(integration, house):
    member = await house.member()
    await insert(integration, house, member, "completed")
    async with house.work() as work:
        await settlement.settle_waiting(work)
    same = {"currency": "USD", "source": "erp", "external_id": "o-1", "member_id": member}

    async with house.work() as work:
        (repeat,) = await settlement.settle(work, [NewPurchase(amount=Decimal("12.5"), **same)])
        (other,) = await settlement.settle(work, [NewPurchase(amount=Decimal(13), **same)])
        (noted,) = await settlement.settle(
            work, [NewPurchase(amount=Decimal("12.5"), note="gift", **same)]
        )

    assert (repeat.new, repeat.points) == (False, 12)
    assert isinstance(other, PurchaseAltered)
    assert isinstance(noted, PurchaseAltered)


async def test_one_that_cannot_be_settled_does_not_hold_the_others_and_is_named(
    integration, house, database_name
):
    members = [await house.member() for _ in range(5)]
    ids = [
        await insert(integration, house, member, "completed", number=f"n-{number}")
        for number, member in enumerate(members)
    ]
    # A row from before the door had its locks: nothing but the superuser can write one today.
    admin = await asyncpg.connect(cluster.server().url(database=database_name))
    await admin.execute("set session_replication_role = replica")
    await admin.execute("update laurels.purchases set amount = 10.005 where id = $1", ids[2])
    await admin.close()

    async with house.work() as work:
        assert await settlement.settle_waiting(work) == 4
    async with house.work(dry_run=True) as work:
        stuck = await settlement.find_stuck(work)

    assert list(stuck) == [ids[2]]
    assert "decimal places of USD" in stuck[ids[2]]


async def test_settling_survives_a_deadlock_and_settles_everything(
    integration, house, database_name
):
    admin_url = cluster.server().url(database=database_name)
    member = await house.member()
    purchase = await insert(integration, house, member, "completed")
    wallet = await house.wallet_id(member)
    lock_purchase = "select 1 from laurels.purchases where tenant_id = $1 and id = $2 for update"
    lock_wallet = "select 1 from laurels.wallets where tenant_id = $1 and id = $2 for update"

    async def against_the_order(holds: asyncio.Event) -> None:
        # A superuser may look for deadlocks late, so that the other one is the victim.
        admin = await asyncpg.connect(admin_url)
        async with admin.transaction():
            await admin.execute("set local deadlock_timeout = '60s'")
            await admin.fetch(lock_wallet, house.tenant.id, wallet)
            holds.set()
            await until_somebody_waits_for(admin)
            await admin.fetch(lock_purchase, house.tenant.id, purchase)
        await admin.close()

    holds = asyncio.Event()
    other = asyncio.create_task(against_the_order(holds))
    await asyncio.wait_for(holds.wait(), PATIENCE_SECONDS)
    async with house.work() as work:
        settled = await settlement.settle_waiting(work)
    await other

    assert settled == 1
    assert (await house.balance(member))["available"] == 12


async def test_late_completions_and_sales_in_opposite_orders_do_not_block_each_other(house):
    members = [await house.member() for _ in range(2)]
    rounds = 6

    def said(number: int, member: int, status: str) -> NewPurchase:
        return NewPurchase(
            amount=Decimal(1), currency="USD", member_id=members[member], status=status,
            source="till", external_id=f"{number}-{member}", occurred_at=house.now,
        )  # fmt: skip

    for number in range(rounds):
        async with house.work() as work:
            await settlement.settle(work, [said(number, 0, "pending"), said(number, 1, "pending")])

    async def both(number: int, first: int) -> None:
        async with house.work() as work:
            fresh = [said(100 * (first + 1) + number, 1 - first, "completed")]
            late = [said(number, first, "completed"), said(number, 1 - first, "completed")]
            outcomes = await settlement.settle(work, [*fresh, *late])
            assert [type(o).__name__ for o in outcomes] == ["Settled"] * 3

    for number in range(rounds):
        await asyncio.gather(both(number, 0), both(number, 1))

    for member in members:
        assert (await house.balance(member))["available"] == 2 * rounds


async def test_a_repeat_that_says_cancelled_cancels_what_was_pending(client, house):
    said = {"external_id": "c-1", "amount": "5.00", "currency": "USD", "member": "x"}
    first = await client.post("/v1/purchases", json=said | {"status": "pending"})
    again = await client.post("/v1/purchases", json=said | {"status": "cancelled"})
    back = await client.post("/v1/purchases", json=said | {"status": "completed"})

    assert (first.json()["status"], again.json()["status"]) == ("pending", "cancelled")
    assert (back.status_code, back.json()["status"]) == (201, "completed")


async def test_the_relay_has_it_settled_by_its_handler(integration, house):
    member = await house.member()
    await insert(integration, house, member, "completed")

    # A turn relays a hundred tenants; those of other tests may wait before this one.
    while await events.relay_all(house.database):
        pass
    while await handling.handle_due(house.database):
        pass

    assert (await house.balance(member))["available"] == 12
    async with house.work() as work:
        rows = await work.fetch(
            "select o.type, c.type from laurels.outbox as o inner join laurels.outbox as c"
            " on c.tenant_id = o.tenant_id and c.id = o.cause where o.tenant_id = $1"
            " order by o.member_seq",
            work.tenant_id,
        )
    assert [tuple(row) for row in rows] == [
        ("points.credited", "purchase.unsettled"),
        ("purchase.completed", "purchase.unsettled"),
    ]


async def test_a_job_settles_what_nobody_else_did(integration, house):
    member = await house.member()
    await insert(integration, house, member, "completed")

    await jobs.Planner(house.database).plan(utc_now())
    async with house.work() as work:
        (run,) = await jobs.list_runs(work, job="settlement.settle_waiting")
    ended = await jobs.carry_out(house.database, house.tenant.id, run.id)

    assert ended is not None
    assert (ended.state, ended.done) == ("done", 1)
    assert (await house.balance(member))["available"] == 12


async def test_a_purchase_by_sql_of_a_blocked_member_earns_nothing(integration, house):
    member = await house.member()
    async with house.work() as work:
        await settlement.block(work, member, reason="stolen receipts")

    purchase = await insert(integration, house, member, "completed")
    async with house.work() as work:
        assert await settlement.settle_waiting(work) == 1
        told = await why.explain_purchase(work, purchase)

    assert (told.points, told.reason) == (0, "member_blocked")
    assert (await house.balance(member))["available"] == 0
