"""Imports that people make: a file comes in pieces, is looked at, set up, tried and started.

The file lies in the database, in chunks, so that any worker of any machine can read it; a worker
carries the import out (`working`). It is deleted some days later, or when somebody says so.
"""

import io
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from laurels import audit, jobs, tenants
from laurels.config import settings as process_settings
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import new_id
from laurels.kit.values.text import check_key
from laurels.kit.versions import check_version
from laurels.kit.work import Actor, Work

from .carrying import Control
from .dialect import Dialect
from .errors import (
    FileDeleted,
    FileRefused,
    FileTooLarge,
    ImportNotFound,
    ImportStatusConflict,
    PieceMisplaced,
)
from .forms import FORMS, guess, propose
from .reading import LOST, REJECT_COLUMNS, Row, Table, table_of
from .runs import names_of
from .service import MAX_SOURCE, Options, Sample, try_rows

SQL = statements(__name__)

CARRY_OUT = "imports.carry_out"
"""The job that carries imports out."""
FIRST_ROWS = 5
TRIED_ROWS = 100
MAX_SHOWN = 200
"""Characters of a cell of the first rows that are shown."""
OPEN = ("waiting", "running", "stopping")


@dataclass(frozen=True, slots=True)
class Trial:
    """What the first rows say: the sample, or why there is none."""

    sample: Sample | None
    missing: str | None
    read: int


async def create(
    work: Work, *, file_name: str, size_bytes: int, kind: str | None, mends: UUID | None
) -> UUID:
    """An import waits for its file. Raise FileTooLarge or ImportNotFound."""
    limit = process_settings().import_file_limit_bytes
    if size_bytes > limit:
        msg = (
            f"The file has {size_bytes:,} bytes; at most {limit:,} can be uploaded. Split it, or"
            " import it by command."
        )
        raise FileTooLarge(msg, field="size_bytes", limit_bytes=limit)
    mended = await get(work, mends) if mends is not None else None
    run_id = new_id()
    await work.fetch(
        SQL.create_run,
        work.tenant_id,
        run_id,
        kind or (mended["kind"] if mended else "purchases"),
        mended["source"] if mended else _source_of(file_name),
        file_name,
        size_bytes,
        work.actor.kind,
        work.actor.id,
        work.now,
        # Until the file is there, what was said of it is kept with the settings.
        _json({**(mended["settings"] if mended else {}), "_guess": kind is None and not mended}),
    )
    await audit.record(work, "imports.created", "import_run", run_id, after={"file": file_name})
    return run_id


def _source_of(file_name: str) -> str:
    try:
        return check_key(file_name[:MAX_SOURCE].strip())
    except ValueError:
        return "import"


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


async def get(work: Work, run_id: UUID) -> dict[str, Any]:
    """Return an import. Raise ImportNotFound."""
    row = await work.fetchrow(SQL.get_run, work.tenant_id, run_id)
    if row is None:
        raise ImportNotFound
    return dict(row)


async def _lock(work: Work, run_id: UUID) -> dict[str, Any]:
    row = await work.fetchrow(SQL.lock_run, work.tenant_id, run_id)
    if row is None:
        raise ImportNotFound
    return dict(row)


async def receive(work: Work, run_id: UUID, content: bytes, *, offset: int) -> None:
    """The next piece of the file is here; after the last one the file is looked at.

    A piece that is here already changes nothing. Raise PieceMisplaced for one that is not next,
    FileRefused for a file that cannot be imported.
    """
    run = await _lock(work, run_id)
    if run["size_bytes"] is None or run["file_deleted_at"] is not None:
        raise FileDeleted
    here, end = run["received_bytes"], offset + len(content)
    if end <= here:
        return
    if offset != here or end > run["size_bytes"] or not content:
        msg = (
            f"The next piece of this file begins at byte {here:,} and ends by byte"
            f" {run['size_bytes']:,}."
        )
        raise PieceMisplaced(msg, received_bytes=here)
    await work.fetch(SQL.add_chunk, work.tenant_id, run_id, offset, content)
    await work.fetch(SQL.count_received, work.tenant_id, run_id, end)
    if offset == 0 or end == run["size_bytes"]:
        await _look(work, run, whole=end == run["size_bytes"])


