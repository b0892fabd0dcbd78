"""Imports as they are looked at: the list, the rows that were refused, and a file of them."""

from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.http.paging import FIRST, ONE, Asked, Found, Listing, number
from laurels.kit.work import Work

from .cells import bare
from .exporting import Exported
from .reading import REJECT_COLUMNS
from .sheets import PAGE, Cells, Sheet

SQL = statements(__name__)
IMPORTS = Listing(moment="created_at", happened="Created", sorts={"created_at": None})
REJECTED = Listing(
    moment="now()",
    happened="Rejected",
    sorts={"line": number("line")},
    default="line",
    id=ONE,
)


async def list_imports(
    work: Work,
    *,
    kind: str | None = None,
    status: str | None = None,
    search: str | None = None,
    asked: Asked = FIRST,
) -> Found[dict[str, Any]]:
    """Return imports, usually newest first, of one kind or status, or whose file is called so."""
    sql = f"""
        {SQL.runs.strip().rstrip(";")}
          and ($2::text is null or kind = $2) and ($3::text is null or status = $3)
          and ($4::text is null or strpos(lower(file_name), lower($4)) > 0)
    """
    return await IMPORTS.fetch(work, asked, sql, work.tenant_id, kind, status, search)


async def list_rejected(
    work: Work, run_id: UUID, *, dry_run: int, asked: Asked = FIRST
) -> Found[dict[str, Any]]:
    """Return the rows that an import refused, or its dry run of this number, by their lines."""
    sql = SQL.rejected_rows.strip().rstrip(";")
    return await REJECTED.fetch(work, asked, sql, work.tenant_id, run_id, dry_run)


def rejected_sheet(run: dict[str, Any], *, dry_run: int) -> Exported:
    """Return the file of refused rows, as the command writes it, to be mended and imported."""
    columns: list[str] = run["columns"] or []
    # A file of refused rows that was refused again has its reasons replaced.
    if tuple(columns[:4]) == REJECT_COLUMNS:
        columns = columns[4:]
    run_id = run["id"]

    async def read(work: Work, after: UUID | None) -> Sheet:
        last = 0 if after is None else after.int
        rows = await work.fetch(SQL.walk_rejected_rows, work.tenant_id, run_id, dry_run, last, PAGE)
        cells: list[Cells] = []
        for row in rows:
            told: dict[str, Any] = row["row"]
            more = [value for name, value in told.items() if name not in columns]
            kept = [bare(str(told.get(name, ""))) for name in columns]
            beyond = [bare(str(value)) for value in more] if _miscounted(row["code"]) else []
            cells.append([row["line"], row["field"], row["code"], row["message"], *kept, *beyond])
        # The place in the file stands where other exports have the last row's id.
        return Sheet(cells, len(rows), UUID(int=rows[-1]["line"]) if rows else None)

    async def count(_work: Work) -> int:
        return run["rejected"]

    return Exported([*REJECT_COLUMNS, *columns], count, read)


def _miscounted(code: str) -> bool:
    """Whether a row has other fields than the header says, all of which are shown."""
    return code == "wrong_number_of_fields"
