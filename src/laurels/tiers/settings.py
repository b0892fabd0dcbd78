"""What a tenant may set about tiers."""

from typing import ClassVar, Literal

from pydantic import Field

from laurels.tenants import Section, register


@register
class TierSettings(Section):
    """How members step down the ladder, and whether tiers multiply points."""

    section: ClassVar[str] = "tiers"

    step_down: Literal["highest_met", "one_level"] = Field(
        default="highest_met",
        description="Where members go when a tier is not earned again: to the highest tier they"
        " still qualify for, or down at most one level.",
    )
    notice_days: int = Field(
        default=30,
        strict=True,
        ge=0,
        le=365,
        description="How many days before a tier expires the event `tier.expiry_announced` is"
        " emitted, if the tier would not be renewed as things stand; 0: never.",
    )
    multipliers_enabled: bool = Field(
        default=True, description="Whether tiers multiply earned points."
    )
