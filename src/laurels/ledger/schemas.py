"""The ledger as the API speaks of it. Every number is a whole number of points."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from laurels.kit.schema import Code, IdOf, Moment, Note, Points, Schema, View

WalletId = Annotated[UUID, IdOf("wallet")]
HoldId = Annotated[UUID, IdOf("hold")]
TransactionId = Annotated[UUID, IdOf("transaction")]
MemberId = Annotated[UUID, IdOf("member")]
ProgramId = Annotated[UUID, IdOf("program")]
LotId = Annotated[UUID, IdOf("lot")]
Source = Annotated[
    str, StringConstraints(pattern="^(manual|import|migration|referral|review|social_share"
                           "|birthday|campaign|steps|achievement|redemption)$")
]  # fmt: skip


class MoveIn(Schema):
    """Points to credit or debit by hand or by another system."""

    points: Points = Field(description="How many points, more than 0.", examples=[100])
    reason: Note | None = Field(default=None, description="Why, for the statement.")
    source: Source = Field(default="manual", description="What brings it about.")
    external_id: Code | None = Field(
        default=None, description="Natural key within the source; a repeat changes nothing."
    )


class CreditIn(MoveIn):
    """Points to credit."""

    expires_at: Moment | None = Field(
        default=None, description="When they lapse; absent: as the program says."
    )


class HoldIn(Schema):
    """Points to set aside."""

    points: Points
    reason: Note | None = None
    expires_at: Moment | None = Field(default=None, description="When the hold lets go by itself.")


class CaptureIn(Schema):
    """How much of a hold to spend; absent: all. The rest is released."""

    points: Points | None = None
    reason: Note | None = None


class ReleaseIn(Schema):
    """Why a hold is released."""

    reason: Note | None = None


class ReverseIn(Schema):
    """Why a transaction is taken back."""

    reason: Note | None = None


class WalletOut(View):
    """A member's points of one program: balance = available + pending + held."""

    id: WalletId
    member_id: MemberId
    program_id: ProgramId
    program_name: str
    unit_name: str
    available: int
    pending: int
    held: int
    debt: int
    balance: int
    lifetime_earned: int
    lifetime_redeemed: int
    lifetime_expired: int
    updated_at: datetime


class WalletsOut(View):
    """All wallets of a member."""

    data: list[WalletOut]


class TransactionOut(View):
    """One movement: `points` is what it is worth, `amount` what it did to the balance."""

    id: TransactionId
    wallet_id: WalletId
    seq: int
    type: str
    source: str
    source_id: str | None
    points: int
    amount: int
    debt_delta: int
    balance_after: int
    reverses_id: TransactionId | None
    reason: str | None
    actor_type: str
    actor_id: str | None
    occurred_at: datetime
    created_at: datetime


class HoldOut(View):
    """Points set aside."""

    id: HoldId
    wallet_id: WalletId
    points: int
    captured: int
    status: str
    reason: str | None
    expires_at: datetime | None
    transaction_id: TransactionId | None
    created_at: datetime
    closed_at: datetime | None


class MovedOut(View):
    """What a movement did: its transaction (null when it moved nothing) and the wallet now."""

    transaction: TransactionOut | None
    wallet: WalletOut


class LotOut(View):
    """Points that share their dates."""

    id: LotId
    transaction_id: TransactionId
    initial: int
    remaining: int
    matures_at: datetime | None
    matured_at: datetime | None
    expires_at: datetime | None


class LotsOut(View):
    """Lots of a wallet that still hold points, in the order they are consumed."""

    data: list[LotOut]
