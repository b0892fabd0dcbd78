"""The check of the books finds what is wrong, and wallets are rebuilt from the ledger."""

import asyncpg
import pytest

from laurels import ledger
from laurels.ledger.invariants import BooksFaulty
from laurels.ledger.jobs import verify_the_books


@pytest.fixture
async def owner(owner_url):
    """A connection as the owner, past everything the ledger guards."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def lively_wallet(house):
    """A wallet with something of everything: 100 available, 20 pending, 30 held."""
    await house.program(maturity_days=14, expiry_days=365)
    member = await house.member()
    async with house.work() as work:
        earned = await ledger.credit(work, ledger.Credit(member_id=member, points=200))
    house.later(days=15)
    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member, points=20))
        await ledger.debit(work, ledger.Debit(member_id=member, points=40))
        await ledger.hold(work, ledger.HoldPoints(member_id=member, points=30))
        await ledger.reverse(work, ledger.Reversal(transaction_id=earned.transaction.id, total=30))
    return member


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (
            "available = available + 1",
            {"balance, debt and number of transactions agree with the wallet",
             "lifetime figures add up"},
        ),
        ("available = available - 1, held = held + 1",
         {"held is the sum of open holds",
          "pending is the sum of unripe lots, and lots hold no more than is available"}),
        ("pending = pending - 1, available = available + 1",
         {"pending is the sum of unripe lots, and lots hold no more than is available"}),
        ("lifetime_earned = lifetime_earned + 7", {"lifetime figures add up"}),
        ("lifetime_earned = lifetime_earned + 7, lifetime_expired = lifetime_expired + 7",
         {"what lapsed is what the lots say lapsed"}),
        ("seq = seq + 1", {"balance, debt and number of transactions agree with the wallet"}),
        ("has_lots = false", {"a wallet knows whether it has lots"}),
        ("available = 0, pending = 0, held = 0, debt = 9, lifetime_earned = 0,"
         " lifetime_redeemed = 9, seq = 0",
         {"balance, debt and number of transactions agree with the wallet",
          "held is the sum of open holds",
          "pending is the sum of unripe lots, and lots hold no more than is available"}),
    ],
)  # fmt: skip
async def test_a_wallet_that_was_tampered_with_is_found_and_rebuilt(house, owner, change, rules):
    member = await lively_wallet(house)
    whole = await house.balance(member)
    wallet = await house.wallet_id(member)
    await owner.execute(f"update laurels.wallets set {change} where id = $1", wallet)

    async with house.work() as work:
        found = await ledger.find_faults(work)
        rebuilt = [await ledger.rebuild(work) for _ in range(2)]

    assert {fault.rule for fault in found} == rules
    assert {fault.wallet_id for fault in found} == {wallet}
    assert rebuilt == [1, 0]
    assert await house.balance(member) == whole
    assert whole == {"available": 100, "pending": 20, "held": 30, "debt": 0}


@pytest.mark.parametrize(
    ("harm", "repair", "rule"),
    [
        ("update laurels.lots set remaining = remaining - 1"
         " where wallet_id = $1 and remaining > 30",
         "update laurels.lots set remaining = remaining + 1"
         " where wallet_id = $1 and remaining > 30",
         "a lot holds what its entries leave"),
        ("update laurels.lots set expired = 5 where wallet_id = $1 and remaining > 30",
         "update laurels.lots set expired = 0 where wallet_id = $1 and remaining > 30",
         "what lapsed is what the lots say lapsed"),
        ("update laurels.holds set points = 29 where wallet_id = $1",
         "update laurels.holds set points = 30 where wallet_id = $1",
         "a hold has from lots at most its points, and nothing once it is closed"),
        ("insert into laurels.posting_keys select tenant_id, 'manual', 'k', id"
         " from laurels.wallets where id = $1",
         "delete from laurels.posting_keys as k using laurels.wallets as w"
         " where k.tenant_id = w.tenant_id and w.id = $1",
         "natural keys belong to transactions"),
    ],
)  # fmt: skip
async def test_lots_holds_and_keys_that_were_tampered_with_are_found(
    house, owner, harm, repair, rule
):
    wallet = await house.wallet_id(await lively_wallet(house))
    await owner.execute(harm, wallet)

    async with house.work() as work:
        found = await ledger.find_faults(work)
    await owner.execute(repair, wallet)

    assert rule in {fault.rule for fault in found}
    assert str(found[0]).startswith("wal_")


async def test_rows_that_were_forged_past_the_ledger_are_found(house, owner):
    member = await lively_wallet(house)
    row = (
        "insert into laurels.point_transactions (tenant_id, wallet_id, seq, type, source, amount,"
        " debt_delta, balance_after, actor_type, occurred_at)"
        " select tenant_id, id, seq + 1, 'adjusted', 'manual', 5, 0, 99, 'operator', now()"
        " from laurels.wallets where id = $1"
    )
    wallet = await house.wallet_id(member)

    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(row, wallet)
    found = [
        each[0]
        for rule, sql in ledger.invariants.CHECKS.items()
        if rule.startswith("balance")
        for each in await owner.fetch(sql, house.tenant.id)
    ]
    await transaction.rollback()

    assert found == [wallet, wallet]


async def test_the_figures_of_the_books_are_sums_over_the_tenant(house):
    await lively_wallet(house)

    async with house.work() as work:
        found = await ledger.figures(work)

    assert (found.members, found.wallets, found.transactions) == (1, 1, 4)
    assert (found.points_outstanding, found.debt) == (150, 0)


async def test_the_nightly_check_fails_loudly_and_changes_nothing(house, owner):
    member = await lively_wallet(house)
    wallet = await house.wallet_id(member)
    async with house.work() as work:
        done = await verify_the_books(work, limit=1000)
        assert done.done == 0
        assert done.result is not None
        assert done.result["wallets"] >= 1
    await owner.execute("update laurels.wallets set seq = seq + 1 where id = $1", wallet)

    async with house.work() as work:
        with pytest.raises(BooksFaulty, match="transactions give balance"):
            await verify_the_books(work, limit=1000)

    await owner.execute("update laurels.wallets set seq = seq - 1 where id = $1", wallet)
