"""Asking for an action, trying it, carrying it out batch by batch, and stopping it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from laurels import audit, jobs, members
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.work import Actor, Work

from . import actions
from .actions import Action, Result
from .errors import NobodyChosen, TooManyBulkActions, TooManyChosen
from .queries import get_action

SQL = statements(__name__)

JOB = "bulk.carry_out"
BATCH = 200
"""Members of one transaction: their rows and wallets are locked for as long as it takes."""
MAX_MEMBERS = 100_000
MAX_UNDER_WAY = 20
"""Nobody is locked out for it: who asks at the same moment may make it a few more."""
CHECKED = 100
"""Members on whom an action is tried for a preview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Whom an action is for: members by id, or all that a filter finds."""

    member_ids: Sequence[UUID] | None = None
    filter: members.MemberFilter | None = None

    async def find(self, work: Work) -> list[UUID]:
        """Return the members in the order of their ids. Raise NobodyChosen or TooManyChosen."""
        if self.filter is None:
            named = list(self.member_ids or ())
            found = sorted(await members.get_facts(work, named))
        else:
            found = await members.choose(work, self.filter, limit=MAX_MEMBERS + 1)
        if not found:
            raise NobodyChosen(field="member_ids" if self.filter is None else "filter")
        if len(found) > MAX_MEMBERS:
            raise TooManyChosen(field="filter")
        return found


async def create(work: Work, action: Action, chosen: Chosen) -> UUID:
    """The action waits for a worker, for all members that fit now.

    Raise NobodyChosen, TooManyChosen or TooManyBulkActions.
    """
    row = await work.fetchrow(SQL.count_open, work.tenant_id)
    if row is not None and row[0] >= MAX_UNDER_WAY:
        raise TooManyBulkActions
    found = await chosen.find(work)
    action_id = new_id()
    wanted = None if chosen.filter is None else chosen.filter.model_dump_json(exclude_none=True)
    await work.fetch(
        SQL.add_action,
        work.tenant_id,
        action_id,
        orjson.dumps(action).decode(),
        wanted,
        len(found),
        work.actor.kind,
        work.actor.id,
    )
    await work.fetch(SQL.add_members, work.tenant_id, action_id, found)
    await audit.record(
        work,
        "bulk_action.created",
        "bulk_action",
        action_id,
        after={"action": action, "members": len(found)},
    )
    await jobs.ask(work, JOB, anew=True)
    return action_id


class _Tried(Exception):
    """What was tried is undone."""


async def preview(work: Work, action: Action, chosen: Chosen) -> dict[str, Any]:
    """Return what the action would do, tried on the first members. Nothing is kept."""
    found = await chosen.find(work)
    tried = found[:CHECKED]
    results: dict[UUID, Result] = {}
    try:
        async with work.savepoint():
            results = await actions.carry_out(work, action, tried)
            await work.flush()
            raise _Tried
    except _Tried:
        pass
    counts = Counter(result.outcome for result in results.values())
    failures = [result for result in results.values() if result.outcome == "failed"]
    # Words tell how many points a member lacks; one of them stands for all.
    words = {result.code: result.message for result in failures}
    reasons = Counter(result.code for result in failures)
    return {
        "total": len(found),
        "checked": len(tried),
        **{name: counts[name] for name in ("done", "unchanged", "failed")},
        "problems": [
            {"code": code, "message": words[code], "members": number}
            for code, number in reasons.most_common(20)
        ],
    }


async def cancel(work: Work, action_id: UUID) -> None:
    """Nobody else has the action done to them; what was done stays. A repeat changes nothing.

    Raise BulkActionNotFound.
    """
    await work.fetch(SQL.lock_action, work.tenant_id, action_id)
    before = await get_action(work, action_id)
    if before["finished_at"] is not None:
        return
    await work.fetch(SQL.cancel_action, work.tenant_id, action_id)
    await audit.record(
        work,
        "bulk_action.cancelled",
        "bulk_action",
        action_id,
        before={"state": before["state"]},
        after={"state": "cancelled"},
    )


async def carry_on(work: Work, *, limit: int) -> int:
    """The next members of the oldest action have had it done to them; say how many there were.

    What is done and that it was done are one transaction: a worker that dies has done all of a
    batch, or nothing.
    """
    row = await work.fetchrow(SQL.next_action, work.tenant_id)
    if row is None:
        return 0
    waiting = await work.fetch(SQL.next_members, work.tenant_id, row["id"], limit)
    member_ids = [each[0] for each in waiting]
    work.actor = Actor(row["actor_type"], row["actor_id"])
    results = await actions.carry_out(work, row["action"], member_ids) if member_ids else {}
    told = [results[member_id] for member_id in member_ids]
    await work.fetch(
        SQL.record_results,
        work.tenant_id,
        row["id"],
        member_ids,
        [result.outcome for result in told],
        [result.code for result in told],
        [result.message for result in told],
    )
    counts = Counter(result.outcome for result in told)
    await work.fetch(
        SQL.count_results,
        work.tenant_id,
        row["id"],
        counts["done"],
        counts["unchanged"],
        counts["failed"],
        len(member_ids) < limit,
    )
    return len(member_ids)


async def forget_old(work: Work, *, limit: int) -> int:
    """Actions that ended more than ninety days ago are forgotten."""
    return len(await work.fetch(SQL.forget_old, work.tenant_id, limit))
