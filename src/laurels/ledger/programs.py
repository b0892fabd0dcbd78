"""Programs: kinds of points, read once per transaction."""

from dataclasses import dataclass
from uuid import UUID

from laurels import tenants
from laurels.kit.ids import new_id
from laurels.kit.time import zone
from laurels.kit.work import Work

from .errors import ProgramNotFound
from .lots import Dates


@dataclass(frozen=True, slots=True)
class Programs:
    """The tenant's programs: what each says about dates, and which one is the default."""

    default_id: UUID
    dates: dict[UUID, Dates]


async def load_programs(work: Work) -> Programs:
    """Return the tenant's programs. Raise ProgramNotFound when it has no default one."""
    known = work.memo.get(Programs)
    if known is not None:
        return known
    tenant = await tenants.current(work)
    rows = await work.fetch(
        "select id, is_default, maturity_days, expiry_days, grace_days"
        " from laurels.programs where tenant_id = $1",
        work.tenant_id,
    )
    time_zone = zone(tenant.time_zone)
    dates = {row[0]: Dates(row[2], row[3], row[4], time_zone) for row in rows}
    default = next((row[0] for row in rows if row[1]), None)
    if default is None:
        msg = "This tenant has no default program; furnish it with a preset."
        raise ProgramNotFound(msg)
    found = Programs(default, dates)
    work.memo[Programs] = found
    return found


async def create_program(
    work: Work,
    *,
    name: str,
    is_default: bool = False,
    unit_name: str = "points",
    maturity_days: int = 0,
    expiry_days: int | None = None,
    grace_days: int = 30,
) -> UUID:
    """A kind of points exists. Later changes of its dates never touch points already earned."""
    program_id = new_id()
    await work.fetch(
        "insert into laurels.programs (tenant_id, id, name, unit_name, is_default, maturity_days,"
        " expiry_days, grace_days) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        work.tenant_id, program_id, name, unit_name, is_default, maturity_days, expiry_days,
        grace_days,
    )  # fmt: skip
    work.memo.pop(Programs, None)
    return program_id


async def furnish(work: Work, preset: str) -> None:
    """The tenant has the program of its preset."""
    assert preset == "plain", "tenants.create knows the presets"
    await create_program(work, name="Points", is_default=True)
