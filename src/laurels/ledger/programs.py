"""Programs: kinds of points, read once per transaction."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels import audit, tenants
from laurels.kit.db.columns import columns
from laurels.kit.db.sql import statements
from laurels.kit.hot import prefetch
from laurels.kit.http.paging import ALL, MAX_PAGE, Asked, Found, Listing, number, text
from laurels.kit.values.ids import new_id
from laurels.kit.values.money import scale
from laurels.kit.values.time import zone
from laurels.kit.work import Work

from .errors import (
    ProgramArchived,
    ProgramInUse,
    ProgramInvalid,
    ProgramManaged,
    ProgramNameTaken,
    ProgramNotFound,
)
from .lots import Dates
from .settings import LedgerSettings

SQL = statements(__name__)

_DOWN = Context(prec=60, rounding=ROUND_DOWN)


@dataclass(frozen=True, slots=True)
class Named:
    """What a program is called, what its unit is, and what points are worth that are spent."""

    name: str
    unit_name: str
    point_value: Decimal
    minimum: int
    currency: str

    def worth(self, points: int) -> Decimal:
        """Return what so many points are worth as money, rounded down to the smallest coin."""
        coin = Decimal(1).scaleb(-scale(self.currency))
        return _DOWN.quantize(_DOWN.multiply(self.point_value, points), coin)


@dataclass(frozen=True, slots=True)
class Programs:
    """The tenant's programs: what each says about dates, its names, and which is the default."""

    default_id: UUID
    dates: dict[UUID, Dates]
    named: dict[UUID, Named]
    archived: frozenset[UUID] = frozenset()


def _read_programs(text: str | None) -> Programs | None:
    """Return the programs as the statement above tells them, None without a default one."""
    rows: list[list[Any]] = orjson.loads(text or "[]")
    default = next((UUID(row[0]) for row in rows if row[1]), None)
    if default is None:
        return None
    return Programs(
        default,
        {UUID(row[0]): Dates(row[2], row[3], row[4], zone(row[7])) for row in rows},
        {UUID(row[0]): Named(row[5], row[6], Decimal(row[9]), row[10], row[11]) for row in rows},
        frozenset(UUID(row[0]) for row in rows if row[8]),
    )


prefetch(Programs, SQL.told_programs, _read_programs)


async def load_programs(work: Work) -> Programs:
    """Return the tenant's programs. Raise ProgramNotFound when it has no default one."""
    known = work.memo.get(Programs)
    if known is not None:
        return known
    row = await work.fetchrow(f"select ({SQL.told_programs})::text", work.tenant_id)
    programs = _read_programs(row[0] if row else None)
    if programs is None:
        msg = "This tenant has no default program. Create the tenant with a preset."
        raise ProgramNotFound(msg)
    work.memo[Programs] = programs
    return programs


async def default_program(work: Work) -> UUID:
    """Return the tenant's default program. Raise ProgramNotFound when it has none."""
    return (await load_programs(work)).default_id


async def worth(work: Work, points: int, program_id: UUID | None = None) -> Decimal:
    """Return what so many points are worth when they are paid with, rounded down.

    None is the default program. Raise ProgramNotFound.
    """
    programs = await load_programs(work)
    named = programs.named.get(program_id or programs.default_id)
    if named is None:
        raise ProgramNotFound(field="program_id")
    return named.worth(points)


async def program_ids(work: Work) -> dict[str, UUID]:
    """Return the programs by name. Raise ProgramNotFound when the tenant has no default one."""
    return {
        program.name: program_id
        for program_id, program in (await load_programs(work)).named.items()
    }


async def create_program(work: Work, **values: Any) -> UUID:
    """A kind of points exists, with these values by column name; the rest has defaults.

    Raise ProgramNameTaken, ProgramInvalid when it would lapse before it ripens, ProgramManaged or
    PlanExceeded.
    """
    if values.get("is_default"):
        values = await _as_settings_say(work, values)
    await tenants.lock_counts(work)
    row = await work.fetchrow(SQL.count_programs, work.tenant_id)
    await tenants.require_room(work, "programs", row["programs"] if row else 0)
    program_id, row = new_id(), columns(values)
    await _write(
        work,
        f"insert into laurels.programs (tenant_id, id, {row.names}) values ($1, $2, {row.marks})",
        program_id,
        values,
    )
    await audit.record(work, "ledger.program_created", "program", program_id, after=values)
    return program_id


async def change_program(work: Work, program_id: UUID, values: dict[str, Any]) -> None:
    """The program has these values. Points already earned keep the dates they came with.

    Raise ProgramNotFound, ProgramNameTaken, ProgramInvalid or ProgramManaged.
    """
    if values.get("is_default"):
        await _lock_all(work)
    before = await get_program(work, program_id)
    if values.get("is_default") and before["archived_at"] is not None:
        raise ProgramArchived(field="is_default")
    if values.get("is_default") or (before["is_default"] and "expiry_days" in values):
        values = await _as_settings_say(work, values)
    await _change(work, program_id, before, values)


