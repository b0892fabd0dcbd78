"""Short words for the ledger's activities, each in a transaction of its own."""

from uuid import UUID

from laurels import ledger
from laurels.kit.errors import AppError
from laurels.ledger.movements import Posted
from tests.support.make import House

Outcome = Posted | AppError


async def book(house: House, *movements: ledger.Credit | ledger.Debit) -> list[Outcome]:
    """Post a batch in a transaction of its own."""
    async with house.work() as work:
        return await ledger.post(work, movements)


async def move(house: House, movement) -> Posted:
    """Post one movement; raise its error when it is refused."""
    (outcome,) = await book(house, movement)
    if isinstance(outcome, AppError):
        raise outcome
    return outcome


async def earn(house: House, member: UUID, points: int, **more) -> UUID:
    """Points come in; return the id of the transaction."""
    posted = await move(house, ledger.Credit(member_id=member, points=points, **more))
    return posted.transaction.id


async def spend(house: House, member: UUID, points: int, **more) -> UUID:
    """Points go out; return the id of the transaction."""
    posted = await move(house, ledger.Debit(member_id=member, points=points, **more))
    return posted.transaction.id


async def hold(house: House, member: UUID, points: int, **more) -> UUID:
    """Points are set aside; return the id of the hold."""
    posted = await move(house, ledger.HoldPoints(member_id=member, points=points, **more))
    return posted.hold.id


async def take_back(house: House, transaction_id: UUID, total: int | None = None) -> Posted:
    """A transaction is refunded until this many of its points are back."""
    return await move(
        house, ledger.Reversal(transaction_id=transaction_id, total=total, type="refunded")
    )


async def rows_of(house: House, member: UUID) -> list[tuple[str, int, int]]:
    """Type, amount and debt of every row of a member."""
    async with house.work() as work:
        rows = await ledger.statement(work, member_id=member, since=None, until=None)
    return [(row["type"], row["amount"], row["debt_delta"]) for row in rows]


def figures(available: int = 0, pending: int = 0, held: int = 0, debt: int = 0) -> dict[str, int]:
    """The figures of a wallet."""
    return {"available": available, "pending": pending, "held": held, "debt": debt}


async def settle(house: House) -> int:
    """Run the job; return how many wallets it settled."""
    async with house.work() as work:
        return await ledger.apply_due_lots(work)
