"""What earning does when points that it gave are taken back by hand: caps have their room again."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from laurels import ledger
from laurels.kit.values.ids import decode
from laurels.kit.work import Work

from .awarding import give_back_usage, lock_parts
from .judging import SOURCES
from .keeping import AWARDS, WHY

_SUBJECTS = sorted({kind for _, kind in SOURCES.values()})


@ledger.around_reversals
@asynccontextmanager
async def around_reversals(
    work: Work, reversals: Sequence[ledger.AboutReversal]
) -> AsyncGenerator[None]:
    """What is reversed of a capped rule can be earned again, as after a refund."""
    capped = await _capped(work, reversals)
    if not capped:
        yield
        return
    # Before the wallets, and before the look at what is back already.
    await lock_parts(work, [part for parts in capped.values() for part in parts])
    before = await ledger.taken_back(work, list(capped))
    yield
    after = await ledger.taken_back(work, list(capped))
    await give_back_usage(
        work,
        [
            (rule_id, member_id, period, points - before.get(transaction_id, 0))
            for transaction_id, parts in capped.items()
            if after.get(transaction_id, 0) > before.get(transaction_id, 0)
            for rule_id, member_id, period, points in parts
        ],
    )


async def _capped(
    work: Work, reversals: Sequence[ledger.AboutReversal]
) -> dict[UUID, list[tuple[UUID, UUID, str, int]]]:
    """Return by transaction what it used of caps: rule, member, period and points."""
    wanted = {reversal.transaction_id for reversal in reversals}
    subjects = [
        subject for reversal in reversals if (subject := _subject(reversal.source_id)) is not None
    ]
    if not subjects:
        return {}
    sql = f"select {WHY}, a.member_id {AWARDS} where a.tenant_id = $1 and a.subject_id = any($2)"
    rows = await work.fetch(sql, work.tenant_id, subjects)
    used: dict[UUID, list[tuple[UUID, UUID, str, int]]] = {}
    for row in rows:
        effects: list[dict[str, Any]] = row["effects"]
        for effect in effects:
            transaction_id = UUID(effect["transaction_id"])
            if transaction_id in wanted and effect["usage"]:
                used[transaction_id] = [
                    (UUID(effect["rule_id"]), row["member_id"], period, effect["points"])
                    for period in effect["usage"]
                ]
    return used


def _subject(source_id: str | None) -> UUID | None:
    """Return what the transaction was earned by, None when it was not earned by rule."""
    for kind in _SUBJECTS if source_id is not None else ():
        try:
            return decode(kind, str(source_id))
        except ValueError:
            continue
    return None
