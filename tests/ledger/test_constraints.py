"""What the database itself refuses, whoever asks: the last line behind the ledger's code."""

from contextlib import asynccontextmanager

import asyncpg
import pytest

from laurels import ledger
from laurels.kit.db.pool import MAX_POINTS

APPENDED = ("point_transactions", "lot_entries")
CHANGES = [
    "update laurels.{table} set amount = amount + 1 where tenant_id = $1",
    "update laurels.{table} set amount = amount where tenant_id = $1",
    "delete from laurels.{table} where tenant_id = $1",
]


@pytest.fixture
async def furnished(house):
    """A tenant with one wallet, one lot, one open hold and two rows."""
    await house.program(expiry_days=30)
    member = await house.member()
    async with house.work() as work:
        await ledger.credit(
            work, ledger.Credit(member_id=member, points=100, source="purchase", key="1")
        )
        await ledger.debit(work, ledger.Debit(member_id=member, points=10))
        await ledger.hold(work, ledger.HoldPoints(member_id=member, points=20))
    return house


@pytest.fixture
async def owner(owner_url):
    """A connection as the owner."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@asynccontextmanager
async def undone(connection):
    """Run the block in a transaction that is rolled back, should the database let it pass."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


# History -----------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", APPENDED)
async def test_the_application_may_not_change_history(furnished, table, change):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with furnished.work(dry_run=True) as work:
            await work.fetch(change.format(table=table), work.tenant_id)


