"""Writing the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Actor, Work

SQL = statements(__name__)


async def record(
    work: Work,
    action: str,
    kind: str,
    target: UUID | str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Note who changed what; it is kept if and only if the change itself is.

    A target that is named by its UUID is one of this kind of ids.
    """
    target_id = encode(kind, target) if isinstance(target, UUID) else target
    await work.fetch(
        SQL.record,
        work.tenant_id,
        new_id(),
        action,
        kind,
        target_id,
        _json(before),
        _json(after),
        work.actor.kind,
        work.actor.id,
        work.request_id,
        work.ip,
        work.user_agent,
    )


@dataclass(frozen=True, slots=True)
class Note:
    """One change of many that are noted together, each with who asked for it, and from where."""

    action: str
    target_type: str
    target_id: str
    after: dict[str, Any]
    actor: Actor
    request_id: str | None = None
    ip: str | None = None
    user_agent: str | None = None


async def record_all(work: Work, notes: Sequence[Note]) -> None:
    """Note who changed what, for many changes at once, in one statement."""
    if not notes:
        return
    await work.fetch(
        SQL.record_all,
        work.tenant_id,
        [note.actor.kind for note in notes],
        [note.actor.id for note in notes],
        [new_id() for _ in notes],
        [note.action for note in notes],
        [note.target_type for note in notes],
        [note.target_id for note in notes],
        [_json(note.after) for note in notes],
        [note.request_id for note in notes],
        [note.ip for note in notes],
        [note.user_agent for note in notes],
    )


async def blank(work: Work, target_ids: Sequence[str], words: Sequence[str] = ()) -> None:
    """Entries about these things, or that hold one of these words, keep no values but numbers.

    For the erasure of a person: who did what, when and to which fields stays.
    """
    await work.fetch(SQL.scrub_audit, work.tenant_id, list(target_ids), list(words))


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else orjson.dumps(dict(values), default=str).decode()
