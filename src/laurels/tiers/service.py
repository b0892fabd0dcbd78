"""The ladder: make, change, archive and restore tiers. Every change is noted, and reviewed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit, jobs, tenants
from laurels.kit.db.columns import columns
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.values.money import require_amount
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from .errors import (
    DefaultTierNeeded,
    TierArchived,
    TierHasMembers,
    TierInvalid,
    TierLevelTaken,
    TierNameTaken,
    TooManyTiers,
)
from .ladder import forget_ladder
from .queries import count_members, get_tier, list_tiers

SQL = statements(__name__)

MAX_TIERS = 50
"""Tiers of one ladder, at most."""

REVIEW = "tiers.review"
"""The job that reviews everybody."""

DECIDING = frozenset(
    """
    level criteria min_points min_spend min_orders qualification_period_days requires_maintenance
    is_default
    """.split()
)
"""What of a tier decides who stands on it."""


async def create_tier(work: Work, values: Mapping[str, Any], *, review: bool = True) -> UUID:
    """The ladder has this tier, and a review of everybody is on its way.

    Raise TierInvalid, TierNameTaken, TierLevelTaken or TooManyTiers.
    """
    ladder = await lock_ladder(work)
    if len(ladder) >= MAX_TIERS:
        raise TooManyTiers
    await check_tier(work, values, ladder, own=None)
    tier_id = new_id()
    await _yield_default(work, values, tier_id)
    await write_tier(work, tier_id, values, new=True)
    await audit.record(work, "tier.created", "tier", tier_id, after=values)
    if review:
        await jobs.ask(work, REVIEW, anew=True)
    return tier_id


async def change_tier(
    work: Work, tier_id: UUID, values: Mapping[str, Any], *, version: int | None = None
) -> None:
    """The tier has these values; when they decide who stands where, everybody is reviewed.

    `version` is the one that was edited. Raise TierNotFound, VersionConflict, TierArchived,
    TierInvalid, TierNameTaken, TierLevelTaken, or DefaultTierNeeded for a default tier that is none
    any more.
    """
    ladder = await lock_ladder(work)
    before = await get_tier(work, tier_id)
    check_version(version, before["version"])
    if before["archived_at"] is not None:
        raise TierArchived
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return
    if changed.get("is_default") is False:
        raise DefaultTierNeeded(field="is_default")
    await check_tier(work, {**before, **changed}, ladder, own=tier_id)
    await _yield_default(work, changed, tier_id)
    await write_tier(work, tier_id, changed)
    was = {name: before[name] for name in changed}
    await audit.record(work, "tier.changed", "tier", tier_id, before=was, after=changed)
    if DECIDING & changed.keys():
        await jobs.ask(work, REVIEW, anew=True)


async def archive_tier(work: Work, tier_id: UUID, *, move_members: bool = False) -> None:
    """The tier is no part of the ladder; its members go where they belong, its history stays.

    A repeat changes nothing. Raise TierNotFound, DefaultTierNeeded while there are others, or
    TierHasMembers unless `move_members` says that they are to go.
    """
    ladder = await lock_ladder(work)
    before = await get_tier(work, tier_id)
    if before["archived_at"] is not None:
        return
    if before["is_default"] and len(ladder) > 1:
        raise DefaultTierNeeded
    there = await count_members(work, tier_id)
    if there and not move_members:
        words = "1 member stands" if there == 1 else f"{there:,} members stand"
        msg = f"{words} on this tier; preview where they would go, then send `move_members`."
        raise TierHasMembers(msg, members=there)
    await work.fetch(SQL.archive_tier, work.tenant_id, tier_id, work.now)
    forget_ladder(work)
    await audit.record(work, "tier.archived", "tier", tier_id, after={"members": there})
    await jobs.ask(work, REVIEW, anew=True)


async def restore_tier(work: Work, tier_id: UUID) -> None:
    """An archived tier is part of the ladder again, and everybody is reviewed.

    On any other it does nothing. Raise TierNotFound, TierNameTaken, TierLevelTaken or
    TooManyTiers.
    """
    ladder = await lock_ladder(work)
    before = await get_tier(work, tier_id)
    if before["archived_at"] is None:
        return
    if len(ladder) >= MAX_TIERS:
        raise TooManyTiers
    await check_tier(work, before, ladder, own=tier_id)
    await work.fetch(SQL.restore_tier, work.tenant_id, tier_id)
    forget_ladder(work)
    await audit.record(work, "tier.restored", "tier", tier_id)
    await jobs.ask(work, REVIEW, anew=True)


async def check_tier(
    work: Work, values: Mapping[str, Any], ladder: Sequence[Mapping[str, Any]], *, own: UUID | None
) -> None:
    """Raise what is wrong with a tier in this ladder: its name, its level, its money."""
    for other in ladder:
        if other["id"] == own:
            continue
        if other["name"] == values["name"]:
            raise TierNameTaken(field="name")
        if other["level"] == values["level"]:
            msg = f"`{other['name']}` has level {other['level']}; move that tier first."
            raise TierLevelTaken(msg, field="level")
    if values.get("is_default") and values.get("requires_maintenance"):
        msg = "the default tier cannot be lost, so it cannot require maintenance"
        raise TierInvalid(msg, field="requires_maintenance")
    tenant = await tenants.current(work)
    spend = values.get("min_spend", Decimal(0))
    require_amount(spend, tenant.currency, field="min_spend", error=TierInvalid)


async def lock_ladder(work: Work) -> list[dict[str, Any]]:
    """Return the ladder; whoever else would change it comes later."""
    # The tenant's row stands for the ladder, which may be empty yet.
    await tenants.lock_counts(work)
    return await list_tiers(work)


async def _yield_default(work: Work, values: Mapping[str, Any], tier_id: UUID) -> None:
    """The default tier before makes room for a new one."""
    if values.get("is_default"):
        await work.fetch(SQL.yield_default, work.tenant_id, tier_id)


async def write_tier(
    work: Work, tier_id: UUID, values: Mapping[str, Any], *, new: bool = False
) -> None:
    """The row of the tier has these values. Raise TierInvalid for what cannot be."""
    row = columns(values)
    sql = f"insert into laurels.tiers (tenant_id, id, {row.names}) values ($1, $2, {row.marks})"
    if not new:
        pairs = f"{row.pairs}, version = version + 1, updated_at = now()"
        sql = f"update laurels.tiers set {pairs} where tenant_id = $1 and id = $2"
    try:
        async with work.savepoint():
            await work.fetch(sql, work.tenant_id, tier_id, *row.values)
    except asyncpg.CheckViolationError:
        raise TierInvalid from None
    forget_ladder(work)