@pytest.mark.parametrize("table", [*APPENDED, "posting_keys", "wallets", "lots", "holds"])
async def test_the_application_may_neither_delete_nor_truncate_what_the_ledger_wrote(
    furnished, table
):
    for statement in (f"truncate laurels.{table} cascade", f"delete from laurels.{table}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with furnished.work(dry_run=True) as work:
                await work.fetch(statement)


@pytest.mark.parametrize("change", [*CHANGES, "truncate laurels.{table} cascade"])
@pytest.mark.parametrize("table", APPENDED)
async def test_even_the_owner_may_not_change_history(furnished, owner, table, change):
    values = [furnished.tenant.id] if "$1" in change else []

    with pytest.raises(asyncpg.RestrictViolationError):
        async with undone(owner):
            await owner.execute(change.format(table=table), *values)


# Values ------------------------------------------------------------------------------------


def row(**changed: str) -> str:
    """A statement that adds a row to the ledger, right but for what is changed."""
    values = {
        "type": "'earned'", "source": "'manual'", "amount": "5", "debt_delta": "0",
        "balance_after": "95", "seq": "w.seq + 1", "actor_type": "'system'",
        "occurred_at": "now()", "wallet_id": "w.id",
    } | changed  # fmt: skip
    return (
        f"insert into laurels.point_transactions (tenant_id, {', '.join(values)})"
        f" select w.tenant_id, {', '.join(values.values())}"
        " from laurels.wallets as w where w.tenant_id = $1"
    )


def change(table: str, **values: str) -> str:
    """A statement that changes rows of a table."""
    listed = ", ".join(f"{column} = {value}" for column, value in values.items())
    return f"update laurels.{table} set {listed} where tenant_id = $1"


def entry(**changed: str) -> str:
    """A statement that adds an entry to a lot, right but for what is changed."""
    values = {
        "lot_id": "l.id", "transaction_id": "l.transaction_id", "hold_id": "null", "amount": "-1",
    } | changed  # fmt: skip
    return (
        f"insert into laurels.lot_entries (tenant_id, {', '.join(values)})"
        f" select l.tenant_id, {', '.join(values.values())}"
        " from laurels.lots as l where l.tenant_id = $1"
    )


ROWS = [
    (row(type="'gift'"), "type_known"),
    (row(type="'Earned'"), "type_known"),
    (row(source="'till'"), "source_known"),
    (row(amount="0"), "does_something"),
    (row(type="'adjusted'", amount="0"), "does_something"),
    (row(amount="-5"), "sign_fits_type"),
    (row(type="'bonus'", amount="-5"), "sign_fits_type"),
    (row(type="'redeemed'"), "sign_fits_type"),
    (row(type="'expired'"), "sign_fits_type"),
    (row(type="'penalty'"), "sign_fits_type"),
    (row(type="'adjusted'", amount="-5", debt_delta="-5"), "debt_fits_amount"),
    (row(type="'adjusted'", amount="5", debt_delta="5"), "debt_fits_amount"),
    (row(type="'refunded'", amount="1", debt_delta="1"), "debt_fits_amount"),
    (row(balance_after="-1"), "balance_not_negative"),
    (row(seq="0"), "balance_not_negative"),
    (row(amount=str(MAX_POINTS + 1)), "bounded"),
    (row(seq="w.seq"), "uq_point_transactions_tenant_id_wallet_id_seq"),
    (row(wallet_id="laurels.new_id()"), "fk_point_transactions_tenant_id_wallet_id"),
    (row(points="5"), ""),
    (row(actor_type="null"), ""),
]
BALANCES = [
    (change("wallets", available="-1"), "never_negative"),
    (change("wallets", pending="-1"), "never_negative"),
    (change("wallets", held="-1"), "never_negative"),
    (change("wallets", available="0", debt="-1"), "never_negative"),
    (change("wallets", debt="1"), "debt_only_when_empty"),
    (change("wallets", lifetime_earned=str(MAX_POINTS + 1)), "bounded"),
    (change("wallets", debt=str(MAX_POINTS + 1), available="0"), "bounded"),
    (change("wallets", lifetime_expired="-1"), "totals_not_negative"),
    (change("wallets", seq="-1"), "totals_not_negative"),
    (
        "insert into laurels.wallets (tenant_id, member_id, program_id)"
        " select tenant_id, member_id, program_id from laurels.wallets where tenant_id = $1",
        "uq_wallets_tenant_id_member_id_program_id",
    ),
]
LOTS = [
    (change("lots", remaining="initial + 1"), "remaining_within"),
    (change("lots", remaining="-1"), "remaining_within"),
    (change("lots", initial="0", remaining="0"), "initial_positive"),
    (change("lots", expired="initial + 1"), "expired_within"),
    (change("lots", expired="-1"), "_within"),
    (change("lots", expired_counted="expired + 1"), "counted_within"),
    (change("lots", expired_counted="-1"), "counted_within"),
    (change("lots", matured_at="null", matures_at="null"), "ripens"),
    (entry(amount="0"), "does_something"),
    (entry(transaction_id="null"), "transaction_or_hold"),
    (entry(hold_id="l.id"), "transaction_or_hold"),
    (entry(lot_id="laurels.new_id()"), "fk_lot_entries_tenant_id_lot_id"),
]
HOLDS = [
    (change("holds", points="0"), "points_positive"),
    (change("holds", captured="points + 1", status="'captured'", closed_at="now()"),
     "captured_within"),
    (change("holds", captured="-1"), "captured_within"),
    (change("holds", captured="1"), "captured_known"),
    (change("holds", status="'captured'", closed_at="now()"), "captured_known"),
    (change("holds", status="'gone'", closed_at="now()"), "status_known"),
    (change("holds", status="'released'"), "closed_has_time"),
    (change("holds", closed_at="now()"), "closed_has_time"),
]  # fmt: skip
REST = [
    (
        "insert into laurels.posting_keys select * from laurels.posting_keys where tenant_id = $1",
        "pk_posting_keys",
    ),
    (change("programs", maturity_days="-1"), "maturity_bounded"),
    (change("programs", expiry_days="0"), "expires_after_maturity"),
    (change("programs", expiry_days="14", maturity_days="14"), "expires_after_maturity"),
    (change("programs", grace_days="0"), "grace_bounded"),
    (change("programs", point_value="-1"), "point_value_bounded"),
    (change("programs", is_default="true"), "uq_programs_default"),
]


@pytest.mark.parametrize(("statement", "rule"), ROWS + BALANCES + LOTS + HOLDS + REST)
async def test_the_database_refuses_what_cannot_be(furnished, owner, statement, rule):
    with pytest.raises(asyncpg.PostgresError) as refusal:
        async with undone(owner):
            await owner.execute(statement, furnished.tenant.id)

    assert str(refusal.value.constraint_name or "").endswith(rule)


@pytest.mark.parametrize(
    "statement",
    [
        row(),
        row(amount="0", debt_delta="-5"),
        row(type="'refunded'", amount="0", debt_delta="5"),
        row(type="'adjusted'", source="'debt'", amount="-5", debt_delta="-5"),
        entry(),
        change("wallets", available="0", debt="9"),
        change("holds", status="'captured'", captured="1", closed_at="now()"),
    ],
)
async def test_the_same_statements_pass_when_they_say_what_can_be(furnished, owner, statement):
    async with undone(owner):
        done = await owner.execute(statement, furnished.tenant.id)

    assert done.split()[-1] == "1"
