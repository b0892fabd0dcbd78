"""Importing files: purchases with their refunds, members, and the balances they bring."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
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
from .balances import BALANCE_COLUMNS, BalanceReading, BalanceRow, book_balances
from .balances import REQUIRED as BALANCES_NEED
from .booking import PurchaseItem, book_members, book_purchases
from .carrying import Carrier
from .catalogue import (
    REWARD_COLUMNS,
    REWARDS_NEED,
    VOUCHER_COLUMNS,
    CatalogueReading,
    RewardRow,
    VoucherRow,
    book_rewards,
    book_vouchers,
)
from .dialect import Dialect
from .errors import FileRefused
from .grouping import rows_of
from .parsing import (
    KNOWN_BY,
    LINE_COLUMNS,
    MEMBER_COLUMNS,
    PURCHASE_COLUMNS,
    REQUIRED,
    Reading,
    member_of,
)
from .reading import Columns, Row, Table, find_columns, open_table
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
    what sign-up rules say, `known_only` lets nobody new in. Without `with_tiers`
    purchases neither earn by tiers nor bring any.
    """

    file: Path
    rejects_dir: Path
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


async def import_purchases(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The purchases and refunds of the file are in the books, each once; return the difference.

    Whatever was there before is skipped, so a run that broke off is simply run again. Raise
    FileRefused, TenantSuspended or TooManyBroken.
    """
    tenant = await _tenant(database, tenant_id)
    source = _source(options)

    async def book(work: Work, items: Sequence[PurchaseItem]) -> list[Outcome]:
        return await book_purchases(
            work, items, source=source, welcome=options.welcome, with_tiers=options.with_tiers
        )

    def parse(places: Places) -> Parse[PurchaseItem]:
        return reading(places).purchase

    def parse_lines(places: Places) -> Callable[[list[list[str]]], PurchaseItem]:
        return reading(places).order

    def reading(places: Places) -> Reading:
        return Reading(places, source, tenant.currency, zone(tenant.time_zone), utc_now())

    kind = Kind("purchases", PURCHASE_COLUMNS, REQUIRED, parse, book, of_lines=parse_lines)
    return await _import(database, tenant_id, options, kind, on_progress)


async def import_members(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The members of the file exist with these profiles; empty cells leave what is there.

    Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    tenant = await _tenant(database, tenant_id)

    async def book(work: Work, items: Sequence[dict[str, Any]]) -> list[Outcome]:
        return await book_members(
            work, items, welcome=options.welcome, known_only=options.known_only
        )

    def parse(places: Places) -> Parse[dict[str, Any]]:
        where, now = zone(tenant.time_zone), utc_now()
        return lambda values: member_of(values, places, where, now)

    kind = Kind("members", MEMBER_COLUMNS, (), parse, book, one_of=KNOWN_BY)
    return await _import(database, tenant_id, options, kind, on_progress)


async def import_balances(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The points of the file are in its members' wallets, lot by lot, each row once.

    A run that broke off is simply run again. Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    tenant = await _tenant(database, tenant_id)
    source = _source(options)

    async def book(work: Work, items: Sequence[BalanceRow]) -> list[Outcome]:
        return await book_balances(
            work, items, source=source, welcome=options.welcome, known_only=options.known_only
        )

    def parse(places: Places) -> Parse[BalanceRow]:
        return BalanceReading(places, zone(tenant.time_zone), utc_now()).row

    kind = Kind("balances", BALANCE_COLUMNS, BALANCES_NEED, parse, book, one_of=("member", "email"))
    return await _import(database, tenant_id, options, kind, on_progress)


async def import_rewards(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The rewards of the file are in the catalogue, by name; empty cells leave what is there.

    Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    tenant = await _tenant(database, tenant_id)

    def parse(places: Places) -> Parse[RewardRow]:
        return CatalogueReading(places, zone(tenant.time_zone), utc_now()).reward

    kind = Kind("rewards", REWARD_COLUMNS, REWARDS_NEED, parse, book_rewards)
    return await _import(database, tenant_id, options, kind, on_progress)


async def import_vouchers(
    database: Database, tenant_id: UUID, options: Options, on_progress: OnProgress | None = None
) -> Report:
    """The codes of the file are in the pools of their rewards, each once.

    Raise FileRefused, TenantSuspended or TooManyBroken.
    """
    tenant = await _tenant(database, tenant_id)

    def parse(places: Places) -> Parse[VoucherRow]:
        return CatalogueReading(places, zone(tenant.time_zone), utc_now()).voucher

    kind = Kind("vouchers", VOUCHER_COLUMNS, VOUCHER_COLUMNS, parse, book_vouchers)
    return await _import(database, tenant_id, options, kind, on_progress)


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What sort of rows a file has: its columns, how a row is read, how rows are booked."""

    name: str
    columns: Sequence[str]
    required: Sequence[str]
    parse: Callable[[Places], Parse[T]]
    book: Book[T]
    one_of: Sequence[str] = ()
    of_lines: Callable[[Places], Callable[[list[list[str]]], T]] | None = None
    """How the rows of one order are read, where a file may have a row for each line."""


async def _import(
    database: Database,
    tenant_id: UUID,
    options: Options,
    kind: Kind[T],
    on_progress: OnProgress | None,
) -> Report:
    with open_table(options.file) as table:
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
        )
        return await _carry_out(carrier, kind.name, options)


def _columns(table: Table, kind: Kind[Any], options: Options) -> Columns:
    """Return where the columns stand. Raise FileRefused for one that is missing."""
    known, required = list(kind.columns), list(kind.required)
    mapping = dict(options.mapping)
    if options.group_by is not None:
        known += LINE_COLUMNS
        required = [name for name in required if name != "amount"] + ["unit_price"]
        if "external_id" not in {*mapping, *options.constants}:
            mapping["external_id"] = options.group_by
    columns = find_columns(
        table.header, known=known, required=required, mapping=mapping, constants=options.constants
    )
    if kind.one_of and columns.places.keys().isdisjoint(kind.one_of):
        listed = ", ".join(name for name in table.header if name)
        neither = " nor ".join(f"`{name}`" for name in kind.one_of)
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


async def _tenant(database: Database, tenant_id: UUID) -> tenants.TenantView:
    async with open_work(database, tenant_id=tenant_id) as work:
        return await tenants.require_active(work)


def _source(options: Options) -> str:
    source = options.file.name if options.source is None else options.source
    if not 1 <= len(source) <= MAX_SOURCE:
        msg = f"a source can have 1 to {MAX_SOURCE} characters; `{source[:80]}` has {len(source)}"
        raise FileRefused(f"{msg}; set one with --source")
    try:
        return check_key(source)
    except ValueError as error:
        msg = f"the source {error}; set one with --source"
        raise FileRefused(msg) from None


def _report(options: Options, columns: Columns) -> Report:
    return Report(
        run_id=None,
        source=_source(options),
        dry_run=options.dry_run,
        grouped=options.group_by is not None,
        ignored_columns=columns.ignored,
    )


async def _carry_out(carrier: Carrier[T], kind: str, options: Options) -> Report:
    """Carry the file within a run that says how far it came and how it ended."""
    report = carrier.report
    if options.dry_run:
        await carrier.carry()
        return report
    async with _work(carrier) as work:
        report.run_id = await runs.begin(
            work, kind=kind, source=report.source, file_name=options.file.name
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
