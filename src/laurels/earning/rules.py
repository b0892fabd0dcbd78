"""The earning rule as a value: when it fires, what it gives, how it lives with other rules.

Where rules compete:

* An `exclusive` rule that fires shuts out every other rule of the event, whatever their priority.
  Of several exclusive rules the highest priority wins, then the most points, then the lowest id.
  An exclusive multiplier has no points of its own: it keeps the rules whose points it multiplies
  and shuts out the other multipliers and the bonuses.
* In an `exclusion_group` only the best rule stays: most points, then highest priority, then
  lowest id. A multiplier is worth what it alone would add.
* Everything else stacks: points add up, and multipliers multiply each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from laurels.kit.conditions import Condition

MAX_POINTS: Final = 2**53 - 1
"""The most that one event can earn: the largest whole number JSON readers agree upon."""

Period = Literal["event", "day", "month", "lifetime"]
Stacking = Literal["stack", "exclusive"]
Base = Literal["amount", "net_amount"]
UsageKey = tuple[UUID, str]
"""A rule and one of its periods (`day:2026-11-21`)."""


@dataclass(frozen=True, slots=True)
class PointsPerMoney:
    """`rate` points per unit of currency, of the whole purchase or of its matching `lines`.

    The money is what was paid, or with the base `net_amount` the same less the tax in it.
    """

    rate: Decimal
    lines: Condition | None = None
    base: Base = "amount"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same points every time."""

    points: int


@dataclass(frozen=True, slots=True)
class PerUnit:
    """`points` for every `unit` of the numeric fact `of`; parts of a unit count in proportion.

    `lines` counts the quantity of matching lines and belongs to `purchase.lines.quantity` alone.
    """

    points: int
    unit: Decimal
    of: str
    lines: Condition | None = None


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Multiplies what the points-per-money rules of the same program give."""

    factor: Decimal


AwardForm = PointsPerMoney | Fixed | PerUnit | Multiplier


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many `points` per member and period; days and months are the tenant's local."""

    period: Period
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One version of a rule. The window is half open: `starts_at` belongs to it, `ends_at` not."""

    id: UUID
    version: int
    name: str
    trigger: str
    award: AwardForm
    priority: int = 0
    condition: Condition | None = None
    caps: tuple[Cap, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    stacking: Stacking = "stack"
    exclusion_group: str | None = None
    program_id: UUID | None = None
    missing: tuple[str, ...] = ()
    """Facts that it reads and nobody supplies any more: such a rule never fires."""

    def __post_init__(self) -> None:
        """Refuse what the engine could not compute; the API says it nicer and earlier."""
        award = self.award
        if isinstance(award, Multiplier) and self.caps:
            raise ValueError("A multiplier gives no points of its own that could be capped.")
        if isinstance(award, PointsPerMoney) and award.rate <= 0:
            raise ValueError("The rate must be more than 0.")
        if isinstance(award, PerUnit) and award.unit <= 0:
            raise ValueError("The unit must be more than 0.")
        if isinstance(award, Multiplier) and award.factor <= 0:
            raise ValueError("The factor must be more than 0.")


@lru_cache(maxsize=1024)
def period_keys(local_date: date) -> Mapping[Period, str]:
    """The name under which usage is counted on that local day, for every period."""
    day = local_date.isoformat()
    keys: dict[Period, str] = {
        "event": "event",
        "day": f"day:{day}",
        "month": f"month:{day[:7]}",
        "lifetime": "lifetime",
    }
    return MappingProxyType(keys)
