"""The figures of a period beside those of the period before, and day by day.

A day is one of the tenant's own. Everything counts on the day on which it happened, however late it
was booked, so a file of old purchases changes the figures of old days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from laurels import ledger, tenants
from laurels.kit.db.sql import statements
from laurels.kit.errors import Invalid
from laurels.kit.values.time import local_date, start_of_day, zone
from laurels.kit.work import Work

SQL = statements(__name__)

MAX_DAYS = 731
"""Days of a period: two years, one of them a leap year."""
USUAL_DAYS = 30
PARTS = ("redeeming", "not_redeeming", "not_joined")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days, the first and the last one included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Span":
        """As many days, right before these."""
        last = self.first - timedelta(days=1)
        return Span(last - timedelta(days=self.days - 1), last)

    def every_day(self) -> Iterable[date]:
        """Return the days, the first one first."""
        return (self.first + timedelta(days=n) for n in range(self.days))


@dataclass(frozen=True, slots=True)
class Overview:
    """What was asked for, and the figures. `series` has one row for each day."""

    span: Span
    complete: bool
    time_zone: str
    currency: str
    program_id: UUID
    figures: dict[str, Any]
    previous: dict[str, Any]
    series: list[dict[str, Any]]
    parts: list[dict[str, Any]]


async def overview(
    work: Work, *, first: date | None = None, last: date | None = None, program: UUID | None = None
) -> Overview:
    """Return the figures of these days; without any, of the last thirty, today included.

    Points are those of one program, by default the default one. Raise Invalid for a span that ends
    before it begins or is too long, ProgramNotFound.
    """
    tenant = await tenants.current(work)
    time_zone = zone(tenant.time_zone)
    today = local_date(work.now, time_zone)
    span = _span(first, last, today)
    program_id = program or await ledger.default_program(work)
    # Points of a program nobody else shares the books with need no look at wallets.
    only = None if len(await ledger.program_ids(work)) == 1 else program_id
    # What is sorted here fits into memory; the usual little would write it to disk.
    await work.raw.execute("set local work_mem = '32MB'")
    days = [*span.before.every_day(), *span.every_day()]
    starts = [start_of_day(day, time_zone) for day in (*days, span.last + timedelta(days=1))]
    spanned = (work.tenant_id, days, starts[:-1], starts[1:])
    points = _by_day(await work.fetch(SQL.points_by_day, *spanned, only))
    purchases = _by_day(await work.fetch(SQL.purchases_by_day, *spanned))
    enrolled = _by_day(await work.fetch(SQL.members_by_day, *spanned))
    since, begun, until = starts[0], starts[span.days], starts[-1]
    standing = await work.fetchrow(SQL.standing, work.tenant_id, program_id, until)
    later = await work.fetchrow(SQL.change_since, work.tenant_id, until, only)
    assert standing is not None
    assert later is not None
    series = [
        {"day": day, **_day(points.get(day), purchases.get(day), enrolled.get(day))} for day in days
    ]
    changes = {day: row["change"] for day, row in points.items()}
    outstanding = standing["outstanding"] - later["change"]
    at_start = outstanding - sum(changes.get(day, 0) for day in span.every_day())
    now, before = series[span.days :], series[: span.days]
    figures = _totals(now) | {"points_outstanding": outstanding}
    previous = _totals(before) | {"points_outstanding": at_start}
    for values in (figures, previous):
        worth = await ledger.worth(work, values["points_outstanding"], program_id)
        values["outstanding_value"] = worth or None
    figures["members"] = standing["members"]
    previous["members"] = standing["members"] - figures["members_enrolled"]
    bought = [purchases[day] for day in span.every_day()]
    parts = await _parts(work, begun, until, bought)
    figures["active_members"] = sum(part["members"] for part in parts)
    earlier = await work.fetchrow(SQL.count_buyers, work.tenant_id, since, begun)
    previous["active_members"] = earlier["members"] if earlier else 0
    return Overview(
        span,
        span.last < today,
        tenant.time_zone,
        tenant.currency,
        program_id,
        figures,
        previous,
        now,
        parts,
    )


def _span(first: date | None, last: date | None, today: date) -> Span:
    last = last or today
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        msg = f"The period ends on {last}, before it begins; send an earlier `first_day`."
        raise Invalid(msg, field="first_day")
    if (last - first).days >= MAX_DAYS:
        msg = f"A period has at most {MAX_DAYS} days; send a later `first_day`."
        raise Invalid(msg, field="first_day")
    return Span(first, last)


def _by_day(rows: Iterable[asyncpg.Record]) -> dict[date, asyncpg.Record]:
    return {row["day"]: row for row in rows}


def _day(points: Any, purchases: Any, enrolled: Any) -> dict[str, Any]:
    none = Decimal(0)
    return {
        "points_issued": points["issued"] if points else 0,
        "points_redeemed": points["redeemed"] if points else 0,
        "points_expired": points["expired"] if points else 0,
        "purchases": purchases["purchases"] if purchases else 0,
        "revenue": purchases["revenue"] if purchases else none,
        "members_revenue": purchases["members_revenue"] if purchases else none,
        "members_enrolled": enrolled["enrolled"] if enrolled else 0,
    }


def _totals(days: list[dict[str, Any]]) -> dict[str, Any]:
    names = [name for name in days[0] if name != "day"]
    return {name: sum((day[name] for day in days[1:]), days[0][name]) for name in names}


async def _parts(
    work: Work, since: datetime, until: datetime, bought: Sequence[asyncpg.Record]
) -> list[dict[str, Any]]:
    """Return what each part of the buyers bought, of whom the days tell what all bought."""
    found = await work.fetchrow(SQL.redeeming_buyers, work.tenant_id, since, until)
    active = await work.fetchrow(SQL.count_buyers, work.tenant_id, since, until)
    assert found is not None
    assert active is not None
    redeeming = dict(found)
    none = Decimal(0)
    of_members = {
        "members": active["members"],
        "purchases": sum(row["members_purchases"] for row in bought),
        "revenue": sum((row["members_revenue"] for row in bought), none),
    }
    of_all = {
        "members": active["members"],
        "purchases": sum(row["purchases"] for row in bought),
        "revenue": sum((row["revenue"] for row in bought), none),
    }
    figures = (
        redeeming,
        {name: value - redeeming[name] for name, value in of_members.items()},
        {name: value - of_members[name] for name, value in of_all.items()},
    )
    return [{"part": part, **values} for part, values in zip(PARTS, figures, strict=True)]
