"""Reading rewards, redemptions and codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http import paging
from laurels.kit.http.paging import FIRST, Found, Listing, number, text
from laurels.kit.values.text import fold
from laurels.kit.work import Work

from .errors import RedemptionNotFound, RewardNotFound
from .states import RETURNED

SQL = statements(__name__)

MAX_REWARDS = 1000
"""How many rewards that are not archived a tenant has, at most."""
Row = dict[str, Any]

REWARD = (
    "r.tenant_id, r.id, r.name, r.description, r.type, r.value, r.cost_points, r.program_id,"
    " r.min_order_value, r.stock, r.codes_left, r.redemptions, r.max_redemptions_total,"
    " r.max_redemptions_per_member, r.min_tier_level, r.tier_ids, r.segment_ids, r.starts_at,"
    " r.ends_at, r.redemption_expiry_days, r.fulfilment, r.category, r.terms, r.image_url,"
    " r.picture, r.featured, r.sort_order, r.attributes, r.active, r.created_at, r.updated_at,"
    " r.archived_at, r.version"
)
REDEMPTION = (
    "d.id, d.reward_id, d.member_id, d.original_member_id, d.state, d.quantity, d.points_spent,"
    " d.transaction_id, d.refund_transaction_id, d.reward, d.fulfilment, d.code,"
    " d.discount_amount, d.source,"
    " d.external_id, d.redeemed_at, d.completed_at, d.expires_at, d.used_at, d.used_purchase_id,"
    " d.used_order_ref, d.ended_at, d.failure_reason, d.retry_count,"
    " case when d.state = 'pending' and d.fulfilment like 'provider:%'"
    "  then laurels.next_attempt_at(d.tenant_id, d.fulfilment, d.id) end as next_attempt_at,"
    " d.notes, d.attributes, d.fulfilled_by_type,"
    " d.fulfilled_by_id, d.created_at, d.updated_at"
)


async def get_reward(work: Work, reward_id: UUID) -> Row:
    """Return a reward. Raise RewardNotFound."""
    row = (await find_rewards(work, [reward_id])).get(reward_id)
    if row is None:
        raise RewardNotFound
    return row


async def find_rewards(work: Work, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return rewards by id, archived ones too."""
    sql = f"select {REWARD} from laurels.rewards as r where r.tenant_id = $1 and r.id = any($2)"
    rows = await work.fetch(sql, work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


async def list_for_segments(work: Work, ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Return by segment the rewards in use that are for its members: id and name."""
    found: dict[UUID, list[Row]] = {segment_id: [] for segment_id in ids}
    for row in await work.fetch(SQL.rewards_for_segments, work.tenant_id, list(ids)):
        found[row["segment_id"]].append(dict(row))
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """What rewards ask of whoever wants them: belonging to segments, or anything that may end."""

    segments: bool
    standing: bool


async def asked_of_members(work: Work, ids: Sequence[UUID]) -> Asked:
    """Return what any of these rewards asks of members."""
    rows = await work.fetch(SQL.asks_of_rewards, work.tenant_id, list(ids))
    named = any(row["segments"] for row in rows)
    return Asked(named, named or any(row["tiers"] for row in rows))


async def lock_rewards(work: Work, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return rewards by id, locked in the order of ids until the transaction ends."""
    sql = f"""
        select {REWARD}
        from laurels.rewards as r
        where r.tenant_id = $1 and r.id = any($2)
        order by r.id
        for no key update
    """
    rows = await work.fetch(sql, work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


REWARDS = Listing(
    moment="r.created_at",
    happened="Created",
    # A tenant has at most MAX_REWARDS that are not archived: they may be sorted.
    sorts={"created_at": None, "name": text("r.name"), "cost_points": number("r.cost_points")},
    id="r.id",
)


async def list_rewards(
    work: Work,
    *,
    kind: str | None = None,
    category: str | None = None,
    featured: bool | None = None,
    status: str | None = None,
    asked: paging.Asked = FIRST,
) -> Found[Row]:
    """Return rewards, usually newest first; without a status all that are not archived."""
    sql = f"""
        select {REWARD}
        from laurels.rewards as r
        where r.tenant_id = $1 and ($2::text is null or r.type = $2)
          and ($3::text is null or r.category = $3) and ($4::boolean is null or r.featured = $4)
          and case
            when $5::text is null then r.archived_at is null
            when $5 = 'archived' then r.archived_at is not null
            else r.archived_at is null and r.active = ($5 = 'active')
          end
    """
    return await REWARDS.fetch(work, asked, sql, work.tenant_id, kind, category, featured, status)


async def list_catalogue(
    work: Work, *, kind: str | None, category: str | None, featured: bool | None
) -> list[Row]:
    """Return what members are shown, featured ones first: not archived, not paused, not over."""
    sql = f"""
        select {REWARD}
        from laurels.rewards as r
        where r.tenant_id = $1 and r.archived_at is null and r.active
          and (r.ends_at is null or r.ends_at > $2) and ($3::text is null or r.type = $3)
          and ($4::text is null or r.category = $4) and ($5::boolean is null or r.featured = $5)
        order by r.featured desc, r.sort_order, r.cost_points, r.id
        limit $6
    """
    rows = await work.fetch(sql, work.tenant_id, work.now, kind, category, featured, MAX_REWARDS)
    return [dict(row) for row in rows]


async def reach(work: Work, reward: Row) -> Row:
    """Return how many active members there are, may have the reward, and have the points too."""
    row = await work.fetchrow(
        SQL.count_reach,
        work.tenant_id,
        reward["min_tier_level"],
        reward["tier_ids"],
        reward["segment_ids"],
        reward["max_redemptions_per_member"],
        reward["id"],
        list(RETURNED),
        reward["program_id"],
        reward["cost_points"],
    )
    return dict(row or {})


async def count_rewards(work: Work) -> int:
    """Return how many rewards are not archived."""
    row = await work.fetchrow(SQL.count_rewards, work.tenant_id)
    return row[0] if row is not None else 0


async def had(work: Work, member_ids: Sequence[UUID]) -> list[tuple[UUID, UUID, int, int]]:
    """Return what members have had: member, reward, how many, and how many deliveries wait."""
    rows = await work.fetch(SQL.count_had, work.tenant_id, list(member_ids), list(RETURNED))
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def get_redemption(work: Work, redemption_id: UUID) -> Row:
    """Return a redemption. Raise RedemptionNotFound."""
    row = (await find_redemptions(work, [redemption_id])).get(redemption_id)
    if row is None:
        raise RedemptionNotFound
    return row


async def redeemers(work: Work, redemption_id: UUID | None, code: str) -> list[UUID]:
    """Return who redeemed this, named by its id or its code."""
    rows = await work.fetch(SQL.redeemers, work.tenant_id, redemption_id, fold(code))
    return [row[0] for row in rows]


async def find_redemptions(work: Work, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return redemptions by id."""
    sql = f"""
        select {REDEMPTION}
        from laurels.redemptions as d
        where d.tenant_id = $1 and d.id = any($2)
    """
    rows = await work.fetch(sql, work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


async def lock_redemptions(work: Work, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return redemptions by id, locked in the order of ids until the transaction ends."""
    sql = f"""
        select {REDEMPTION}
        from laurels.redemptions as d
        where d.tenant_id = $1 and d.id = any($2)
        order by d.id
        for no key update
    """
    rows = await work.fetch(sql, work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


async def find_by_key(work: Work, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    """Return redemptions by their natural keys (source, external id)."""
    sql = f"""
        select {REDEMPTION}
        from unnest($2::text[], $3::text[]) as n (source, external_id)
        inner join laurels.redemptions as d on d.tenant_id = $1 and d.source = n.source
          and d.external_id = n.external_id
    """
    rows = await work.fetch(sql, work.tenant_id, [key[0] for key in keys], [key[1] for key in keys])
    return {(row["source"], row["external_id"]): dict(row) for row in rows}


async def used_on(work: Work, purchase_ids: Sequence[UUID]) -> list[UUID]:
    """Return the redemptions that were used on these purchases."""
    rows = await work.fetch(SQL.used_on, work.tenant_id, list(purchase_ids))
    return [row[0] for row in rows]


REDEMPTIONS = Listing(
    moment="d.redeemed_at", happened="Redeemed", sorts={"created_at": None}, id="d.id"
)


async def find_stranded(work: Work, *, limit: int) -> list[UUID]:
    """Return redemptions that a provider is to deliver and that no message waits for."""
    rows = await work.fetch(SQL.stranded_redemptions, work.tenant_id, limit)
    return [row[0] for row in rows]


async def list_redemptions(
    work: Work, *, filters: dict[str, Any], asked: paging.Asked = FIRST
) -> Found[Row]:
    """Return redemptions, usually newest first; by member, reward, state, code and key."""
    sql = f"""
        select {REDEMPTION}
        from laurels.redemptions as d
        where d.tenant_id = $1 and ($2::uuid is null or d.member_id = $2)
          and ($3::uuid is null or d.reward_id = $3) and ($4::text is null or d.state = $4)
          and ($5::text is null or lower(d.code collate "C") = lower($5 collate "C"))
          and ($6::text is null or d.source = $6) and ($7::text is null or d.external_id = $7)
    """
    return await REDEMPTIONS.fetch(
        work,
        asked,
        sql,
        work.tenant_id,
        filters.get("member_id"),
        filters.get("reward_id"),
        filters.get("state"),
        filters.get("code"),
        filters.get("source"),
        filters.get("external_id"),
    )


async def stats(work: Work, reward_id: UUID, since: datetime, until: datetime) -> list[Row]:
    """Return the sums of a reward by local day and state within a span."""
    rows = await work.fetch(SQL.count_by_day, work.tenant_id, reward_id, since, until)
    return [dict(row) for row in rows]


VOUCHERS = Listing(moment="v.created_at", happened="Added", sorts={"created_at": None}, id="v.id")


async def list_vouchers(
    work: Work, reward_id: UUID, *, state: str | None, asked: paging.Asked
) -> Found[Row]:
    """Return the codes of a reward, usually newest first: of one state, or all."""
    return await VOUCHERS.fetch(work, asked, SQL.vouchers, work.tenant_id, reward_id, state)
