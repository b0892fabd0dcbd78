"""What a tenant may set about rewards."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from laurels.tenants import Section, register


@register
class RewardSettings(Section):
    """How rewards are redeemed, are delivered and expire."""

    section: ClassVar[str] = "rewards"

    enabled: bool = Field(
        default=True,
        description="Whether rewards can be redeemed. Off: existing redemptions stay as they are.",
    )
    code_prefix: Annotated[str, StringConstraints(pattern="^[A-Z0-9-]*$")] = Field(
        default="",
        max_length=12,
        description="Prefix of generated codes: capital letters, digits and `-`.",
    )
    code_length: int = Field(
        default=10,
        strict=True,
        ge=8,
        le=24,
        description="Number of random characters in generated codes, without prefix and dashes.",
    )
    return_points_on_expiry: bool = Field(
        default=False,
        description="Whether points of a redemption that expires unused are returned.",
    )
    reopen_on_refund: bool = Field(
        default=False,
        description="Whether a code used on a purchase can be used again once the purchase is"
        " refunded in full.",
    )
    max_pending_per_member: int = Field(
        default=100,
        strict=True,
        ge=1,
        le=10_000,
        description="Number of pending redemptions that a member may have at once.",
    )
    low_codes: int = Field(
        default=10,
        strict=True,
        ge=0,
        le=1_000_000,
        description="The event `vouchers.nearly_used` is emitted when a pool has this many codes"
        " left or fewer.",
    )
