"""What each action does to a batch of members, who are locked, there, and their own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from laurels import ledger, members, rewards, segments, settlement
from laurels.kit.errors import AppError
from laurels.kit.values.ids import decode
from laurels.kit.work import Work
from laurels.permissions import Permission


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one member."""

    outcome: Literal["done", "unchanged", "failed"]
    code: str | None = None
    message: str | None = None

    @classmethod
    def refused(cls, error: AppError) -> "Result":
        """Return the result of what was refused."""
        return cls("failed", error.code, str(error)[:500])


DONE, UNCHANGED = Result("done"), Result("unchanged")
Action = dict[str, Any]
Results = dict[UUID, Result]
Act = Callable[[Work, Action, Sequence[UUID]], Awaitable[Results]]


async def carry_out(work: Work, action: Action, member_ids: Sequence[UUID]) -> Results:
    """Each of these members has had the action done to them, or it says why not."""
    present = await members.lock_present(work, member_ids)
    results: Results = {}
    for member_id in member_ids:
        found = present.get(member_id)
        if found is None:
            results[member_id] = Result.refused(members.MemberNotFound())
        elif found.id != member_id:
            results[member_id] = Result.refused(members.MemberMerged())
        elif found.status == "erased":
            results[member_id] = Result.refused(members.MemberErased())
    left = [member_id for member_id in member_ids if member_id not in results]
    return results | await _ACTS[action["type"]](work, action, left)


async def _adjust(work: Work, action: Action, member_ids: Sequence[UUID]) -> Results:
    program = action.get("program_id")
    move: dict[str, Any] = {
        "program_id": None if program is None else decode("program", program),
        "points": abs(action["points"]),
        "type": "adjusted",
        "reason": action["reason"],
        "member_note": action.get("member_note"),
        "by": work.actor,
    }
    kind = ledger.Credit if action["points"] > 0 else ledger.Debit
    outcomes = await ledger.post(work, [kind(member_id=each, **move) for each in member_ids])
    return {
        member_id: Result.refused(outcome) if isinstance(outcome, AppError) else DONE
        for member_id, outcome in zip(member_ids, outcomes, strict=True)
    }


async def _change_list(work: Work, action: Action, member_ids: Sequence[UUID]) -> Results:
    change = segments.add if action["type"] == "add_to_segment" else segments.remove
    segment_id = decode("segment", action["segment_id"])
    try:
        async with work.savepoint():
            listed = await change(work, segment_id, member_ids)
    except AppError as error:
        return dict.fromkeys(member_ids, Result.refused(error))
    told = {
        "added": DONE,
        "removed": DONE,
        "already": UNCHANGED,
        "absent": UNCHANGED,
        "inactive": Result("failed", "member_inactive", "Only active members can be on a list."),
        "not_found": Result.refused(members.MemberNotFound()),
    }
    return {each.name: told[each.outcome] for each in listed if isinstance(each.name, UUID)}


async def _block(work: Work, action: Action, member_ids: Sequence[UUID]) -> Results:
    blocks = action["type"] == "block"
    change = settlement.block if blocks else settlement.unblock
    goal = "blocked" if blocks else "active"
    facts = await members.get_facts(work, member_ids)

    async def one(member_id: UUID) -> Result:
        if facts[member_id]["status"] == goal:
            return UNCHANGED
        await change(work, member_id, reason=action["reason"])
        return DONE

    return await _each(work, member_ids, one)


async def _give(work: Work, action: Action, member_ids: Sequence[UUID]) -> Results:
    reward_id = decode("reward", action["reward_id"])

    async def one(member_id: UUID) -> Result:
        gift = rewards.NewRedemption(
            reward_id=reward_id,
            member_id=member_id,
            source="bulk",
            notes=action["reason"],
            gift=True,
        )
        await rewards.give(work, gift)
        return DONE

    return await _each(work, member_ids, one)


async def _each(
    work: Work, member_ids: Sequence[UUID], one: Callable[[UUID], Awaitable[Result]]
) -> Results:
    """Do it to one after the other; who is refused is left as they were."""
    results: Results = {}
    for member_id in member_ids:
        try:
            async with work.savepoint():
                results[member_id] = await one(member_id)
        except AppError as error:
            results[member_id] = Result.refused(error)
    return results


_ACTS: dict[str, Act] = {
    "adjust_points": _adjust,
    "add_to_segment": _change_list,
    "remove_from_segment": _change_list,
    "block": _block,
    "unblock": _block,
    "give_reward": _give,
}
NEEDS: dict[str, Permission] = {
    "adjust_points": Permission.LEDGER_ADJUST,
    "add_to_segment": Permission.SEGMENTS_WRITE,
    "remove_from_segment": Permission.SEGMENTS_WRITE,
    "block": Permission.MEMBERS_WRITE,
    "unblock": Permission.MEMBERS_WRITE,
    "give_reward": Permission.REWARDS_GIVE,
}
"""What one must be allowed to do to a single member."""
