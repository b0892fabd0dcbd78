"""What a tenant may set about rewards."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from laurels.tenants import Section, register


@register
class RewardSettings(Section):
    """How rewards are redeemed, delivered and end."""

    section: ClassVar[str] = "rewards"

    enabled: bool = Field(
        default=True, description="Off: nothing is redeemed; what was redeemed stays as it is."
    )
    code_prefix: Annotated[str, StringConstraints(pattern="^[A-Z0-9-]*$")] = Field(
        default="", max_length=12,
        description="What generated codes begin with: capitals, digits and `-`.",
    )  # fmt: skip
    code_length: int = Field(
        default=10, strict=True, ge=8, le=24,
        description="Random characters of generated codes, prefix and dashes not counted.",
    )  # fmt: skip
    return_points_on_expiry: bool = Field(
        default=False, description="Points of a redemption that nobody used in time come back."
    )
    reopen_on_refund: bool = Field(
        default=False,
        description="A code used on a purchase can be used again once all of it is refunded.",
    )
    max_pending_per_member: int = Field(
        default=100, strict=True, ge=1, le=10_000,
        description="Redemptions that one member may wait for at once.",
    )  # fmt: skip
    low_codes: int = Field(
        default=10, strict=True, ge=0, le=1_000_000,
        description="`vouchers.nearly_used` is told when a pool has no more codes than this.",
    )  # fmt: skip
