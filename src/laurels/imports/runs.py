"""The trace that an import leaves: its run, the rows it refused, and a file of them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO
from uuid import UUID

import orjson

from laurels.kit.values.ids import encode, new_id
from laurels.kit.work import Work

from .cells import bare, guard
from .reading import REJECT_COLUMNS
from .report import Rejection, Report

MAX_STORED = 2_000
"""Characters of one value that the table of refused rows keeps; the file keeps them all."""


async def begin(work: Work, *, kind: str, source: str, file_name: str) -> UUID:
    """A run exists; those of the same source that were broken off are failed."""
    await work.fetch(
        "update laurels.import_runs set status = 'failed', finished_at = $4"
        " where tenant_id = $1 and kind = $2 and source = $3 and status = 'running'",
        work.tenant_id, kind, source, work.now,
    )  # fmt: skip
    run_id = new_id()
    await work.fetch(
        "insert into laurels.import_runs (tenant_id, id, kind, source, file_name, status,"
        " started_at) values ($1, $2, $3, $4, $5, 'running', $6)",
        work.tenant_id, run_id, kind, source, file_name, work.now,
    )  # fmt: skip
    return run_id


async def progress(work: Work, run_id: UUID, part: Report) -> None:
    """The run counts what a batch did, in the transaction that did it."""
    await work.fetch(
        "update laurels.import_runs set read = read + $3, booked = booked + $4,"
        " skipped = skipped + $5, rejected = rejected + $6 where tenant_id = $1 and id = $2",
        work.tenant_id, run_id, part.read, part.booked, part.skipped, part.rejected,
    )  # fmt: skip


async def end(work: Work, run_id: UUID, status: str) -> None:
    """The run is finished, or failed."""
    await work.fetch(
        "update laurels.import_runs set status = $3, finished_at = $4"
        " where tenant_id = $1 and id = $2",
        work.tenant_id, run_id, status, work.now,
    )  # fmt: skip


async def has_finished(work: Work, *, kind: str, source: str) -> bool:
    """Return whether a run over this source came to its end."""
    row = await work.fetchrow(
        "select 1 from laurels.import_runs where tenant_id = $1 and kind = $2 and source = $3"
        " and status = 'finished' limit 1",
        work.tenant_id, kind, source,
    )  # fmt: skip
    return row is not None


async def reject(
    work: Work, run_id: UUID, header: Sequence[str], rejections: Sequence[Rejection]
) -> None:
    """The refused rows are kept with their reasons."""
    if not rejections:
        return
    rows = [(rejection, line, values) for rejection in rejections
            for line, values in rejection.each()]  # fmt: skip
    await work.fetch(
        """
        insert into laurels.rejected_rows (tenant_id, run_id, line, field, code, message, row)
        select $1, $2, n.line, n.field, n.code, n.message, n.row::jsonb
        from unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
            as n (line, field, code, message, row)
        """,
        work.tenant_id,
        run_id,
        [line for _, line, _ in rows],
        [rejection.field for rejection, _, _ in rows],
        [rejection.code for rejection, _, _ in rows],
        [rejection.message.replace("\x00", "\ufffd") for rejection, _, _ in rows],
        [_stored(header, values) for _, _, values in rows],
    )


def _stored(header: Sequence[str], values: Sequence[str]) -> str:
    names = [name or f"column {place}" for place, name in enumerate(header, start=1)]
    # Rows with too many fields keep them all, under the numbers of their places.
    names += [f"column {place}" for place in range(len(names) + 1, len(values) + 1)]
    row = dict(zip(names, values, strict=False))
    kept = {name: value[:MAX_STORED].replace("\x00", "\ufffd") for name, value in row.items()}
    return orjson.dumps(kept).decode()


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