async def _head(work: Work, run: dict[str, Any]) -> Table:
    """Return the table with the rows of the first piece that are whole."""
    row = await work.fetchrow(SQL.first_chunk, work.tenant_id, run["id"])
    if row is None:
        raise FileDeleted
    content: bytes = row["content"]
    if len(content) < run["size_bytes"] and b"\n" in content:
        content = content[: content.rindex(b"\n") + 1]
    return table_of(io.BytesIO(content), f"`{run['file_name']}`")


async def _look(work: Work, run: dict[str, Any], *, whole: bool) -> None:
    """What the file seems to be is noted once it is whole. Raise FileRefused."""
    table = await _head(work, run)
    rows: list[Row] = []
    for row in table.rows():
        if getattr(row, "code", None) == "not_utf8":
            msg = f"line {row.line} of `{run['file_name']}` is not UTF-8; save the file as UTF-8"
            raise FileRefused(msg)
        if len(rows) < FIRST_ROWS:
            rows.append(row)
    if not whole:
        return
    settings: dict[str, Any] = dict(run["settings"])
    kind = guess(_own(table.header)) if settings.pop("_guess", False) else run["kind"]
    if not settings:
        settings = {"mapping": propose(FORMS[kind], _own(table.header))}
    seen = {
        "delimiter": table.delimiter,
        "rows": [[cell[:MAX_SHOWN].replace("\x00", LOST) for cell in row.values] for row in rows],
    }
    await work.fetch(
        SQL.note_seen,
        work.tenant_id,
        run["id"],
        kind,
        _json(settings),
        names_of(table.header),
        _json(seen),
    )


def _own(header: list[str]) -> list[str]:
    """Return the columns without those that only say why a row was refused."""
    first = len(REJECT_COLUMNS) if tuple(header[:4]) == REJECT_COLUMNS else 0
    return header[first:]


def options_of(
    run: dict[str, Any], *, file: Path | None = None, control: Control | None = None
) -> Options:
    """Return how the file of an import is to be read."""
    said: dict[str, Any] = run["settings"]
    form = FORMS[run["kind"]]
    known = {*form.columns, *(form.of_lines if said.get("group_by") else ())}
    return Options(
        file=file or Path(run["file_name"]),
        source=run["source"],
        # Of another kind's columns nothing is said.
        mapping={k: v for k, v in said.get("mapping", {}).items() if k in known},
        constants={k: v for k, v in said.get("constants", {}).items() if k in known},
        dialect=Dialect(said.get("decimal_comma", False), said.get("dates", "iso")),
        group_by=said.get("group_by") if run["kind"] == "purchases" else None,
        dry_run=run["dry_run"],
        welcome=said.get("welcome", False),
        known_only=said.get("known_only", False),
        with_tiers=not said.get("ignore_tiers", False),
        actor=Actor(run["created_by_kind"], run["created_by"]),
        file_name=run["file_name"],
        control=control,
    )


async def change(
    work: Work,
    run_id: UUID,
    *,
    version: int | None,
    kind: str | None,
    source: str | None,
    settings: dict[str, Any] | None,
) -> None:
    """The import is set up so. Raise ImportStatusConflict once it has begun."""
    run = await _editable(work, run_id)
    check_version(version, run["version"])
    if kind is not None and kind != run["kind"] and settings is None:
        settings = {
            **run["settings"],
            "mapping": propose(FORMS[kind], _own(run["columns"] or [])),
            "constants": {},
        }
    await work.fetch(
        SQL.change_run,
        work.tenant_id,
        run_id,
        kind or run["kind"],
        source or run["source"],
        _json(run["settings"] if settings is None else settings),
    )
    await audit.record(work, "imports.changed", "import_run", run_id)


async def _editable(work: Work, run_id: UUID) -> dict[str, Any]:
    """Return the locked import, which nothing was booked of."""
    run = await _lock(work, run_id)
    if run["status"] == "draft" or (run["status"] in {"failed", "stopped"} and not run["read"]):
        return run
    raise ImportStatusConflict(_why_not(run), status=run["status"])


