"""Importing files: purchases with their refunds, members, and the balances they bring."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID

from laurels import tenants
from laurels.kit.db.pool import Database
from laurels.kit.errors import AppError
from laurels.kit.values.text import check_key
from laurels.kit.values.time import utc_now, zone
from laurels.kit.work import OPERATOR, Actor, Work, open_work

from . import runs
from .balances import BalanceReading, BalanceRow, book_balances
from .booking import PurchaseItem, book_members, book_purchases
from .carrying import Carrier, Control
from .catalogue import (
    CatalogueReading,
    RewardRow,
    VoucherRow,
    book_rewards,
    book_vouchers,
)
from .dialect import Dialect
from .errors import FileRefused, RowInvalid
from .forms import BALANCES, MEMBERS, PURCHASES, REWARDS, VOUCHERS, Form
from .grouping import group, rows_of
from .parsing import LINE_COLUMNS, Reading, member_of
from .reading import BadLine, Columns, Row, Table, find_columns, open_table
from .report import Outcome, Report

MAX_SOURCE = 64
T = TypeVar("T")
Places = Mapping[str, int]
Parse = Callable[[list[str]], T]
Book = Callable[[Work, Sequence[T]], Awaitable[list[Outcome]]]
OnProgress = Callable[[Report, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a file is to be imported.

    `source` begins the natural keys of its rows (else: the file's name), `mapping` says what a
    column is called in the file, `constants` gives columns one value for all rows, `dialect` says
    how numbers and dates are written. `group_by` names the column of the file that the rows of one
    order share. `rejects_dir` is where refused rows are written, `welcome` lets new members earn
    what sign-up rules say, `known_only` lets nobody new in. `file_name` is what people call the
    file, where it is not the one on the disk; `control` is there when a worker carries it out.
    Without `with_tiers` purchases neither earn by tiers nor bring any.
    """

    file: Path
    rejects_dir: Path = Path()
    source: str | None = None
    mapping: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    constants: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dialect: Dialect = field(default_factory=Dialect)
    group_by: str | None = None
    dry_run: bool = False
    welcome: bool = False
    known_only: bool = False
    with_tiers: bool = True
    actor: Actor = OPERATOR
    file_name: str | None = None
    control: Control | None = None

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.file_name or self.file.name


