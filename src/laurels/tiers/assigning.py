"""Tiers by hand: somebody gives a member a tier, for a time or for good, and takes it back.

A tier by hand is a floor: it is not lost while it lasts, and who meets a higher one rises above it.
A `fixed` one is neither lost nor risen above until it is over.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from laurels import audit, members, tenants
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode
from laurels.kit.values.time import require_future
from laurels.kit.work import Work

from .errors import (
    TierArchived,
    TierBelowStanding,
    TierExpiryInvalid,
    TierNotAssigned,
    TierNotFound,
)
from .ladder import clock_of, load_ladder
from .policy import Doubt, Move, Tier, resolve
from .queries import current_rows, get_tier
from .reviewing import Case, Words, case_of, count, earlier_of, holding_of, write_verdicts
from .settings import TierSettings

SQL = statements(__name__)


async def assign(
    work: Work,
    member_id: UUID,
    tier_id: UUID,
    *,
    expires_at: datetime | None = None,
    fixed: bool = False,
    note: str | None = None,
) -> None:
    """The member stands on this tier, because somebody says so. A repeat changes nothing.

    Raise MemberNotFound and its kin, TierNotFound, TierArchived, TierExpiryInvalid, or
    TierBelowStanding when they would rise above it at once.
    """
    require_future(expires_at, work.now, field="expires_at", error=TierExpiryInvalid)
    case = await _lock(work, member_id)
    tier = await _tier(work, tier_id)
    before = (await current_rows(work, [member_id])).get(member_id)
    after = {
        "tier_id": tier_id,
        "basis": "manual",
        "expires_at": expires_at,
        "fixed": fixed,
        "note": note,
    }
    if before is not None and _told(before) == after:
        return
    ladder = await load_ladder(work)
    await count(work, ladder, [case], await clock_of(work))
    best = ladder.best(case.met)
    if not fixed and best is not None and best.level > tier.level:
        msg = (
            f"The member qualifies for `{best.name}` and would rise at once; send `fixed` as true."
        )
        raise TierBelowStanding(msg, field="fixed", meets=encode("tier", best.id))
    case.verdict = Move(tier=tier, reason="manual", basis="manual", expires_at=expires_at)
    await write_verdicts(work, [case], words=Words(note=note, fixed=fixed))
    await _note(work, "tier.assigned", member_id, before, after)


async def unassign(work: Work, member_id: UUID) -> None:
    """The tier that was given by hand is over; the member stands where they belong.

    Raise MemberNotFound and its kin, or TierNotAssigned.
    """
    case = await _lock(work, member_id)
    standing = case.standing
    if standing is None or standing.basis != "manual":
        raise TierNotAssigned
    before = (await current_rows(work, [member_id])).get(member_id)
    ladder, clock = await load_ladder(work), await clock_of(work)
    await count(work, ladder, [case], clock)
    earlier = (await earlier_of(work, [member_id])).get(member_id, [])
    holding = await holding_of(work, ladder, earlier, clock)
    case.verdict = resolve(
        standing,
        ladder,
        case.met,
        clock,
        doubt=Doubt("removed"),
        holding=holding.get(member_id, []),
        step_down=(await tenants.read(work, TierSettings)).step_down,
    )
    await write_verdicts(work, [case])
    await _note(work, "tier.unassigned", member_id, before, None)


async def _lock(work: Work, member_id: UUID) -> Case:
    """Return where an active member stands, locked. Raise MemberNotFound and its kin."""
    rows = await work.fetch(SQL.lock_standings, work.tenant_id, [member_id])
    if not rows:
        members.require_active(await members.get_member(work, member_id))
        raise members.MemberNotFound
    return case_of(rows[0])


async def _tier(work: Work, tier_id: UUID) -> Tier:
    found = (await load_ladder(work)).by_id.get(tier_id)
    if found is not None:
        return found
    try:
        await get_tier(work, tier_id)
    except TierNotFound:
        raise TierNotFound(field="tier_id") from None
    raise TierArchived(field="tier_id")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "tier_id": row["id"],
        "basis": row["basis"],
        "expires_at": row["expires_at"],
        "fixed": row["fixed"],
        "note": row["note"],
    }


async def _note(
    work: Work,
    action: str,
    member_id: UUID,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    def spoken(told: dict[str, Any] | None) -> dict[str, Any] | None:
        return told and {**told, "tier_id": encode("tier", told["tier_id"])}

    await audit.record(
        work,
        action,
        "member",
        member_id,
        before=spoken(before and _told(before)),
        after=spoken(after),
    )
