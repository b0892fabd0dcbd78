"""Reading all there is, page by page from the first id on: what exports are made of."""

from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import FIRST
from laurels.kit.values.text import fold
from laurels.kit.work import Work

from .queries import REDEMPTION, REWARD, Row

SQL = statements(__name__)


async def walk_rewards(work: Work, *, after: UUID | None, limit: int) -> list[Row]:
    """Return the next rewards that are not archived, with names: of program, tiers and segments."""
    sql = f"""
        select
          {REWARD}, p.name as program,
          array(
            select t.name
            from laurels.tiers as t
            where t.tenant_id = $1 and t.id = any(r.tier_ids)
            order by t.level, t.id
          ) as tiers,
          array(
            select s.name
            from laurels.segments as s
            where s.tenant_id = $1 and s.id = any(r.segment_ids)
            order by s.name, s.id
          ) as segments
        from laurels.rewards as r
        left join laurels.programs as p on p.tenant_id = $1 and p.id = r.program_id
        where r.tenant_id = $1 and r.archived_at is null and r.id > $2
        order by r.id
        limit $3
    """
    rows = await work.fetch(sql, work.tenant_id, after or FIRST, limit)
    return [dict(row) for row in rows]


_FREE = """
from laurels.vouchers as v
inner join laurels.rewards as r on r.tenant_id = $1 and r.id = v.reward_id and r.archived_at is null
where v.tenant_id = $1 and v.redemption_id is null and v.withdrawn_at is null
"""


async def walk_codes(work: Work, *, after: UUID | None, limit: int) -> list[Row]:
    """Return the next codes that nobody has yet, with the names of their rewards."""
    sql = f"select v.id, v.code, r.name as reward {_FREE} and v.id > $2 order by v.id limit $3"
    rows = await work.fetch(sql, work.tenant_id, after or FIRST, limit)
    return [dict(row) for row in rows]


async def count_codes(work: Work) -> int:
    """Return how many codes nobody has yet."""
    row = await work.fetchrow(f"select count(*) {_FREE}", work.tenant_id)
    return row[0] if row else 0


async def walk_redemptions(work: Work, *, after: UUID | None, limit: int) -> list[Row]:
    """Return the next redemptions, with the shop's number of the order they were used on."""
    sql = f"""
        select {REDEMPTION}, coalesce(o.external_id, d.used_order_ref) as used_order
        from laurels.redemptions as d
        left join laurels.purchases as o on o.tenant_id = $1 and o.id = d.used_purchase_id
        where d.tenant_id = $1 and d.id > $2
        order by d.id
        limit $3
    """
    rows = await work.fetch(sql, work.tenant_id, after or FIRST, limit)
    return [dict(row) for row in rows]


async def count_redemptions(work: Work) -> int:
    """Return how many redemptions there are."""
    row = await work.fetchrow(SQL.count_redemptions, work.tenant_id)
    return row[0] if row else 0


async def find_codes(work: Work, codes: list[str]) -> dict[str, UUID]:
    """Return of which rewards these codes are, by the folded code."""
    rows = await work.fetch(SQL.find_codes, work.tenant_id, sorted({fold(code) for code in codes}))
    return {row[0]: row[1] for row in rows}
