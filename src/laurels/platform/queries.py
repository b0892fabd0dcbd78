"""The operator's view of tenants. Read through a function that shows nothing of what they have."""

from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import Asked, Found, Listing, text
from laurels.kit.http.query import words_of
from laurels.kit.values.ids import decode
from laurels.kit.work import Work
from laurels.tenants import TenantInvalid, TenantNotFound

SQL = statements(__name__)


TENANTS = Listing(
    moment="created_at",
    happened="Created",
    # The function reads all of them in any case: there are few beside what each of them has.
    sorts={"created_at": None, "name": text("name"), "slug": text("slug")},
)


async def list_tenants(
    work: Work, *, status: str | None, plan: str | None, search: str | None, asked: Asked
) -> Found[dict[str, Any]]:
    """Return tenants, usually newest first; `search` has words of slug and name."""
    sql = f"""
        {SQL.tenants}
        where ($1::text is null or status = $1) and ($2::text is null or plan = $2)
          and ($3::text[] is null or laurels.holds_all($3, slug || ' ' || name))
    """
    return await TENANTS.fetch(work, asked, sql, status, plan, words_of(search))


async def get_tenant(work: Work, tenant_id: UUID) -> dict[str, Any]:
    """Return a tenant. Raise TenantNotFound."""
    row = await work.fetchrow(f"{SQL.tenants} where id = $1", tenant_id)
    if row is None:
        raise TenantNotFound
    return dict(row)


def read_ids(text: str) -> list[UUID]:
    """Return the ids in a text such as `ten_…,ten_…`. Raise TenantInvalid."""
    try:
        return [decode("tenant", each.strip()) for each in text.split(",")]
    except ValueError as error:
        raise TenantInvalid(str(error), field="tenant_ids") from None


async def figures(work: Work, tenant_ids: list[UUID]) -> list[dict[str, Any]]:
    """Return how large these tenants are."""
    return [dict(row) for row in await work.fetch(SQL.tenant_figures, tenant_ids)]


async def count_tenants(work: Work) -> int:
    """Return how many tenants there are."""
    row = await work.fetchrow("select count(*) as tenants from laurels.list_tenants()")
    assert row is not None, "an aggregate always has a row"
    return row["tenants"]


async def is_open_plan(work: Work, code: str) -> bool:
    """Say whether tenants can be put on this plan."""
    row = await work.fetchrow(SQL.is_open_plan, code)
    return row is not None


async def health(work: Work) -> dict[str, Any]:
    """Return the state of the database and of the queues of all tenants together."""
    database = await work.fetchrow(SQL.database_figures)
    assert database is not None, "a database has figures"
    return {
        "database": {
            **database,
            "tables": [dict(row) for row in await work.fetch(SQL.largest_tables)],
        },
        "queues": [_queue(work, dict(row)) for row in await work.fetch(SQL.queue_figures)],
    }


def _queue(work: Work, row: dict[str, Any]) -> dict[str, Any]:
    oldest = row["oldest_at"]
    # What is to be tried again later is due in the future, and nobody waits for it yet.
    lag = 0.0 if oldest is None else max((work.now - oldest).total_seconds(), 0.0)
    return {**row, "lag_seconds": round(lag, 3)}
