"""Carrying a file into the books: batch by batch, each in one transaction with its progress.

While the database books one batch the next one is parsed. A batch that fails unexpectedly is
tried again and then halved, until the one row that breaks it fails alone.

A dry run does the same in one transaction, with a savepoint for each batch, and rolls all of it
back: what it predicts is what happened. What it touched stays locked until it ends.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import Generic, TypeVar
from uuid import UUID

import asyncpg

from laurels import tenants
from laurels.jobs import RunOvertaken
from laurels.kit.db.pool import Database, PoolExhausted
from laurels.kit.errors import AppError
from laurels.kit.work import Actor, Work, open_work

from . import runs
from .errors import FileRefused, TooManyBroken
from .grouping import SAMPLE, OrderRows, group, looks_like_lines
from .reading import BadLine, Columns, Row, Table
from .report import SHOWN, Outcome, Rejection, Report, Skipped

BATCH = 1_000
MAX_BROKEN = 100
_SLICE = 50
"""Rows parsed between two looks at the database's answers."""

CONTENDED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
ATTEMPTS = 5
"""How often a batch that meets somebody else's locks is tried; after other trouble twice."""

logger = logging.getLogger(__name__)
T = TypeVar("T")


class ImportStopped(Exception):
    """Somebody stopped the import; what is booked stays."""


@dataclass(slots=True, kw_only=True)
class Control:
    """What holds an import that a worker carries out.

    `run_id` is the run, which was begun before, and `before` what it did so far: so many rows are
    passed over. `guard` is called in the transaction of each batch and undoes it by raising,
    `watch` between two batches with the bytes that were read, and ends the import by raising.
    `measure` is called at both ends of a dry run, in its transaction.
    """

    run_id: UUID
    before: Report
    guard: Callable[[Work, int], Awaitable[None]]
    watch: Callable[[int], Awaitable[None]]
    measure: Callable[[Work], Awaitable[None]]
    rejections: list[Rejection] = field(default_factory=list[Rejection])
    """Of a dry run: the first rows that were refused, to be kept once everything is undone."""


MAX_KEPT = 10_000
"""Refused rows of a dry run that are kept."""

