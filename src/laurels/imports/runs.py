"""The trace that an import leaves: its run, the rows it refused, and a file of them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO
from uuid import UUID

import orjson

from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Work

from .cells import bare, guard
from .reading import REJECT_COLUMNS
from .report import Rejection, Report

SQL = statements(__name__)


async def begin(
    work: Work, *, kind: str, source: str, file_name: str, columns: Sequence[str]
) -> UUID:
    """A run of a command exists; those of the same source that were broken off are failed."""
    await work.fetch(SQL.fail_unfinished, work.tenant_id, kind, source, work.now)
    run_id = new_id()
    await work.fetch(
        SQL.begin_run,
        work.tenant_id,
        run_id,
        kind,
        source,
        file_name,
        work.now,
        names_of(columns),
        work.actor.kind,
        work.actor.id,
    )
    return run_id


async def progress(work: Work, run_id: UUID, part: Report, whole: Report) -> None:
    """The run counts what a batch did, in the transaction that did it."""
    await work.fetch(
        SQL.add_progress,
        work.tenant_id,
        run_id,
        part.read,
        part.booked,
        part.skipped,
        part.rejected,
        orjson.dumps(whole.facts()).decode(),
    )


async def end(work: Work, run_id: UUID, status: str) -> None:
    """The run is finished, or failed."""
    await work.fetch(SQL.end_run, work.tenant_id, run_id, status, work.now, None)


async def has_finished(work: Work, *, kind: str, source: str) -> bool:
    """Return whether a run over this source came to its end."""
    row = await work.fetchrow(SQL.has_finished, work.tenant_id, kind, source)
    return row is not None


async def reject(
    work: Work,
    run_id: UUID,
    header: Sequence[str],
    rejections: Sequence[Rejection],
    *,
    dry_run: int = 0,
) -> None:
    """The refused rows are kept with their reasons; those of a dry run under its number."""
    if not rejections:
        return
    rows = [
        (rejection, line, values) for rejection in rejections for line, values in rejection.each()
    ]
    await work.fetch(
        SQL.add_rejected_rows,
        work.tenant_id,
        run_id,
        [line for _, line, _ in rows],
        [rejection.field for rejection, _, _ in rows],
        [rejection.code for rejection, _, _ in rows],
        [rejection.message.replace("\x00", "\ufffd") for rejection, _, _ in rows],
        [_stored(header, values) for _, _, values in rows],
        dry_run,
    )


def _stored(header: Sequence[str], values: Sequence[str]) -> str:
    names = names_of(header)
    # Rows with too many fields keep them all, under the numbers of their places.
    names += [f"column {place}" for place in range(len(names) + 1, len(values) + 1)]
    row = dict(zip(names, values, strict=False))
    kept = {name: value.replace("\x00", "\ufffd") for name, value in row.items()}
    return orjson.dumps(kept).decode()


def names_of(header: Sequence[str]) -> list[str]:
    """Return the names of the columns; one that has none of its own is named by its place."""
    names: list[str] = []
    for place, name in enumerate(header, start=1):
        names.append(name if name and name not in names else f"column {place}")
    return names


class RejectFile:
    """A CSV file of refused rows that can be mended and imported again; made when first needed."""

    def __init__(self, folder: Path, run_id: UUID, header: Sequence[str]) -> None:
        self.path = folder / f"{encode('import_run', run_id)}.rejected.csv"
        self._header = header
        self._file: TextIO | None = None

    def write(self, rejections: Sequence[Rejection]) -> None:
        """The file holds these rows too, and whoever looks sees them."""
        if not rejections:
            return
        if self._file is None:
            # Rows hold people's data: nobody else on this machine may read them.
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = self.path.open("w", encoding="utf-8", newline="")
            self.path.chmod(0o600)
            csv.writer(self._file).writerow([*REJECT_COLUMNS, *map(guard, self._header)])
        writer = csv.writer(self._file)
        for rejection in rejections:
            told = [
                guard(text) for text in (rejection.field or "", rejection.code, rejection.message)
            ]
            for line, values in rejection.each():
                shown = [guard(bare(value.replace("\x00", "\ufffd"))) for value in values]
                writer.writerow([line, *told, *shown])
        self._file.flush()

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()
