"""What falls due: lots that mature or expire, holds that let go. Bounded, resumable."""

from datetime import datetime

from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError
from laurels.kit.work import Work

from .movements import ApplyDue, Movement, Release
from .posting import post

SQL = statements(__name__)


async def apply_due_lots(work: Work, *, limit: int = 1000) -> int:
    """Lots that are due by now have matured or expired, in at most `limit` wallets.

    Return how many wallets it was; call again until it is 0. Nobody has to wait for it: a movement
    settles what is due in its wallet first.
    """
    rows = await work.fetch(SQL.wallets_with_due_lots, work.tenant_id, work.now, limit)
    movements: list[Movement] = [ApplyDue(wallet_id=row[0]) for row in rows]
    await post(work, movements)
    return len(rows)


async def release_due_holds(work: Work, *, limit: int = 1000) -> int:
    """Holds whose time is over have let go, at most `limit`; return how many."""
    rows = await work.fetch(SQL.due_holds, work.tenant_id, work.now, limit)
    movements: list[Movement] = [Release(hold_id=row[0], expired=True) for row in rows]
    outcomes = await post(work, movements)
    return sum(1 for outcome in outcomes if not isinstance(outcome, AppError))


async def next_lot_due(work: Work) -> datetime | None:
    """Return when the next lot matures or expires, also when that has passed; None without lots."""
    row = await work.fetchrow(SQL.next_lot_due, work.tenant_id)
    return None if row is None else row[0]


async def next_hold_due(work: Work) -> datetime | None:
    """Return when the next hold lets go, also when that has passed; None when none will."""
    row = await work.fetchrow(SQL.next_hold_due, work.tenant_id)
    return None if row is None else row[0]
