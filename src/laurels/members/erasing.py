"""Erasing a person for good: the numbers of the books stay, and nobody knows whose they were."""

from uuid import UUID

from laurels import audit
from laurels.events import Erasing, emit, run_lifecycle_hooks
from laurels.events.catalogue.members import MemberErased
from laurels.kit.db.sql import statements
from laurels.kit.http import idempotency
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .errors import MemberNotFound
from .queries import lock_persons, require_own_life

SQL = statements(__name__)

_STATEMENT_TIMEOUT_SECONDS = 600
"""How long one statement of an erasure may take: it looks through everything that was stored."""


async def erase(work: Work, member_id: UUID) -> None:
    """The person is gone: profile, ids, words about them in every room, stored answers.

    All who were merged into this member are the same person and go too. Points, purchases and
    awards stay, without a name. A repeat changes nothing. Raise MemberNotFound, or MemberMerged:
    then the survivor is the one to erase.
    """
    await work.fetch(f"set local statement_timeout = '{_STATEMENT_TIMEOUT_SECONDS}s'")
    person = (await lock_persons(work, [member_id])).get(member_id)
    if person is None:
        raise MemberNotFound
    if person["status"] == "erased":
        return
    require_own_life(person)
    rows = await work.fetch(SQL.find_person, work.tenant_id, member_id)
    ids = [row["id"] for row in rows]
    known_by = await work.fetch(SQL.identity_values, work.tenant_id, ids)
    texts = (
        {text for row in rows for text in (row["external_id"], row["email"], row["phone"]) if text}
        | {row["value"] for row in known_by}
        | {
            f"{row['first_name']} {row['last_name']}"
            for row in rows
            if row["first_name"] and row["last_name"]
        }
    )
    await run_lifecycle_hooks(work, Erasing(tuple(ids), tuple(sorted(texts))))
    await audit.blank(work, [encode("member", erased_id) for erased_id in ids], sorted(texts))
    await idempotency.scrub(
        work, [*sorted(texts), *(encode("member", erased_id) for erased_id in ids)]
    )
    await _empty(work, ids)
    for erased_id in ids:
        await audit.record(work, "member.erased", "member", erased_id)
    emit(work, [MemberErased(erased_id, work.now) for erased_id in ids])


async def _empty(work: Work, ids: list[UUID]) -> None:
    await work.fetch(SQL.erase, work.tenant_id, ids)
    await work.fetch(SQL.forget_identities, work.tenant_id, ids)
