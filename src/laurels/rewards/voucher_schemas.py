"""Codes of rewards as the API speaks of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from laurels.kit.schema import IdOf, Schema, View

from .schemas import RedemptionId, RewardId
from .vouchers import MAX_CODES

VoucherId = Annotated[UUID, IdOf("voucher")]


class CodesIn(Schema):
    """Up to 1,000 codes."""

    codes: list[Annotated[str, Field(max_length=1000)]] = Field(
        min_length=1,
        max_length=MAX_CODES,
        examples=[["TEA-001", "TEA-002"]],
        description="The codes, 1 to 1,000.",
    )


class HandledOut(View):
    """What was done about one code."""

    code: str = Field(description="The code as it is kept; one that is invalid as it was sent.")
    outcome: Literal["added", "duplicate", "withdrawn", "assigned", "unknown", "invalid"] = Field(
        description="`added` or `withdrawn`: done. `duplicate`: it was there. `assigned`: a"
        " member has it, it stays. `unknown`: there is no such code. `invalid`: it cannot be one."
    )
    reason: str | None = Field(default=None, description="Why it cannot be a code.")


class CodesOut(View):
    """What was done about each code, in the order in which they were sent."""

    data: list[HandledOut] = Field(
        description="What was done about each code, in the order in which they were sent."
    )
    codes_left: int = Field(description="Codes that nobody has yet.")


class VoucherOut(View):
    """A code of a reward; without a redemption it is free, or withdrawn."""

    id: VoucherId
    reward_id: RewardId = Field(description="The reward that it belongs to.")
    code: str = Field(description="What the member shows or types in.")
    origin: str = Field(
        description="`generated` here, from the uploaded `pool`, or `delivered` by a person or"
        " a provider."
    )
    redemption_id: RedemptionId | None = Field(
        description="The redemption that it was given to; null while nobody has it."
    )
    assigned_at: datetime | None = Field(
        description="When it was given out; null while nobody has it."
    )
    withdrawn_at: datetime | None = Field(
        description="When it was taken out of the pool; null while it is in."
    )
    created_at: datetime
