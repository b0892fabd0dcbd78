"""Earning's part in the lives of members: awards and the use of caps go with the survivor."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from laurels import activities, purchases
from laurels.events import Erasing, Merging, Unmerging, lifecycle_hook
from laurels.kit import data_export
from laurels.kit.values.ids import FIRST
from laurels.kit.work import Work
from laurels.permissions import Permission

from .keeping import AWARDS, WHY

_RULES = "(select r.id from laurels.earning_rules as r where r.tenant_id = $1)"


CHUNK = 10_000
"""How many ids are in memory at once."""


async def _subjects(work: Work, member_ids: Sequence[UUID]) -> AsyncIterator[list[UUID]]:
    """Yield what members may have awards for: they themselves, purchases, activities, birthdays."""
    yield list(member_ids)
    for ids_of in (purchases.ids_of, activities.ids_of):
        last = FIRST
        while ids := await ids_of(work, member_ids, after=last, limit=CHUNK):
            yield ids
            last = ids[-1]


@lifecycle_hook(Merging)
async def hand_over(work: Work, change: Merging) -> None:
    """The survivor has the merged member's awards, and has used of caps what both had."""
    both = [change.merged_id, change.survivor_id]
    async for subjects in _subjects(work, both):
        await work.fetch(
            "update laurels.awards"
            " set member_id = $3, original_member_id = coalesce(original_member_id, member_id)"
            " where tenant_id = $1 and member_id = $2 and subject_id = any($4)",
            work.tenant_id, change.merged_id, change.survivor_id, subjects,
        )  # fmt: skip
    # The merged member's own figures stay as they are: they say what to subtract again.
    await work.fetch(
        "insert into laurels.rule_usage as u (tenant_id, rule_id, member_id, period, points)"
        " select tenant_id, rule_id, $3, period, points from laurels.rule_usage"
        f" where tenant_id = $1 and member_id = $2 and rule_id in {_RULES}"
        " order by rule_id, period on conflict (tenant_id, rule_id, member_id, period)"
        " do update set points = u.points + excluded.points",
        work.tenant_id, change.merged_id, change.survivor_id,
    )  # fmt: skip


@lifecycle_hook(Unmerging)
async def hand_back(work: Work, change: Unmerging) -> None:
    """The merged member has their awards and their use of caps again."""
    async for subjects in _subjects(work, [change.merged_id, change.survivor_id, *change.family]):
        await work.fetch(
            "update laurels.awards set member_id = $2,"
            " original_member_id = nullif(original_member_id, $2)"
            " where tenant_id = $1 and member_id = $3 and original_member_id = any($4)"
            " and subject_id = any($5)",
            work.tenant_id, change.merged_id, change.survivor_id, list(change.family), subjects,
        )  # fmt: skip
    await work.fetch(
        "update laurels.rule_usage as u set points = greatest(u.points - m.points, 0)"
        " from laurels.rule_usage as m where u.tenant_id = $1 and u.member_id = $3"
        f" and u.rule_id in {_RULES} and m.tenant_id = $1 and m.member_id = $2"
        " and m.rule_id = u.rule_id and m.period = u.period",
        work.tenant_id, change.merged_id, change.survivor_id,
    )  # fmt: skip


@lifecycle_hook(Erasing)
async def erase_words(work: Work, change: Erasing) -> None:
    """The person's awards keep their points and lose what rules read to find them."""
    async for subjects in _subjects(work, change.member_ids):
        await work.fetch("select laurels.scrub_awards($1, $2)", work.tenant_id, subjects)


data_export.add(
    data_export.ExportSection(
        "awards",
        Permission.EARNING_READ,
        ("awards",),
        f"select a.subject_id::text as key, {WHY}, a.points, a.occurred_at {AWARDS}"
        " where a.tenant_id = $1 and a.member_id = any($2) and a.subject_id::text > $3"
        " order by a.subject_id::text limit $4",
    )
)
data_export.add(
    data_export.ExportSection(
        "rule_usage",
        Permission.EARNING_READ,
        ("rule_usage",),
        "select concat_ws('/', x.rule_id, x.member_id, x.period) as key, x.rule_id, x.member_id,"
        " x.period, x.points from laurels.rule_usage as x"
        f" where x.tenant_id = $1 and x.member_id = any($2) and x.rule_id in {_RULES}"
        " and concat_ws('/', x.rule_id, x.member_id, x.period) > $3"
        " order by concat_ws('/', x.rule_id, x.member_id, x.period) limit $4",
    )
)