def _why_not(run: dict[str, Any]) -> str:
    match run["status"]:
        case "uploading":
            return "The file is not complete; upload the rest of it."
        case "waiting" | "running" | "stopping":
            return "It is under way; wait for its end, or stop it."
        case "finished":
            return "It has finished. To import more rows, upload a file with them."
        case _:
            return "A part of its rows is booked, so it can only be continued."


async def try_out(work: Work, run_id: UUID, *, kind: str, settings: dict[str, Any]) -> Trial:
    """Read the first rows under these settings. Raise FileDeleted."""
    run = await get(work, run_id)
    table = await _head(work, run)
    tenant = await tenants.current(work)
    tried = {**run, "kind": kind, "settings": settings}
    try:
        sample = try_rows(table, tenant, kind, options_of(tried), limit=TRIED_ROWS)
    except FileRefused as error:
        # What the command calls its options helps nobody here.
        return Trial(None, re.sub(r" \(--[^)]*\)", "", error.message), 0)
    return Trial(sample, None, sample.read)


async def start(work: Work, run_id: UUID, *, dry_run: bool) -> None:
    """The import waits for a worker, or goes on where it stopped.

    Raise ImportStatusConflict, FileDeleted, or FileRefused for settings that do not fit the file.
    """
    if dry_run:
        run = await _editable(work, run_id)
    else:
        run = await _lock(work, run_id)
        if run["status"] not in {"draft", "stopped", "failed"}:
            raise ImportStatusConflict(_why_not(run), status=run["status"])
    if run["size_bytes"] is None or run["file_deleted_at"] is not None:
        raise FileDeleted
    tenant = await tenants.require_active(work)
    try_rows(await _head(work, run), tenant, run["kind"], options_of(run), limit=0)
    await work.fetch(SQL.wait_for_worker, work.tenant_id, run_id, dry_run)
    await audit.record(
        work,
        "imports.tried" if dry_run else "imports.started",
        "import_run",
        run_id,
        after={"file": run["file_name"], "kind": run["kind"], "source": run["source"]},
    )
    await jobs.ask(work, CARRY_OUT, anew=True)


async def stop(work: Work, run_id: UUID) -> None:
    """The import ends after the batch that is under way; what is booked stays."""
    run = await _lock(work, run_id)
    if run["status"] not in OPEN:
        raise ImportStatusConflict("It is not under way.", status=run["status"])
    if run["status"] == "waiting":
        # Nobody has begun, so nobody has to be waited for.
        ended = "stopped" if run["read"] else "draft"
        await work.fetch(SQL.end_run, work.tenant_id, run_id, ended, work.now, None)
    else:
        await work.fetch(SQL.ask_to_stop, work.tenant_id, run_id)
    await audit.record(work, "imports.stopped", "import_run", run_id)


async def delete_file(work: Work, run_id: UUID) -> None:
    """The file is gone, with what was shown of it. Raise ImportStatusConflict while it is read."""
    run = await _lock(work, run_id)
    if run["status"] in OPEN:
        raise ImportStatusConflict(_why_not(run), status=run["status"])
    if run["size_bytes"] is not None and run["file_deleted_at"] is None:
        await _forget(work, [run_id])
        await audit.record(work, "imports.file_deleted", "import_run", run_id)


async def _forget(work: Work, run_ids: list[UUID]) -> None:
    await work.fetch(SQL.delete_chunks, work.tenant_id, run_ids)
    await work.fetch(SQL.note_deleted, work.tenant_id, run_ids, work.now)


async def delete_old_files(work: Work, *, limit: int) -> int:
    """Files whose days are over are gone; return how many."""
    days = timedelta(days=process_settings().import_file_days)
    rows = await work.fetch(SQL.old_files, work.tenant_id, work.now - days, limit)
    await _forget(work, [row["id"] for row in rows])
    return len(rows)


async def forget_files_of_people(work: Work) -> None:
    """No file that is not just being read is kept: somebody who is erased may be in it."""
    rows = await work.fetch(SQL.old_files, work.tenant_id, work.now + timedelta(days=1), 1_000)
    await _forget(work, [row["id"] for row in rows])
