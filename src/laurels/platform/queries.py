"""The operator's view of tenants. Read through a function that shows nothing of what they have."""

from typing import Any
from uuid import UUID

from laurels.kit.query import words_of
from laurels.kit.work import Work
from laurels.tenants import TenantNotFound

_COLUMNS = "id, slug, name, preset, status, test, plan, currency, time_zone, created_at"


async def list_tenants(
    work: Work,
    *,
    status: str | None,
    plan: str | None,
    search: str | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return tenants, newest first; `search` has words of slug and name."""
    rows = await work.fetch(
        f"select {_COLUMNS} from laurels.list_tenants()"
        " where ($1::text is null or status = $1) and ($2::text is null or plan = $2)"
        " and ($3::text[] is null or laurels.holds_all($3, slug || ' ' || name))"
        " and ($4::uuid is null or id < $4) order by id desc limit $5",
        status, plan, words_of(search), after, limit,
    )  # fmt: skip
    return [dict(row) for row in rows]


async def get_tenant(work: Work, tenant_id: UUID) -> dict[str, Any]:
    """Return a tenant. Raise TenantNotFound."""
    row = await work.fetchrow(
        f"select {_COLUMNS} from laurels.list_tenants() where id = $1", tenant_id
    )
    if row is None:
        raise TenantNotFound
    return dict(row)


async def count_tenants(work: Work) -> int:
    """Return how many tenants there are."""
    row = await work.fetchrow("select count(*) as tenants from laurels.list_tenants()")
    assert row is not None, "an aggregate always has a row"
    return row["tenants"]


async def is_open_plan(work: Work, code: str) -> bool:
    """Say whether tenants can be put on this plan."""
    row = await work.fetchrow(
        "select 1 from laurels.plans where code = $1 and archived_at is null", code
    )
    return row is not None
