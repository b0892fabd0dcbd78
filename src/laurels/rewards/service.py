"""The catalogue: rewards are made, changed, paused, archived, restored and copied."""

from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit, segments, tenants, tiers
from laurels.kit.db.columns import Columns, columns
from laurels.kit.db.sql import statements
from laurels.kit.errors import NotFound
from laurels.kit.values.ids import new_id
from laurels.kit.versions import check_version
from laurels.kit.work import Work

from . import providers, queries
from .errors import ProviderUnknown, RewardArchived, RewardInvalid, RewardNotFound, TooManyRewards
from .queries import MAX_REWARDS, Row
from .values import check_money, read_value

SQL = statements(__name__)

SETTLED_BY_COUNTING = frozenset(
    {"tenant_id", "id", "codes_left", "redemptions", "created_at", "updated_at", "version"}
)
"""What nobody writes: the application counts it."""
COPIED = frozenset({"archived_at", *SETTLED_BY_COUNTING})


async def create_reward(work: Work, values: dict[str, Any]) -> UUID:
    """A reward is in the catalogue, with these values by column name; the rest has defaults.

    Raise TooManyRewards, RewardInvalid or ProviderUnknown.
    """
    await _require_room(work)
    checked = await _check(work, values)
    reward_id = new_id()
    row = columns(checked)
    await _write(
        work,
        f"insert into laurels.rewards (tenant_id, id, {row.names}) values ($1, $2, {row.marks})",
        reward_id,
        row,
    )
    await audit.record(work, "reward.created", "reward", reward_id, after=checked)
    return reward_id


async def change_reward(
    work: Work, reward_id: UUID, values: dict[str, Any], *, version: int | None = None
) -> None:
    """The reward has these values; redemptions keep it as it was when they were made.

    `version` is the one that was edited. Raise RewardNotFound, VersionConflict, RewardArchived,
    RewardInvalid or ProviderUnknown.
    """
    before = await lock(work, reward_id)
    check_version(version, before["version"])
    if before["archived_at"] is not None:
        raise RewardArchived
    if not values:
        return
    if "type" in values and "value" not in values and values["type"] != before["type"]:
        msg = "A different `type` needs a different `value`; send both."
        raise RewardInvalid(msg, field="value")
    checked = await _check(work, values, before)
    row = columns(checked)
    sql = f"""
        update laurels.rewards
        set {row.pairs}, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2
    """
    await _write(work, sql, reward_id, row)
    was = {name: before[name] for name in checked}
    await audit.record(work, "reward.changed", "reward", reward_id, before=was, after=checked)


async def set_active(work: Work, reward_id: UUID, *, active: bool) -> None:
    """The reward can be had, or is paused; a repeat changes nothing.

    Raise RewardNotFound or RewardArchived.
    """
    before = await lock(work, reward_id)
    if before["archived_at"] is not None:
        raise RewardArchived
    if before["active"] != active:
        await work.fetch(SQL.set_active, work.tenant_id, reward_id, active)
        done = "resumed" if active else "paused"
        await audit.record(work, f"reward.{done}", "reward", reward_id)


async def set_archived(work: Work, reward_id: UUID, *, archived: bool) -> None:
    """The reward is out of sight, or back, paused; what was redeemed stays. A repeat is none.

    Raise RewardNotFound or TooManyRewards.
    """
    before = await lock(work, reward_id)
    if (before["archived_at"] is not None) == archived:
        return
    if not archived:
        await _require_room(work)
    await work.fetch(
        SQL.set_archived, work.tenant_id, reward_id, work.now if archived else None, archived
    )
    done = "archived" if archived else "restored"
    await audit.record(work, f"reward.{done}", "reward", reward_id)


async def duplicate(work: Work, reward_id: UUID) -> UUID:
    """A copy of the reward is in the catalogue, paused, with nothing redeemed and no codes.

    Raise RewardNotFound or TooManyRewards.
    """
    await _require_room(work)
    original = await queries.get_reward(work, reward_id)
    values = {name: value for name, value in original.items() if name not in COPIED}
    values |= {"name": f"Copy of {original['name']}"[:200], "active": False}
    return await create_reward(work, values)


async def lock(work: Work, reward_id: UUID) -> Row:
    """Return a reward, locked. Raise RewardNotFound."""
    row = (await queries.lock_rewards(work, [reward_id])).get(reward_id)
    if row is None:
        raise RewardNotFound
    return row


async def _require_room(work: Work) -> None:
    await tenants.lock_counts(work)
    if await queries.count_rewards(work) >= MAX_REWARDS:
        raise TooManyRewards


async def _check(work: Work, values: dict[str, Any], before: Row | None = None) -> dict[str, Any]:
    """Return the values as they are stored. Raise RewardInvalid or ProviderUnknown."""
    checked = dict(values)
    currency = (await tenants.current(work)).currency
    whole = {**(before or {}), **checked}
    if "value" in checked:
        checked["value"] = read_value(whole["type"], checked["value"], currency)
    check_money(checked.get("min_order_value"), currency, "min_order_value")
    if whole.get("starts_at") and whole.get("ends_at") and whole["starts_at"] >= whole["ends_at"]:
        msg = "`ends_at` must be after `starts_at`."
        raise RewardInvalid(msg, field="ends_at")
    await _check_whom(work, checked)
    fulfilment = str(checked.get("fulfilment", "manual"))
    if fulfilment.startswith(providers.PREFIX) and providers.provider_of(fulfilment) is None:
        known = ", ".join(f"`{providers.PREFIX}{name}`" for name in providers.names())
        msg = f"There is no provider `{fulfilment[:60]}`; available: {known or 'none'}."
        raise ProviderUnknown(msg, field="fulfilment")
    return checked


async def _check_whom(work: Work, values: dict[str, Any]) -> None:
    """Raise RewardInvalid for a tier or segment that is not there (any more).

    Tiers and segments are archived, never deleted, so what was there once can be named for ever.
    """
    there = {"tier_ids": tiers.get_tier, "segment_ids": segments.get_segment}
    for name, get in there.items():
        for place, each in enumerate(values.get(name, ())):
            try:
                found = await get(work, each)
            except NotFound as error:
                raise RewardInvalid(error.message, field=f"{name}.{place}") from None
            if found["archived_at"] is not None:
                msg = f"`{found['name']}` is archived; restore it first, or leave it out."
                raise RewardInvalid(msg, field=f"{name}.{place}")


async def _write(work: Work, sql: str, reward_id: UUID, row: Columns) -> None:
    try:
        async with work.savepoint():
            await work.fetch(sql, work.tenant_id, reward_id, *row.values)
    except asyncpg.ForeignKeyViolationError:
        msg = "There is no program with this id."
        raise RewardInvalid(msg, field="program_id") from None
