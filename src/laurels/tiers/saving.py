"""Saving a ladder as a whole: what was previewed becomes true at once, with one review."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from laurels import audit, jobs
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from .errors import DefaultTierNeeded, TierHasMembers
from .ladder import forget_ladder
from .proposing import Proposal, propose
from .queries import count_members
from .service import REVIEW, lock_ladder, write_tier

_KEPT = frozenset({"id", "created_at", "updated_at", "archived_at"})


async def save_ladder(work: Work, proposal: Proposal, *, move_members: bool = False) -> None:
    """The ladder is like this, all at once, and a review of everybody is on its way.

    Tiers may change places. What was so before stays. Raise what a preview raises, and
    DefaultTierNeeded when nothing would be the default, TierHasMembers unless `move_members`, or
    VersionConflict where somebody else has changed one of the tiers.
    """
    present = {row["id"]: row for row in await lock_ladder(work)}
    proposed = await propose(work, present, proposal)
    for tier_id, version in proposal.edited.items():
        check_version(version, present[tier_id]["version"])
    stays = {row["id"] for row in proposed.rows}
    gone = [tier_id for tier_id in present if tier_id not in stays]
    if proposed.rows and proposed.ladder.default is None:
        had = any(row["is_default"] for row in present.values())
        if had:
            raise DefaultTierNeeded(field="is_default")
    changed = {
        row["id"]: values
        for row in proposed.rows
        if row["id"] in present and (values := _differences(present[row["id"]], row))
    }
    await _archive(work, gone, move_members=move_members)
    await _change(work, present, changed)
    for row in proposed.rows:
        if row["id"] in proposed.fresh:
            values = {name: value for name, value in row.items() if name != "id"}
            await write_tier(work, row["id"], values, new=True)
            await audit.record(work, "tier.created", "tier", row["id"], after=values)
    if gone or changed or proposed.fresh:
        forget_ladder(work)
        await jobs.ask(work, REVIEW, anew=True)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in after.items() if name not in _KEPT and before[name] != value
    }


async def _archive(work: Work, gone: Sequence[UUID], *, move_members: bool) -> None:
    for tier_id in gone:
        there = await count_members(work, tier_id)
        if there and not move_members:
            raise TierHasMembers(field="archived", members=there)
        await write_tier(work, tier_id, {"archived_at": work.now, "is_default": False})
        await audit.record(work, "tier.archived", "tier", tier_id, after={"members": there})


async def _change(
    work: Work, present: Mapping[UUID, Mapping[str, Any]], changed: Mapping[UUID, Mapping[str, Any]]
) -> None:
    # Out of the ladder for a moment, so that names, levels and the default may change places.
    for tier_id in changed:
        await write_tier(work, tier_id, {"archived_at": work.now})
    for tier_id, values in changed.items():
        await write_tier(work, tier_id, {**values, "archived_at": None})
        before = {name: present[tier_id][name] for name in values}
        await audit.record(work, "tier.changed", "tier", tier_id, before=before, after=values)
