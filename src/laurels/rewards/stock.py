"""How many are left of rewards: taken and given back under their locks, by whoever hands them out.

Redemptions and whoever sells rewards otherwise change the counts by the same function of the
database, `laurels.move_stock`, so that the last one has one owner.
"""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import orjson

from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from . import queries
from .eligibility import hindrances
from .errors import RewardInvalid, RewardNotFound
from .facts import offer_of
from .queries import Row
from .values import AT_ONCE


async def take_stock(work: Work, wanted: Sequence[tuple[UUID, int]]) -> dict[UUID, Row]:
    """So many of each reward are taken, all or none; return the rewards as they were before.

    They stay locked until the transaction ends; so ask after locking members and before locking
    wallets. Who may have them, and how many each, is for the caller to say. Raise RewardNotFound,
    RewardInvalid (for what is delivered by a code), RewardArchived, RewardPaused, RewardNotOpen,
    RewardEnded, RewardLimitReached or OutOfStock; `reward_id` among the details says which.
    """
    counts = _add_up(wanted)
    rewards = await queries.lock_rewards(work, sorted(counts))
    for reward_id, number in counts.items():
        told = {"reward_id": encode("reward", reward_id)}
        if reward_id not in rewards:
            raise RewardNotFound(field="reward_id", **told)
        if rewards[reward_id]["fulfilment"] in AT_ONCE:
            msg = "The reward is delivered by a code and can only be redeemed."
            raise RewardInvalid(msg, field="reward_id", **told)
        for reason in hindrances(offer_of(rewards[reward_id]), number, work.now):
            raise reason.error(**told)
    await move(work, counts)
    return rewards


async def give_back_stock(work: Work, given: Sequence[tuple[UUID, int]]) -> None:
    """So many of each reward, which were taken before, can be had again."""
    counts = _add_up(given)
    await queries.lock_rewards(work, sorted(counts))
    await move(work, {reward_id: -number for reward_id, number in counts.items()})


async def move(work: Work, taken: dict[UUID, int], *, restock: bool = True) -> None:
    """So many of each locked reward are taken, or back where that is below zero.

    Without `restock` they are only counted as not had: the thing itself is gone.
    """
    moves = [
        {"id": str(reward_id), "taken": number, "stocked": number if restock else 0}
        for reward_id, number in taken.items()
    ]
    if moves:
        told = orjson.dumps(moves).decode()
        await work.fetch("select laurels.move_stock($1, $2::text::jsonb)", work.tenant_id, told)


def _add_up(parts: Sequence[tuple[UUID, int]]) -> Counter[UUID]:
    counts: Counter[UUID] = Counter()
    for reward_id, number in parts:
        assert number > 0, "a number of things"
        counts[reward_id] += number
    return counts