GONE = (
    OSError,
    PoolExhausted,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""Trouble of the database itself: no row is to blame, and trying again at once is no use."""


@dataclass(slots=True)
class Batch(Generic[T]):
    """Rows that were read: what they say, and those that say nothing."""

    items: list[tuple[Row, T]] = field(default_factory=list[tuple[Row, T]])
    rejections: list[Rejection] = field(default_factory=list[Rejection])

    @property
    def size(self) -> int:
        """How many rows were read."""
        return len(self.items) + len(self.rejections)


@dataclass(slots=True, kw_only=True)
class Carrier(Generic[T]):
    """One import under way."""

    database: Database
    tenant_id: UUID
    actor: Actor
    table: Table
    columns: Columns
    parse: Callable[[Row], T]
    book: Callable[[Work, Sequence[T]], Awaitable[list[Outcome]]]
    report: Report
    on_progress: Callable[[Report, int], None] | None
    rejects: runs.RejectFile | None = None
    group_by: int | None = None
    """The column whose value the rows of one order share, in a file of lines."""
    numbers: tuple[int, int] | None = None
    """The columns of the orders' numbers and amounts, in a file that should have a row for each."""
    control: Control | None = None
    _broken: int = 0
    _dry: Work | None = None
    """The transaction of a dry run, which all batches share."""

    async def carry(self) -> None:
        """Every row of the table is booked, skipped or refused."""
        if not self.report.dry_run:
            await self._carry_all()
            return
        async with open_work(
            self.database, tenant_id=self.tenant_id, actor=self.actor, dry_run=True
        ) as self._dry:
            # Nobody else can gather statistics of rows that are not committed, and without them
            # the planner would read whole tables for every batch.
            await self._dry.fetch("set local enable_seqscan = off")
            if self.control is not None:
                await self.control.measure(self._dry)
            await self._carry_all()
            if self.control is not None:
                await self.control.measure(self._dry)

    async def _carry_all(self) -> None:
        rows = self._rows()
        if self.control is not None:
            await self._pass_over(rows, self.control.before.read)
        batch = await self._read(rows)
        done, measured = 0, 1
        while batch.size:
            following = asyncio.create_task(self._read(rows))
            try:
                await self._carry(batch)
                if self.control is not None:
                    await self.control.watch(self.table.read)
            except BaseException:
                following.cancel()
                raise
            if self.on_progress is not None:
                self.on_progress(self.report, self.table.read)
            batch = await following
            done += 1
            if done >= 2 * measured and not self.report.dry_run:
                # The planner knows nothing of a tenant whose rows have just come in; without
                # help it would read all of them again for every batch.
                await self.database.refresh_statistics()
                measured = done * 2

    async def _pass_over(self, rows: Iterator[Row], count: int) -> None:
        """Go on where a run stopped: its batches were counted in the order of the file."""
        for number in range(1, count + 1):
            if next(rows, None) is None:
                return
            if number % BATCH == 0:
                await asyncio.sleep(0)

    def _rows(self) -> Iterator[Row]:
        rows = self.table.rows()
        if self.group_by is not None:
            return group(rows, self.group_by)
        if self.numbers is None:
            return rows
        head = list(islice(rows, SAMPLE))
        good = [row for row in head if not isinstance(row, BadLine)]
        if (found := looks_like_lines(good, *self.numbers)) is not None:
            name = self.table.header[self.numbers[0]]
            msg = (
                f"in the first {found[1]:,} rows, {found[0]:,} values of `{name}` repeat with"
                f" different amounts. If the file has one row per order line, group them by it"
                f" (--group-by {name})"
            )
            raise FileRefused(msg)
        return chain(head, rows)

    async def _read(self, rows: Iterator[Row]) -> Batch[T]:
        """Return the next rows, parsed in slices between which the database is listened to."""
        batch = Batch[T]()
        parse = self.parse
        for number, row in enumerate(rows, start=1):
            if isinstance(row, BadLine):
                batch.rejections.append(
                    Rejection(row.line, None, row.code, row.message, row.values, _all(row))
                )
            else:
                try:
                    batch.items.append((row, parse(row)))
                except AppError as error:
                    batch.rejections.append(self._rejection(row, error))
            if number >= BATCH:
                break
            if number % _SLICE == 0:
                await asyncio.sleep(0)
        return batch

    async def _carry(self, batch: Batch[T]) -> None:
        """Book a batch; when it fails twice, each half alone, down to the row that is broken."""
        trouble: Exception | None = None
        for attempt in range(ATTEMPTS):
            try:
                part, rejections = await self._book(batch)
            except (tenants.TenantSuspended, RunOvertaken, *GONE):
                raise
            except CONTENDED as error:
                # Somebody wrote the same rows at the same time; no row of the file is to blame.
                trouble = error
                await asyncio.sleep(0.05 * 2**attempt)
            except Exception as error:  # noqa: BLE001 - whatever it is, the other rows go on
                trouble = error
                if attempt >= 1:
                    break
            else:
                self.report.add(part)
                if self.rejects is not None:
                    self.rejects.write(rejections)
                    self.report.rejected_file = self.rejects.path if self.report.rejected else None
                return
        assert trouble is not None, "a batch that was not booked met trouble"
        if len(batch.items) > 1:
            # In the order of the file: a run that breaks off goes on after the rows it has counted.
            middle = len(batch.items) // 2
            line = batch.items[middle][0].line
            early = [each for each in batch.rejections if each.line < line]
            late = [each for each in batch.rejections if each.line >= line]
            await self._carry(Batch(batch.items[:middle], early))
            await self._carry(Batch(batch.items[middle:], late))
            return
        await self._set_aside(batch, trouble)

    async def _set_aside(self, batch: Batch[T], trouble: Exception) -> None:
        """The row that nobody can book is refused, and everything else goes on."""
        self._broken += 1
        logger.error("an imported row could not be booked", exc_info=trouble)
        if self._broken > MAX_BROKEN or not batch.items:
            msg = f"more than {MAX_BROKEN} rows failed unexpectedly, the last one with: {trouble}"
            raise TooManyBroken(msg) from trouble
        ((row, _),) = batch.items
        message = f"the row could not be booked ({type(trouble).__name__}: {trouble})"
        rejection = Rejection(row.line, None, "unexpected", message, row.values, _all(row))
        await self._carry(Batch([], [*batch.rejections, rejection]))

    async def _book(self, batch: Batch[T]) -> tuple[Report, list[Rejection]]:
        """Book the batch in one transaction, together with the run's progress."""
        async with self._open() as work:
            outcomes = await self.book(work, [item for _, item in batch.items])
            part, rejections = self._count(batch, outcomes)
            if self.report.run_id is not None:
                await runs.reject(work, self.report.run_id, self.table.header, rejections)
                whole = self.report.plus(part)
                await runs.progress(work, self.report.run_id, part, whole)
                if self.control is not None:
                    await self.control.guard(work, part.read)
            elif self.control is not None:
                room = MAX_KEPT - len(self.control.rejections)
                self.control.rejections += rejections[:room]
        return part, rejections

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Work]:
        """Lend a transaction, or in a dry run a part of the one that is undone."""
        if self._dry is None:
            async with open_work(self.database, tenant_id=self.tenant_id, actor=self.actor) as work:
                yield work
            return
        async with self._dry.savepoint():
            yield self._dry
            # What is put off to the end of a transaction is done now, as it will be.
            await self._dry.close()

    def _count(
        self, batch: Batch[T], outcomes: Sequence[Outcome]
    ) -> tuple[Report, list[Rejection]]:
        part = Report(run_id=None, source="", dry_run=self.report.dry_run, read=batch.size)
        rejections = list(batch.rejections)
        enrolled: set[str] = set()
        for (row, _), outcome in zip(batch.items, outcomes, strict=True):
            if isinstance(outcome, AppError):
                rejections.append(self._rejection(row, outcome))
            elif isinstance(outcome, Skipped):
                part.skipped += 1
            else:
                part.booked += 1
                part.points += outcome.points
                if outcome.amount is not None and outcome.status is not None:
                    before = part.revenue.get(outcome.status, Decimal(0))
                    part.revenue[outcome.status] = before + outcome.amount
                if outcome.enrolled is not None:
                    enrolled.add(outcome.enrolled)
        part.new_members = len(enrolled)
        part.rejected = len(rejections)
        part.reasons.update(rejection.code for rejection in rejections)
        rejections.sort(key=lambda rejection: rejection.line)
        part.first_rejections = rejections[:SHOWN]
        return part, rejections

    def _rejection(self, row: Row, error: AppError) -> Rejection:
        """Say what is wrong with a row, by the name that the column has in this file."""
        if not error.fields:
            return Rejection(row.line, None, error.code, error.message, row.values, _all(row))
        wrong = error.fields[0]
        column, _, rest = wrong.field.partition(".")
        name = self.columns.names.get(column, column)
        message = f"{rest}: {wrong.message}" if rest else wrong.message
        return Rejection(row.line, name, wrong.code, message, row.values, _all(row))


def _all(row: Row) -> list[tuple[int, list[str]]]:
    """Return the rows of an order; none for a row that is all there is."""
    if isinstance(row, OrderRows | BadLine):
        return [(each.line, each.values) for each in row.rows]
    return []
