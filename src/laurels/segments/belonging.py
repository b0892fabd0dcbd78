"""Whether members belong to segments that somebody names, at the moment when it is asked.

Whoever decides about points by it cannot wait for a worker to come by. So criteria that a member
meets alone are asked again, for these members only. What compares members with each other, what
follows nobody by itself, and lists by hand are as they stand.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from laurels import tenants
from laurels.kit.conditions import Condition
from laurels.kit.db.sql import statements
from laurels.kit.values.time import zone
from laurels.kit.work import Work

from . import criteria as registry
from .compiling import Compiler, OwnMoments
from .errors import CriteriaInvalid
from .matching import standing_of
from .queries import segments_of

SQL = statements(__name__)

log = logging.getLogger("laurels.segments")
AT_ONCE = 20
"""Segments that one statement asks for."""
Belonging = dict[UUID, set[UUID]]


@dataclass(frozen=True, slots=True)
class Named:
    """Segments that are named: those that are asked live, and those that are as they stand."""

    live: Mapping[UUID, Condition] = field(default_factory=dict[UUID, Condition])
    kept: frozenset[UUID] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self.live or self.kept)

    async def of(
        self, work: Work, moments: Mapping[UUID, datetime], *, without: Sequence[UUID] = ()
    ) -> Belonging:
        """Return to which of them members belong, each at a moment of their own.

        `without` are purchases and activities that are recorded, but are not to count yet.
        """
        found: Belonging = {member_id: set() for member_id in moments}
        if self.kept and moments:
            await self._as_they_stand(work, found)
        live = sorted(self.live)
        for start in range(0, len(live) if moments else 0, AT_ONCE):
            await self._ask(work, live[start : start + AT_ONCE], moments, without, found)
        return found

    async def _as_they_stand(self, work: Work, found: Belonging) -> None:
        for member_id, ids in (await segments_of(work, list(found))).items():
            found[member_id] |= ids & self.kept

    async def _ask(
        self,
        work: Work,
        segment_ids: Sequence[UUID],
        moments: Mapping[UUID, datetime],
        without: Sequence[UUID],
        found: Belonging,
    ) -> None:
        tenant = await tenants.current(work)
        values = OwnMoments(
            work.now,
            zone(tenant.time_zone),
            [work.tenant_id, list(moments)],
            without,
            moments=list(moments.values()),
        )
        compiler = Compiler(values, registry.column_of, registry.COLLECTIONS, one_by_one=True)
        asked = [self.live[segment_id] for segment_id in segment_ids]
        told = [f"m.status {standing_of(one)} and {compiler.predicate(one)}" for one in asked]
        sources = registry.joins(compiler.needs, few=True)
        joins = " ".join(values.write(sql) for sql in sources)
        whose = ", ".join(["unnest($2::uuid[]) as id", *values.columns])
        # Each is looked up by itself (`offset 0` keeps it so), however large the tenant is and
        # whatever the planner knows of it.
        statement = f"""
            select m.id, array[{", ".join(told)}]
            from (select {whose}) as w
            cross join lateral (
              select x.*
              from laurels.members as x
              where x.tenant_id = $1 and x.id = w.id
              offset 0
            ) as m {joins}
        """
        rows = await work.fetch(statement, *values.given)
        for member_id, holds in rows:
            found[member_id].update(
                segment_id for segment_id, held in zip(segment_ids, holds, strict=True) if held
            )


async def look_up(work: Work, segment_ids: Collection[UUID]) -> Named:
    """Return the segments of these ids that are in use, as they can be asked."""
    if not segment_ids:
        return Named()
    rows = await work.fetch(SQL.find_segments, work.tenant_id, list(segment_ids))
    live = {row["id"]: row["criteria"] for row in rows if row["follows"]}
    read = dict(_alone(live.items()))
    return Named(read, frozenset(row["id"] for row in rows) - read.keys())


def _alone(criteria: Iterable[tuple[UUID, object]]) -> Iterable[tuple[UUID, Condition]]:
    """Yield the criteria that one member meets or does not, whatever others do."""
    for segment_id, raw in criteria:
        try:
            condition = registry.read(raw)
        except CriteriaInvalid as error:
            # Nobody's purchase fails for it; the night says at the segment what is wrong.
            log.warning("criteria of segment %s cannot be read: %s", segment_id, error.message)
            continue
        if not registry.is_relative(condition):
            yield segment_id, condition