async def import_purchases(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The purchases and refunds of the file are in the books, each once; return the difference.

    Whatever was there before is skipped, so a run that broke off is simply run again. Raise
    FileRefused, TenantSuspended or TooManyBroken.
    """
    return await import_file(database, tenant_id, "purchases", options, on_progress)


async def import_members(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The members of the file exist with these profiles; empty cells leave what is there.

    Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    return await import_file(database, tenant_id, "members", options, on_progress)


async def import_balances(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The points of the file are in its members' wallets, lot by lot, each row once.

    A run that broke off is simply run again. Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    return await import_file(database, tenant_id, "balances", options, on_progress)


async def import_rewards(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The rewards of the file are in the catalogue, by name; empty cells leave what is there.

    Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    return await import_file(database, tenant_id, "rewards", options, on_progress)


async def import_vouchers(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The codes of the file are in the pools of their rewards, each once.

    Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    return await import_file(database, tenant_id, "vouchers", options, on_progress)


def _purchases(tenant: tenants.TenantView, options: Options) -> "Kind[PurchaseItem]":
    source = source_of(options)

    async def book(work: Work, items: Sequence[PurchaseItem]) -> list[Outcome]:
        return await book_purchases(
            work, items, source=source, welcome=options.welcome, with_tiers=options.with_tiers
        )

    def reading(places: Places) -> Reading:
        return Reading(places, source, tenant.currency, zone(tenant.time_zone), utc_now())

    return Kind(
        PURCHASES,
        lambda places: reading(places).purchase,
        book,
        of_lines=lambda places: reading(places).order,
    )


def _members(tenant: tenants.TenantView, options: Options) -> "Kind[dict[str, Any]]":
    async def book(work: Work, items: Sequence[dict[str, Any]]) -> list[Outcome]:
        return await book_members(
            work, items, welcome=options.welcome, known_only=options.known_only
        )

    def parse(places: Places) -> Parse[dict[str, Any]]:
        where, now = zone(tenant.time_zone), utc_now()
        return lambda values: member_of(values, places, where, now)

    return Kind(MEMBERS, parse, book)


def _balances(tenant: tenants.TenantView, options: Options) -> "Kind[BalanceRow]":
    source = source_of(options)

    async def book(work: Work, items: Sequence[BalanceRow]) -> list[Outcome]:
        return await book_balances(
            work, items, source=source, welcome=options.welcome, known_only=options.known_only
        )

    where = zone(tenant.time_zone)
    return Kind(BALANCES, lambda places: BalanceReading(places, where, utc_now()).row, book)


def _rewards(tenant: tenants.TenantView, options: Options) -> "Kind[RewardRow]":
    del options
    where = zone(tenant.time_zone)

    def parse(places: Places) -> Parse[RewardRow]:
        return CatalogueReading(places, where, utc_now()).reward

    return Kind(REWARDS, parse, book_rewards)


def _vouchers(tenant: tenants.TenantView, options: Options) -> "Kind[VoucherRow]":
    del options
    where = zone(tenant.time_zone)

    def parse(places: Places) -> Parse[VoucherRow]:
        return CatalogueReading(places, where, utc_now()).voucher

    return Kind(VOUCHERS, parse, book_vouchers)


_KINDS: Mapping[str, Callable[[tenants.TenantView, Options], "Kind[Any]"]] = MappingProxyType(
    {
        "purchases": _purchases,
        "members": _members,
        "balances": _balances,
        "rewards": _rewards,
        "vouchers": _vouchers,
    }
)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What sort of rows a file has, how a row is read, and how rows are booked."""

    form: Form
    parse: Callable[[Places], Parse[T]]
    book: Book[T]
    of_lines: Callable[[Places], Callable[[list[list[str]]], T]] | None = None
    """How the rows of one order are read, where a file may have a row for each line."""


async def import_file(
    database: Database,
    tenant_id: UUID,
    kind_name: str,
    options: Options,
    on_progress: OnProgress | None = None,
) -> Report:
    """The rows of the file are booked as rows of this kind; return the difference.

    Raise FileRefused, TenantSuspended or TooManyBroken; of a run under control also what ends it.
    """
    async with open_work(database, tenant_id=tenant_id) as work:
        tenant = await tenants.require_active(work)
    kind = _KINDS[kind_name](tenant, options)
    with open_table(options.file, options.file_name) as table:
        grouping = _group_by(table, kind, options)
        columns = _columns(table, kind, options)
        carrier = Carrier(
            database=database,
            tenant_id=tenant_id,
            actor=options.actor,
            table=table,
            columns=columns,
            parse=_parser(kind, columns, options),
            book=kind.book,
            report=_report(options, columns),
            on_progress=on_progress,
            group_by=grouping,
            numbers=_numbers(table, kind, columns) if grouping is None else None,
            control=options.control,
        )
        return await _carry_out(carrier, kind.form.kind, options)


@dataclass(frozen=True, slots=True)
class Sample:
    """What some rows of a file say: which columns are read, and what is wrong with which rows."""

    columns: Mapping[str, str]
    ignored: Sequence[str]
    rejections: Mapping[int, AppError]
    read: int


def try_rows(
    table: Table, tenant: tenants.TenantView, kind_name: str, options: Options, *, limit: int
) -> Sample:
    """Read the first rows without booking them. Raise FileRefused where none could be."""
    kind = _KINDS[kind_name](tenant, options)
    grouping = _group_by(table, kind, options)
    columns = _columns(table, kind, options)
    parse = _parser(kind, columns, options)
    rows = table.rows() if grouping is None else group(table.rows(), grouping)
    wrong: dict[int, AppError] = {}
    tried = list(islice(rows, limit))
    for row in tried:
        if isinstance(row, BadLine):
            wrong[row.line] = RowInvalid(row.message)
            continue
        try:
            parse(row)
        except AppError as error:
            wrong[row.line] = error
    return Sample(columns.names, columns.ignored, wrong, len(tried))


def _columns(table: Table, kind: Kind[Any], options: Options) -> Columns:
    """Return where the columns stand. Raise FileRefused for one that is missing."""
    known, required = list(kind.form.columns), list(kind.form.required)
    mapping = dict(options.mapping)
    if options.group_by is not None:
        known += LINE_COLUMNS
        required = [name for name in required if name != "amount"] + ["unit_price"]
        if "external_id" not in {*mapping, *options.constants}:
            mapping["external_id"] = options.group_by
    columns = find_columns(
        table.header, known=known, required=required, mapping=mapping, constants=options.constants
    )
    if kind.form.one_of and columns.places.keys().isdisjoint(kind.form.one_of):
        listed = ", ".join(name for name in table.header if name)
        neither = " nor ".join(f"`{name}`" for name in kind.form.one_of)
        raise FileRefused(f"the file has neither {neither}; it has: {listed}")
    return columns


def _group_by(table: Table, kind: Kind[Any], options: Options) -> int | None:
    """Return the place of the column that rows of one order share. Raise FileRefused."""
    if options.group_by is None:
        return None
    if kind.of_lines is None:
        raise FileRefused("only purchase files can have a row for each line")
    return find_columns(
        table.header, known=["group"], required=["group"], mapping={"group": options.group_by}
    ).places["group"]


def _numbers(table: Table, kind: Kind[Any], columns: Columns) -> tuple[int, int] | None:
    """Return where orders have their numbers and amounts, if rows could be lines of orders."""
    if kind.of_lines is None:
        return None
    number, amount = columns.places["external_id"], columns.places["amount"]
    return (number, amount) if max(number, amount) < len(table.header) else None


def _parser(kind: Kind[T], columns: Columns, options: Options) -> Callable[[Row], T]:
    """Return how a row is read: constants added, numbers and dates written as we read them."""
    dialect, constants, places = options.dialect, columns.constants, columns.places

    def plain(values: list[str]) -> list[str]:
        full = [*values, *constants] if constants else values
        return full if dialect.plain else dialect.translate(full, places)

    if options.group_by is not None:
        assert kind.of_lines is not None, "a file is grouped only where that has a meaning"
        of_lines = kind.of_lines(places)
        return lambda row: of_lines([plain(each.values) for each in rows_of(row)])
    one = kind.parse(places)
    return lambda row: one(plain(row.values))


async def has_imported(work: Work, *, kind: str, source: str) -> bool:
    """Return whether a file of this source was imported to its end."""
    return await runs.has_finished(work, kind=kind, source=source)


def source_of(options: Options) -> str:
    """Return the name that the file's natural keys begin with. Raise FileRefused."""
    source = options.name if options.source is None else options.source
    if not 1 <= len(source) <= MAX_SOURCE:
        msg = f"a source can have 1 to {MAX_SOURCE} characters; `{source[:80]}` has {len(source)}"
        raise FileRefused(f"{msg}; set another one (--source)")
    try:
        return check_key(source)
    except ValueError as error:
        msg = f"the source {error}; set another one (--source)"
        raise FileRefused(msg) from None


def _report(options: Options, columns: Columns) -> Report:
    return Report(
        run_id=None,
        source=source_of(options),
        dry_run=options.dry_run,
        grouped=options.group_by is not None,
        ignored_columns=columns.ignored,
    )


async def _carry_out(carrier: Carrier[T], kind: str, options: Options) -> Report:
    """Carry the file within a run that says how far it came and how it ended."""
    report = carrier.report
    if options.control is not None and not options.dry_run:
        report.run_id = options.control.run_id
        report.add(options.control.before)
    if options.dry_run or options.control is not None:
        await carrier.carry()
        return report
    async with _work(carrier) as work:
        report.run_id = await runs.begin(
            work,
            kind=kind,
            source=report.source,
            file_name=options.name,
            columns=carrier.table.header,
        )
    carrier.rejects = runs.RejectFile(options.rejects_dir, report.run_id, carrier.table.header)
    try:
        await carrier.carry()
    except AppError:
        # When the database is gone the run stays `running`; the next one will see to it.
        async with _work(carrier) as work:
            await runs.end(work, report.run_id, "failed")
        raise
    finally:
        carrier.rejects.close()
    async with _work(carrier) as work:
        await runs.end(work, report.run_id, "finished")
    return report


def _work(carrier: Carrier[T]) -> AbstractAsyncContextManager[Work]:
    return open_work(carrier.database, tenant_id=carrier.tenant_id, actor=carrier.actor)
