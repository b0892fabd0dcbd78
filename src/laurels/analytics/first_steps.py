"""What a new tenant does first, and what of it is done: read from the books, ticked by nobody."""

from dataclasses import dataclass
from typing import Final

from laurels import tenants
from laurels.kit.db.sql import statements
from laurels.kit.work import Work

SQL = statements(__name__)

USUAL: Final = ("name", "brand", "rule", "reward", "staff", "member", "purchase")
"""The steps of somebody with a till, in their order."""
BY_PRESET: Final = {
    "shopify": ("name", "brand", "rule", "reward", "integration", "import", "staff", "purchase"),
}
"""A shop is connected by a program, and has customers already."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step by its name, and whether it is done."""

    name: str
    done: bool


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """The steps of a tenant, and whether its staff wants to see them."""

    shown: bool
    steps: list[Step]


async def first_steps(work: Work) -> FirstSteps:
    """Return what the tenant does first, by its preset, and what of it is done."""
    row = await work.fetchrow(SQL.first_steps, work.tenant_id)
    if row is None:
        raise tenants.TenantNotFound
    shown = (await tenants.read(work, tenants.ConsoleSettings)).first_steps
    names = BY_PRESET.get(row["preset"], USUAL)
    return FirstSteps(shown, [Step(name, row[name]) for name in names])
