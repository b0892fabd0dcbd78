"""Reading members."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from laurels.kit.work import Work

from .errors import MemberNotFound

_MEMBER = (
    "select m.id, m.external_id, m.email, m.first_name, m.last_name, m.phone, m.birthday,"
    " m.status, m.email_opt_in, m.sms_opt_in, m.attributes, m.enrolled_at, m.updated_at,"
    " coalesce(t.spend, 0) as spend, coalesce(t.refunded, 0) as refunded,"
    " coalesce(t.purchases, 0) as purchases, t.first_purchase_at, t.last_purchase_at"
    " from laurels.members as m left join laurels.member_totals as t"
    "  on t.tenant_id = m.tenant_id and t.member_id = m.id where m.tenant_id = $1"
)


async def get_member(work: Work, member_id: UUID) -> dict[str, Any]:
    """Return a member with their totals. Raise MemberNotFound."""
    row = await work.fetchrow(f"{_MEMBER} and m.id = $2", work.tenant_id, member_id)
    if row is None:
        raise MemberNotFound
    return dict(row)


async def get_facts(
    work: Work, member_ids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, dict[str, Any]]:
    """Return what rules may know of these members, by id.

    With `lock` nobody else changes what is read until the transaction ends, so that two purchases
    at once are not both the first.
    """
    if lock:
        await work.fetch(
            "select 1 from laurels.members where tenant_id = $1 and id = any($2)"
            " order by id for no key update",
            work.tenant_id, list(member_ids),
        )  # fmt: skip
    rows = await work.fetch(f"{_MEMBER} and m.id = any($2)", work.tenant_id, list(member_ids))
    return {row["id"]: dict(row) for row in rows}


async def list_members(
    work: Work,
    *,
    external_id: str | None = None,
    email: str | None = None,
    search: str | None = None,
    after: UUID | None = None,
    limit: int = 20,
) -> list[dict[str, Any]]:
    """Return members, newest first: by exact external id or e-mail, or by part of a name."""
    pattern = None if search is None else f"%{_escaped(search)}%"
    rows = await work.fetch(
        f"{_MEMBER} and ($2::text is null or m.external_id = $2)"
        " and ($3::text is null or lower(m.email) = lower($3))"
        " and ($4::text is null or m.email ilike $4 or m.external_id ilike $4"
        "  or concat_ws(' ', m.first_name, m.last_name) ilike $4)"
        " and ($5::uuid is null or m.id < $5) order by m.id desc limit $6",
        work.tenant_id, external_id, email, pattern, after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
