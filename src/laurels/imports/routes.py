"""Imports and exports over HTTP: files come in pieces, and what goes out can be read back."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from laurels import tenants
from laurels.config import settings
from laurels.kit.http.access import RequiresLogin, demand, requires, token_of
from laurels.kit.http.openapi import error_responses
from laurels.kit.http.paging import Asked, Page
from laurels.kit.http.query import Switch
from laurels.kit.http.route import FileRoute, TransactionalRoute
from laurels.kit.values.ids import encode
from laurels.kit.versions import VersionConflict
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import lists, queries, uploads
from .errors import (
    FileDeleted,
    FileRefused,
    FileTooLarge,
    ImportNotFound,
    ImportStatusConflict,
    PieceMisplaced,
    TooManyExports,
)
from .exporting import note_export
from .forms import FORMS, Form, example_of, sample_of
from .schemas import (
    ImportColumnOut,
    ImportCountsOut,
    ImportDifferenceOut,
    ImportDryRunOut,
    ImportedFileIn,
    ImportId,
    ImportKind,
    ImportKindOut,
    ImportKindsOut,
    ImportOut,
    ImportPatch,
    ImportPreviewIn,
    ImportPreviewOut,
    ImportRowProblemOut,
    RejectedRowOut,
    Status,
)
from .streaming import Exports

router = APIRouter(prefix="/v1", tags=["imports"], route_class=TransactionalRoute)
files = APIRouter(route_class=FileRoute)
Reading = Annotated[Work, requires(Permission.IMPORTS_READ)]
Writing = Annotated[Work, requires(Permission.IMPORTS_WRITE)]
WRITES: dict[str, tuple[Permission, ...]] = {
    "purchases": (Permission.MEMBERS_WRITE, Permission.PURCHASES_WRITE),
    "members": (Permission.MEMBERS_WRITE,),
    "balances": (Permission.LEDGER_ADJUST, Permission.MEMBERS_WRITE),
    "rewards": (Permission.REWARDS_WRITE,),
    "vouchers": (Permission.REWARDS_WRITE,),
}
"""What one must be allowed to change elsewhere for each kind of import."""
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}}
}


# -- imports -------------------------------------------------------------------------------------


@router.get("/imports")
async def list_imports(
    work: Reading,
    asked: Annotated[Asked, Depends(queries.IMPORTS)],
    kind: Annotated[ImportKind | None, Query(description="Of this kind.")] = None,
    status: Annotated[Status | None, Query(description="In this state.")] = None,
    search: Annotated[
        str | None, Query(max_length=200, description="Whose file's name contains this.")
    ] = None,
) -> Page[ImportOut]:
    """List imports, newest first, including those made by the command."""
    rows = await queries.list_imports(work, kind=kind, status=status, search=search, asked=asked)
    return rows.page(_shown(row) for row in rows)


@router.get("/imports/kinds")
async def list_import_kinds(work: Reading) -> ImportKindsOut:
    """List the kinds of files that can be imported, with their columns and a sample of each."""
    tenant = await tenants.current(work)
    return ImportKindsOut(data=[_kind(form, tenant.currency) for form in FORMS.values()])


@router.post("/imports", status_code=201)
@error_responses(FileTooLarge, ImportNotFound)
async def create_import(body: ImportedFileIn, work: Writing) -> ImportOut:
    """Create an import for a file, which is then uploaded in pieces.

    `LAURELS_IMPORT_FILE_LIMIT_BYTES` limits its size. With `mends` it takes over how the file of
    that import was read, so a corrected file of its rejected rows is ready to start.
    """
    run_id = await uploads.create(
        work,
        file_name=body.file_name,
        size_bytes=body.size_bytes,
        kind=body.kind,
        mends=body.mends,
    )
    return _shown(await uploads.get(work, run_id))


@router.get("/imports/{import_id}")
@error_responses(ImportNotFound)
async def get_import(import_id: ImportId, work: Reading) -> ImportOut:
    """Read an import: its settings, how far it is and what came of it."""
    return _shown(await uploads.get(work, import_id))


@files.put(
    "/imports/{import_id}/content",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    },
)
@error_responses(ImportNotFound, PieceMisplaced, FileRefused, FileDeleted)
async def upload_import_content(
    import_id: ImportId,
    request: Request,
    work: Writing,
    offset: Annotated[
        int, Header(alias="Upload-Offset", ge=0, description="Where the piece begins, in bytes.")
    ] = 0,
) -> ImportOut:
    """Upload the file of an import, or the next piece of it: CSV in UTF-8, never compressed.

    A piece can have up to `LAURELS_BULK_BODY_LIMIT_BYTES`. One that is there already changes
    nothing, so an interrupted upload goes on at `received_bytes`. When the file is complete, its
    kind and the mapping of its columns are guessed, and the import becomes a draft.
    """
    await uploads.receive(work, import_id, bytes(await request.body()), offset=offset)
    return _shown(await uploads.get(work, import_id))


@router.delete("/imports/{import_id}/content")
@error_responses(ImportNotFound, ImportStatusConflict)
async def delete_import_content(import_id: ImportId, work: Writing) -> ImportOut:
    """Delete the file of an import. Its counts and rejected rows stay.

    Without this it is deleted after `LAURELS_IMPORT_FILE_DAYS`, and when any member is erased.
    """
    await uploads.delete_file(work, import_id)
    return _shown(await uploads.get(work, import_id))


@router.patch("/imports/{import_id}")
@error_responses(ImportNotFound, ImportStatusConflict, VersionConflict)
async def change_import(import_id: ImportId, body: ImportPatch, work: Writing) -> ImportOut:
    """Change how the file is read, as long as nothing is booked.

    A new kind without settings guesses the mapping again.
    """
    await uploads.change(
        work,
        import_id,
        version=body.version,
        kind=body.kind,
        source=body.source,
        settings=None if body.settings is None else body.settings.model_dump(),
    )
    return _shown(await uploads.get(work, import_id))


@router.post("/imports/{import_id}/preview")
@error_responses(ImportNotFound, FileDeleted)
async def preview_import(
    import_id: ImportId, body: ImportPreviewIn, work: Reading
) -> ImportPreviewOut:
    """Try a kind and settings on the first 100 rows: what is read, what is missing. Nothing is
    stored."""
    settings = body.settings.model_dump()
    return _tried(await uploads.try_out(work, import_id, kind=body.kind, settings=settings))


@router.post("/imports/{import_id}/dry-run", status_code=202)
@error_responses(ImportNotFound, ImportStatusConflict, FileDeleted, FileRefused)
async def dry_run_import(import_id: ImportId, work: Writing) -> ImportOut:
    """Start a dry run: the import itself, done by a worker and undone.

    Its result is in `dry_run_result` when the import is a draft again.
    """
    return await _start(work, import_id, dry_run=True)


@router.post("/imports/{import_id}/start", status_code=202)
@error_responses(ImportNotFound, ImportStatusConflict, FileDeleted, FileRefused)
async def start_import(import_id: ImportId, work: Writing) -> ImportOut:
    """Start an import, or continue one that was stopped or failed.

    A worker carries it out. Besides `imports:write`, it requires the permissions to write the
    data, such as `members:write`. If a worker is lost, another one continues after the last row
    that was counted.
    """
    return await _start(work, import_id, dry_run=False)


async def _start(work: Work, import_id: ImportId, *, dry_run: bool) -> ImportOut:
    run = await uploads.get(work, import_id)
    for writes in WRITES[run["kind"]]:
        demand(work, writes, f"The import of {run['kind']}")
    await uploads.start(work, import_id, dry_run=dry_run)
    return _shown(await uploads.get(work, import_id))


@router.post("/imports/{import_id}/stop", status_code=202)
@error_responses(ImportNotFound, ImportStatusConflict)
async def stop_import(import_id: ImportId, work: Writing) -> ImportOut:
    """Stop an import or its dry run after the batch that is under way.

    What is booked stays; `start` continues with the next row. A dry run books nothing.
    """
    await uploads.stop(work, import_id)
    return _shown(await uploads.get(work, import_id))


OfDryRun = Annotated[Switch, Query(description="Those of the last dry run instead.")]


@router.get("/imports/{import_id}/rejected-rows")
@error_responses(ImportNotFound)
async def list_rejected_rows(
    import_id: ImportId,
    work: Reading,
    asked: Annotated[Asked, Depends(queries.REJECTED)],
    of_dry_run: OfDryRun = False,
) -> Page[RejectedRowOut]:
    """List the rows that were rejected, with the reasons, in the order of the file."""
    run = await uploads.get(work, import_id)
    number = run["dry_runs"] if of_dry_run else 0
    rows = await queries.list_rejected(work, import_id, dry_run=number, asked=asked)
    return rows.page(RejectedRowOut.model_validate(row) for row in rows)


@router.get(
    "/imports/{import_id}/rejected-rows.csv", response_class=StreamingResponse, responses=CSV
)
@error_responses(ImportNotFound, TooManyExports)
async def download_rejected_rows(
    import_id: ImportId, request: Request, work: Reading, of_dry_run: OfDryRun = False
) -> Response:
    """Download the rejected rows as CSV, with line, field, code and reason in front of each.

    Correct them there and import that file with `mends`. Cells that a spreadsheet would take for a
    formula are prefixed with `'`, which the import takes away again.
    """
    run = await uploads.get(work, import_id)
    exports: Exports = request.app.state.exports
    await note_export(work, "rejected_rows")
    return exports.stream(
        work.tenant_id,
        queries.rejected_sheet(run, dry_run=run["dry_runs"] if of_dry_run else 0),
        work.actor,
        token=token_of(request),
        permissions=(Permission.IMPORTS_READ,),
        name=f"{encode('import_run', import_id)}.rejected.csv",
    )


def _shown(run: dict[str, Any]) -> ImportOut:
    size: int | None = run["size_bytes"]
    whole = size is not None and run["file_deleted_at"] is None
    has_file = whole and run["received_bytes"] == size
    seen: dict[str, Any] = run["seen"] or {}
    kept: dict[str, Any] = {k: v for k, v in run["settings"].items() if not k.startswith("_")}
    last = max(run["created_at"], run["finished_at"] or run["created_at"])
    return ImportOut.model_validate(
        {
            **run,
            "settings": kept,
            "has_file": has_file,
            "percent": min(100, run["done_bytes"] * 100 // size) if size else 0,
            "encoding": "utf-8" if run["columns"] else None,
            "delimiter": seen.get("delimiter"),
            "columns": run["columns"] or [],
            "first_rows": seen.get("rows", []),
            "counts": _counts(run),
            "difference": ImportDifferenceOut.of(run["result"]),
            "dry_run_result": _dry_run(run),
            "file_deleted_after": last + timedelta(days=settings().import_file_days)
            if whole
            else None,
        }
    )


def _tried(trial: uploads.Trial) -> ImportPreviewOut:
    if (sample := trial.sample) is None:
        return ImportPreviewOut(mapping={}, ignored=[], missing=trial.missing, problems=[], read=0)
    problems = [
        ImportRowProblemOut(
            line=line,
            field=sample.columns.get(error.fields[0].field, error.fields[0].field)
            if error.fields
            else None,
            message=error.message,
        )
        for line, error in sample.rejections.items()
    ]
    return ImportPreviewOut(
        mapping=dict(sample.columns),
        ignored=list(sample.ignored),
        missing=None,
        problems=problems,
        read=trial.read,
    )


def _counts(facts: dict[str, Any]) -> ImportCountsOut:
    return ImportCountsOut.model_validate(
        {name: facts[name] for name in ImportCountsOut.model_fields}
    )


def _dry_run(run: dict[str, Any]) -> ImportDryRunOut | None:
    result: dict[str, Any] | None = run["dry_run_result"]
    if result is None:
        return None
    return ImportDryRunOut.model_validate(
        {
            **result,
            "counts": _counts(result["counts"]),
            "difference": ImportDifferenceOut.of(result["difference"]),
            "outdated": result["version"] != run["version"],
        }
    )


def _kind(form: Form, currency: str) -> ImportKindOut:
    columns = [
        ImportColumnOut(
            name=name,
            required=name in form.required,
            one_of=name in form.one_of,
            of_lines=name in form.of_lines,
            example=example_of(form, name, currency),
        )
        for name in (*form.columns, *form.of_lines)
    ]
    return ImportKindOut.model_validate(
        {"kind": form.kind, "columns": columns, "sample": sample_of(form, currency)}
    )


# -- exports -------------------------------------------------------------------------------------

Kind = Literal[
    "members", "purchases", "points", "balances", "tiers", "rewards", "vouchers", "redemptions"
]
SHOWS: dict[Kind, tuple[Permission, ...]] = {
    "members": (Permission.MEMBERS_READ,),
    "purchases": (Permission.MEMBERS_READ, Permission.PURCHASES_READ),
    "points": (Permission.MEMBERS_READ, Permission.LEDGER_READ),
    "balances": (Permission.MEMBERS_READ, Permission.LEDGER_READ),
    "tiers": (Permission.MEMBERS_READ, Permission.TIERS_READ),
    "rewards": (Permission.REWARDS_READ,),
    "vouchers": (Permission.REWARDS_READ,),
    "redemptions": (Permission.MEMBERS_READ, Permission.REWARDS_READ),
}
"""What one must be allowed to read elsewhere for each kind of export."""


@router.get(
    "/exports/{kind}",
    response_class=StreamingResponse,
    responses=CSV,
)
@error_responses(TooManyExports)
async def export_rows(kind: Kind, request: Request, work: Reading) -> Response:
    """Export members, purchases, points, balances, tiers, rewards, codes or redemptions as CSV.

    Besides `imports:read`, it requires the permissions to read the data, such as `members:read`.
    The import of the same kind reads the file back. Points, tiers and redemptions are history and
    cannot be imported. Archived records are not included.

    The file is a snapshot. It is streamed, so an interrupted one ends without its last chunk;
    request it again. Cells that a spreadsheet would take for a formula are prefixed with `'`. A
    process sends one export at a time per tenant and three in total, each for at most 15 minutes.
    """
    for reads in SHOWS[kind]:
        demand(work, reads, f"The export of {kind}")
    exports: Exports = request.app.state.exports
    await note_export(work, kind)
    return exports.stream(
        work.tenant_id,
        kind,
        work.actor,
        token=token_of(request),
        permissions=(Permission.IMPORTS_READ, *SHOWS[kind]),
    )


ListName = Literal[
    "members", "purchases", "refunds", "activities", "redemptions", "wallets", "audit-log"
]


@router.get(
    "/exports/lists/{name}",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_list(
    name: Annotated[ListName, Path(description="The list.")],
    request: Request,
    visitor: RequiresLogin,
    query: Annotated[
        str,
        Query(
            max_length=4000,
            description="Query parameters of the list, without its place, as they would stand in"
            " its address: `status=active&sort=name`.",
        ),
    ] = "",
) -> Response:
    """Export what a list shows, all pages of it, as CSV: the same rows in the same order.

    It needs the permission that the list needs. With `expand=member` in the query the member's id
    of yours, e-mail and names stand beside each row. Cells that a spreadsheet would take for a
    formula are prefixed with `'`. Pages are read one after the other, so rows that come meanwhile
    can be among them.
    """
    return await lists.answer(request, visitor, name, query)


router.include_router(files)
