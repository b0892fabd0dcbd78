"""What answers about redemptions can be expanded by."""

from collections.abc import Mapping
from uuid import UUID

from laurels import members
from laurels.kit.http import expand
from laurels.kit.http.expand import Rows
from laurels.kit.work import Work
from laurels.members.schemas import MemberOut
from laurels.permissions import Permission

from . import queries
from .schemas import NamedRewardOut, RewardOut

REDEMPTION = "redemption"


async def _members(work: Work, rows: Rows) -> Mapping[UUID, MemberOut]:
    found = await members.get_facts(work, sorted({row["member_id"] for row in rows.values()}))
    views = {member_id: MemberOut.model_validate(row) for member_id, row in found.items()}
    return {row_id: views[row["member_id"]] for row_id, row in rows.items()}


async def _rewards(work: Work, rows: Rows) -> Mapping[UUID, RewardOut]:
    found = await queries.find_rewards(work, sorted({row["reward_id"] for row in rows.values()}))
    views = {reward_id: RewardOut.model_validate(row) for reward_id, row in found.items()}
    return {row_id: views[row["reward_id"]] for row_id, row in rows.items()}


async def _for_segments(work: Work, rows: Rows) -> Mapping[UUID, list[NamedRewardOut]]:
    found = await queries.list_for_segments(work, list(rows))
    return {
        segment_id: [NamedRewardOut.model_validate(reward) for reward in rewards]
        for segment_id, rewards in found.items()
    }


expand.offer(REDEMPTION, "member", _members, reads=Permission.MEMBERS_READ)
expand.offer(REDEMPTION, "reward", _rewards, reads=Permission.REWARDS_READ)
expand.offer("segment", "rewards", _for_segments, reads=Permission.REWARDS_READ)
