"""What a tenant may set about earning, without writing rules."""

from decimal import Decimal
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from laurels.kit.values.fields import Amount, Flag, trim_money
from laurels.tenants import Section, SettingPoints, register


def _as_money(rate: Decimal) -> Decimal:
    return Decimal(trim_money(rate))


Rate = Annotated[Amount, Field(le=1_000_000, decimal_places=4), AfterValidator(_as_money)]


@register
class EarningSettings(Section):
    """How members earn points. The first two settings each manage an earning rule."""

    section: ClassVar[str] = "earning"

    points_per_dollar: Rate | None = Field(
        default=None,
        description="Points for one unit of the tenant's currency; 0: none; null: only your own"
        " rules decide. The setting manages a rule of its own, in addition to yours.",
    )
    welcome_points: SettingPoints | None = Field(
        default=None,
        description="Points for joining, once per member; 0: none; null: only your own rules"
        " decide.",
    )
    points_payments_earn: Flag = Field(
        default=False,
        description="Whether the part of a purchase that is paid with points earns points, too.",
    )
    birthday_known_days: Annotated[int, Field(strict=True, ge=0, le=366)] = Field(
        default=0,
        description="How many days before a birthday its date must be known for the birthday to"
        " count; 0: on the day is early enough.",
    )
