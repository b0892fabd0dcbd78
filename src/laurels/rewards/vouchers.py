"""Codes of a pool: uploaded, counted, withdrawn. A reward's lock keeps its count and pool equal."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from laurels import audit
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.values.text import check_key, fold
from laurels.kit.work import Work

from . import queries
from .errors import CodeTaken, RewardArchived, RewardHasNoPool, RewardNotFound
from .queries import Row

SQL = statements(__name__)

MAX_CODE = 128
MAX_CODES = 1000
"""How many codes come or go at once."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What was done about one code: added, duplicate, withdrawn, assigned, unknown or invalid."""

    code: str
    outcome: str
    reason: str | None = None


async def upload(work: Work, reward_id: UUID, codes: Sequence[str]) -> list[Handled]:
    """The codes that nobody had before are in the pool; the others are named as duplicates.

    Raise RewardNotFound, RewardArchived or RewardHasNoPool.
    """
    reward = await _lock(work, reward_id)
    if reward["archived_at"] is not None:
        raise RewardArchived
    if reward["fulfilment"] != "pool":
        raise RewardHasNoPool(fulfilment=reward["fulfilment"])
    # The first of two in one request is the one that is added.
    fresh: dict[str, str] = {}
    read = [_read(code) for code in codes]
    for each in read:
        if each.reason is None:
            fresh.setdefault(fold(each.code), each.code)
    rows = await work.fetch(
        SQL.add_codes, work.tenant_id, reward_id, [new_id() for _ in fresh], list(fresh.values())
    )
    added = {row["code"] for row in rows}
    await _count(work, reward, len(added), "vouchers_added")
    told: list[Handled] = []
    for each in read:
        if each.reason is not None:
            told.append(each)
            continue
        told.append(Handled(each.code, "added" if each.code in added else "duplicate"))
        added.discard(each.code)
    return told


def _read(code: str) -> Handled:
    """Return a code as it is kept, or why it cannot be one."""
    try:
        kept = check_key(code)
    except ValueError as error:
        return Handled(code, "invalid", str(error))
    if not 1 <= len(kept) <= MAX_CODE:
        return Handled(code, "invalid", f"must have 1 to {MAX_CODE} characters")
    return Handled(kept, "known")


async def give_code(work: Work, redemption: Row, code: str) -> None:
    """The code is this redemption's and nobody else's. Raise CodeTaken."""
    row = await work.fetchrow(
        SQL.give_code,
        work.tenant_id,
        new_id(),
        redemption["reward_id"],
        code,
        redemption["id"],
        work.now,
    )
    if row is None:
        msg = f"The code `{code}` is already in use; deliver another one."
        raise CodeTaken(msg, field="code")


async def withdraw(work: Work, reward_id: UUID, codes: Sequence[str]) -> list[Handled]:
    """Codes that nobody has are not given out any more. Raise RewardNotFound.

    A code that somebody has stays theirs; a withdrawn one cannot be uploaded again.
    """
    reward = await _lock(work, reward_id)
    read = [_read(code) for code in codes]
    meant = [fold(each.code) for each in read if each.reason is None]
    rows = await work.fetch(SQL.withdraw_codes, work.tenant_id, reward_id, meant, work.now)
    gone = {row["code"] for row in rows}
    await _count(work, reward, -len(gone), "vouchers_withdrawn")
    others = await work.fetch(SQL.find_codes_of_reward, work.tenant_id, reward_id, meant)
    found = {row["code"]: "withdrawn" if row["withdrawn"] else "assigned" for row in others}
    return [
        each
        if each.reason is not None
        else Handled(each.code, found.get(fold(each.code), "unknown"))
        for each in read
    ]


async def _lock(work: Work, reward_id: UUID) -> Row:
    reward = (await queries.lock_rewards(work, [reward_id])).get(reward_id)
    if reward is None:
        raise RewardNotFound
    return reward


async def _count(work: Work, reward: Row, difference: int, action: str) -> None:
    """The reward knows how many codes are left; the audit log knows how many came or went."""
    if not difference:
        return
    left = reward["codes_left"] + difference
    await work.fetch(SQL.set_codes_left, work.tenant_id, reward["id"], left)
    await audit.record(
        work,
        f"reward.{action}",
        "reward",
        reward["id"],
        before={"codes_left": reward["codes_left"]},
        after={"codes_left": left},
    )
