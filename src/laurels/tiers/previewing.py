"""What a changed ladder would do: who would move, before it is saved.

The same judgement as a review, on the same figures, by the ladder as it would be; nothing is
written, so what is shown is what then happens.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from laurels import members
from laurels.kit.db.sql import statements
from laurels.kit.work import Work

from .policy import Move, Tier
from .proposing import Proposal, propose
from .queries import list_tiers
from .reviewing import Case, case_of, judge_all

SQL = statements(__name__)

MAX_PREVIEW = 200_000
"""About so many members a preview looks at, at most; it says when there are more."""
SAMPLE = 20
_BATCH = 2000

Ref = tuple[UUID | None, str, int]
"""A tier as a preview names it: id (None for one that is not there yet), name and level."""


@dataclass(slots=True)
class Moving:
    """One member who would move."""

    member_id: UUID
    before: Ref | None
    after: Ref | None


@dataclass(slots=True)
class Preview:
    """Who would move by another ladder."""

    members: int = 0
    active: int = 0
    complete: bool = True
    up: int = 0
    down: int = 0
    moves: Counter[tuple[Ref | None, Ref | None]] = field(
        default_factory=Counter[tuple[Ref | None, Ref | None]]
    )
    sample: list[Moving] = field(default_factory=list[Moving])


async def preview(work: Work, proposal: Proposal, *, at_most: int = MAX_PREVIEW) -> Preview:
    """Return who would move if the ladder were like this, of about so many members at most.

    Where there are more, those who are looked at are spread evenly over all.

    Raise TierNotFound, TierInvalid, TierNameTaken, TierLevelTaken or TooManyTiers.
    """
    present = {row["id"]: row for row in await list_tiers(work)}
    proposed = await propose(work, present, proposal)
    ladder, fresh = proposed.ladder, proposed.fresh
    known = [*present.values(), *await list_tiers(work, archived=True)]
    names: dict[UUID, Ref] = {row["id"]: (row["id"], row["name"], row["level"]) for row in known}
    after: dict[UUID, Ref] = {
        tier.id: (None if tier.id in fresh else tier.id, tier.name, tier.level)
        for tier in ladder.tiers
    }
    found = Preview(active=await members.count_active(work))
    every = -(-found.active // at_most) or 1
    last: UUID | None = None
    while True:
        rows = await work.fetch(SQL.standings_after, work.tenant_id, last, every, _BATCH)
        cases = [case_of(row) for row in rows]
        await judge_all(work, ladder, cases, cause="ladder")
        for case in cases:
            _add(found, case, names, after)
        found.members += len(cases)
        if len(cases) < _BATCH:
            found.complete = every == 1
            return found
        last = cases[-1].member_id


def _add(found: Preview, case: Case, names: Mapping[UUID, Ref], after: Mapping[UUID, Ref]) -> None:
    if not isinstance(case.verdict, Move):
        return
    before = None if case.standing is None else names[case.standing.tier_id]
    tier: Tier | None = case.verdict.tier
    if tier is not None and case.standing is not None and tier.id == case.standing.tier_id:
        return
    there = None if tier is None else after[tier.id]
    found.moves[before, there] += 1
    old, new = case.level or 0, 0 if tier is None else tier.level
    found.up += new > old
    found.down += new < old
    if len(found.sample) < SAMPLE:
        found.sample.append(Moving(case.member_id, before, there))
