"""Erasing a person for good: the numbers of the books stay, and nobody knows whose they were."""

from uuid import UUID

from laurels import audit
from laurels.events import Erasing, emit, run_lifecycle_hooks
from laurels.events.catalogue.members import MemberErased
from laurels.kit.http import idempotency
from laurels.kit.values.ids import encode
from laurels.kit.work import Work

from .errors import MemberNotFound
from .queries import lock_persons, require_own_life

_STATEMENT_TIMEOUT_SECONDS = 600
"""How long one statement of an erasure may take: it looks through everything that was stored."""


async def erase(work: Work, member_id: UUID) -> None:
    """The person is gone: profile, ids, words about them in every room, stored answers.

    All who were merged into this member are the same person and go too. Points, purchases and
    awards stay, without a name. A repeat changes nothing. Raise MemberNotFound, or MemberMerged:
    then the survivor is the one to erase.
    """
    await work.fetch(f"set local statement_timeout = '{_STATEMENT_TIMEOUT_SECONDS}s'")
    found = (await lock_persons(work, [member_id])).get(member_id)
    if found is None:
        raise MemberNotFound
    if found["status"] == "erased":
        return
    require_own_life(found)
    rows = await work.fetch(
        "select id, external_id, email, phone, first_name, last_name from laurels.members"
        " where tenant_id = $1 and (id = $2 or survivor_id = $2) order by id",
        work.tenant_id, member_id,
    )  # fmt: skip
    ids = [row["id"] for row in rows]
    known_by = await work.fetch(
        "select value from laurels.member_identities where tenant_id = $1 and member_id = any($2)",
        work.tenant_id, ids,
    )  # fmt: skip
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
    await audit.blank(work, [encode("member", each) for each in ids], sorted(texts))
    await idempotency.scrub(work, [*sorted(texts), *(encode("member", each) for each in ids)])
    await _empty(work, ids)
    for each in ids:
        await audit.record(work, "member.erased", "member", each)
    emit(work, [MemberErased(each, work.now) for each in ids])


async def _empty(work: Work, ids: list[UUID]) -> None:
    await work.fetch(
        "update laurels.members set status = 'erased', external_id = null, email = null,"
        " first_name = null, last_name = null, phone = null, birthday = null,"
        " birthday_known_at = null, attributes = '{}', user_id = null, email_opt_in = null,"
        " email_opt_in_at = null, email_opt_in_source = null, sms_opt_in_at = null,"
        " sms_opt_in_source = null,"
        " sms_opt_in = null, is_vip = false, last_login_at = null, merged_into = null,"
        " survivor_id = null, blocked_at = null, blocked_reason = null, updated_at = now()"
        " where tenant_id = $1 and id = any($2)",
        work.tenant_id, ids,
    )  # fmt: skip
    await work.fetch(
        "delete from laurels.member_identities where tenant_id = $1 and member_id = any($2)",
        work.tenant_id, ids,
    )  # fmt: skip
