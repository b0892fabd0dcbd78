"""Codes of rewards as the API speaks of them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from laurels.kit.values.fields import IdOf, Schema, View

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
    """The outcome for one code."""

    code: str = Field(description="The code as it is stored; an invalid one as it was sent.")
    outcome: Literal["added", "duplicate", "withdrawn", "assigned", "unknown", "invalid"] = Field(
        description="`added` or `withdrawn`: done. `duplicate`: it already existed. `assigned`: a"
        " member has it, so it stays. `unknown`: there is no such code. `invalid`: it is not a"
        " valid code."
    )
    reason: str | None = Field(default=None, description="Why it is not a valid code.")


class CodesOut(View):
    """The outcome for each code, in the order in which they were sent."""

    data: list[HandledOut] = Field(
        description="The outcome for each code, in the order in which they were sent."
    )
    codes_left: int = Field(description="Codes that are not assigned yet.")


class VoucherOut(View):
    """A code of a reward; without a redemption it is unassigned or withdrawn."""

    id: VoucherId
    reward_id: RewardId = Field(description="The reward that it belongs to.")
    code: str = Field(description="The code that the member shows or types in.")
    origin: str = Field(
        description="`generated` by Laurels, uploaded to the `pool`, or `delivered` by a person or"
        " a provider."
    )
    redemption_id: RedemptionId | None = Field(
        description="The redemption it is assigned to; null while it is not."
    )
    assigned_at: datetime | None = Field(description="When it was assigned; null until then.")
    withdrawn_at: datetime | None = Field(
        description="When it was withdrawn from the pool; null if it was not."
    )
    created_at: datetime
