"""The ladder as it is in force, read once per transaction."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from laurels import tenants
from laurels.kit.db.sql import statements
from laurels.kit.hot import prefetch
from laurels.kit.values.time import zone
from laurels.kit.work import Work

from .policy import Clock, Ladder, Tier
from .settings import TierSettings

SQL = statements(__name__)


def _read(text: str | None) -> Ladder:
    rows: list[list[Any]] = orjson.loads(text or "[]")
    return Ladder(
        tuple(
            Tier(
                id=UUID(row[0]),
                name=row[1],
                level=row[2],
                criteria=row[3],
                min_points=row[4],
                min_spend=Decimal(row[5]),
                min_orders=row[6],
                period_days=row[7],
                points_multiplier=Decimal(row[8]),
                birthday_bonus_points=row[9],
                requires_maintenance=row[10],
                maintenance_days=row[11],
                grace_days=row[12],
                is_default=row[13],
            )
            for row in rows
        )
    )


prefetch(Ladder, SQL.ladder, _read)


def tier_of(row: Mapping[str, Any]) -> Tier:
    """Return the tier that a row of the table, or one like it, describes."""
    return Tier(
        id=row["id"],
        name=row["name"],
        level=row["level"],
        criteria=row["criteria"],
        min_points=row["min_points"],
        min_spend=row["min_spend"],
        min_orders=row["min_orders"],
        period_days=row["qualification_period_days"],
        points_multiplier=row["points_multiplier"],
        birthday_bonus_points=row["birthday_bonus_points"],
        requires_maintenance=row["requires_maintenance"],
        maintenance_days=row["maintenance_period_days"],
        grace_days=row["grace_days"],
        is_default=row["is_default"],
    )


async def load_ladder(work: Work) -> Ladder:
    """Return the tenant's ladder; without tiers it is empty."""
    known: Ladder | None = work.memo.get(Ladder)
    if known is not None:
        return known
    row = await work.fetchrow(f"select ({SQL.ladder})::text", work.tenant_id)
    found = _read(row[0] if row else None)
    work.memo[Ladder] = found
    return found


def forget_ladder(work: Work) -> None:
    """Whoever asks next reads the ladder anew."""
    work.memo.pop(Ladder, None)


async def clock_of(work: Work) -> Clock:
    """Return the moment of this work in the tenant's days, with the notice that it gives."""
    settings = await tenants.read(work, TierSettings)
    tenant = await tenants.current(work)
    return Clock(work.now, zone(tenant.time_zone), settings.notice_days)
