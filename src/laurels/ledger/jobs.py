"""What the ledger does by itself: points mature and expire, holds let go.

Nobody waits for it: a movement settles what is due in its own wallet first. The jobs do it for
wallets that nobody touches, so that events, lists and sums say it in time.
"""

from laurels.kit.jobs import MINUTE, Stride, job
from laurels.kit.work import Work

from . import expiry
from .invariants import CHECKS, BooksFaulty, figures, find_faults


@job(
    "ledger.apply_due_lots",
    every=MINUTE,
    waiting="tenants_with_due_lots",
    next_due=expiry.next_lot_due,
)
async def apply_due_lots(work: Work, *, limit: int) -> int:
    """Mature and expire what lots say is due."""
    return await expiry.apply_due_lots(work, limit=limit)


@job(
    "ledger.release_due_holds",
    every=MINUTE,
    waiting="tenants_with_due_holds",
    next_due=expiry.next_hold_due,
)
async def release_due_holds(work: Work, *, limit: int) -> int:
    """Let go of holds whose time is over."""
    return await expiry.release_due_holds(work, limit=limit)


@job("ledger.close_the_day", daily="03:00", waiting="tenants_with_dues")
async def close_the_day(work: Work, *, limit: int) -> int:
    """Settle every night what the minutes of the day may have left: lots first, then holds."""
    done = await expiry.apply_due_lots(work, limit=limit)
    if done < limit:
        done += await expiry.release_due_holds(work, limit=limit - done)
    return done


@job(
    "ledger.verify_the_books",
    daily="04:30",
    waiting="tenants_with_unverified_books",
    business=False,
)
async def verify_the_books(work: Work, *, limit: int) -> Stride:
    """Check every night every rule of the books; the run fails with the faults in words.

    Nothing is mended by itself: a fault is for a person to look at (`laurels ledger verify`).
    """
    del limit  # It reads; the checks themselves show no more than a few rows each.
    faults = await find_faults(work)
    if faults:
        raise BooksFaulty("\n".join(str(fault) for fault in faults))
    found = await figures(work)
    result = {
        "wallets": found.wallets,
        "transactions": found.transactions,
        "points_outstanding": found.points_outstanding,
        "rules": len(CHECKS),
    }
    return Stride(0, result=result)