async def _as_settings_say(work: Work, values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of a default program with the expiry that settings say, if they do."""
    settings = await tenants.hold(work, LedgerSettings)
    if not settings.decides:
        return values
    if values.get("expiry_days", settings.expiry_days) != settings.expiry_days:
        name = "points_expire_days" if settings.points_expire_enabled else "points_expire_enabled"
        msg = f"`expiry_days` of the default program follows the setting `ledger.{name}`."
        raise ProgramManaged(msg, field="expiry_days", setting=f"ledger.{name}")
    return {**values, "expiry_days": settings.expiry_days}


@tenants.on_settings_change(LedgerSettings)
async def follow_settings(work: Work, _: LedgerSettings, settings: LedgerSettings) -> None:
    """The default program lets points lapse as the settings say; lots that are there stay."""
    if not settings.decides:
        return
    program_id = (await load_programs(work)).default_id
    before = await get_program(work, program_id)
    if before["expiry_days"] == settings.expiry_days:
        return
    try:
        await _change(work, program_id, before, {"expiry_days": settings.expiry_days})
    except ProgramInvalid:
        days = before["maturity_days"]
        msg = f"must be more than {days}, the days after which points can be spent"
        raise tenants.TenantInvalid(msg, field="points_expire_days") from None


async def _change(
    work: Work, program_id: UUID, before: asyncpg.Record, values: dict[str, Any]
) -> None:
    if values:
        row = columns(values)
        await _write(
            work,
            f"update laurels.programs set {row.pairs} where tenant_id = $1 and id = $2",
            program_id,
            values,
        )
        was = {name: before[name] for name in values}
        await audit.record(
            work, "ledger.program_changed", "program", program_id, before=was, after=values
        )


async def _write(work: Work, sql: str, program_id: UUID, values: dict[str, Any]) -> None:
    """Write a program. One that becomes the default takes the place of the one before."""
    try:
        async with work.savepoint():
            if values.get("is_default"):
                await _lock_all(work)
                await work.fetch(SQL.yield_default, work.tenant_id, program_id)
            await work.fetch(sql, work.tenant_id, program_id, *values.values())
    except asyncpg.UniqueViolationError:
        raise ProgramNameTaken(field="name") from None
    except asyncpg.CheckViolationError:
        raise ProgramInvalid(field="expiry_days") from None
    work.memo.pop(Programs, None)


async def _lock_all(work: Work) -> None:
    """Which program is the default stands still; whoever looks later sees the earlier change."""
    await work.fetch(SQL.lock_programs, work.tenant_id)


async def get_program(work: Work, program_id: UUID) -> asyncpg.Record:
    """Return a program. Raise ProgramNotFound."""
    row = await work.fetchrow(f"{SQL.programs} and id = $2", work.tenant_id, program_id)
    if row is None:
        raise ProgramNotFound
    return row


async def find_programs(work: Work, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return programs by id, archived ones too."""
    rows = await work.fetch(f"{SQL.programs} and id = any($2)", work.tenant_id, list(ids))
    return {row["id"]: dict(row) for row in rows}


PROGRAMS = Listing(
    moment="created_at",
    happened="Made",
    sorts={
        "default_first": number("case when is_default then 0 else 1 end"),
        "created_at": None,
        "name": text("name"),
    },
    default="default_first",
    limit=MAX_PAGE,
    words="`default_first` starts with the default program.",
)


async def list_programs(
    work: Work, *, archived: bool = False, asked: Asked = ALL
) -> Found[dict[str, Any]]:
    """Return the programs, usually the default one first, or the archived ones."""
    sql = f"{SQL.programs} and (archived_at is not null) = $2"
    return await PROGRAMS.fetch(work, asked, sql, work.tenant_id, archived)


async def set_archived(work: Work, program_id: UUID, *, archived: bool) -> None:
    """Nothing more is earned in the program, or it is again; what is there can be spent anyway.

    A repeat changes nothing. Raise ProgramNotFound, or ProgramInUse for the default program.
    """
    await _lock_all(work)
    before = await get_program(work, program_id)
    if (before["archived_at"] is not None) == archived:
        return
    if before["is_default"]:
        raise ProgramInUse
    await work.fetch(SQL.set_archived, work.tenant_id, program_id, work.now if archived else None)
    work.memo.pop(Programs, None)
    await audit.record(
        work,
        "ledger.program_archived" if archived else "ledger.program_restored",
        "program",
        program_id,
    )


async def apply_preset(work: Work, preset: str) -> None:
    """The tenant has the program of its preset; a shop's settings say when its points lapse."""
    await create_program(work, name="Points", is_default=True)
    if preset == "shopify":
        await tenants.change_section(work, LedgerSettings.section, {"points_expire_enabled": False})
