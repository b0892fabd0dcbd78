"""The ledger as the API speaks of it. Every number is a whole number of points."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from laurels.kit.db import MAX_POINTS
from laurels.kit.schema import (
    Amount,
    Code,
    IdOf,
    Moment,
    MoneyOut,
    Name,
    Note,
    Points,
    Schema,
    View,
)

from .movements import Credit, Debit

WalletId = Annotated[UUID, IdOf("wallet")]
HoldId = Annotated[UUID, IdOf("hold")]
TransactionId = Annotated[UUID, IdOf("transaction")]
MemberId = Annotated[UUID, IdOf("member")]
ProgramId = Annotated[UUID, IdOf("program")]
LotId = Annotated[UUID, IdOf("lot")]
Source = Literal[
    "manual", "import", "migration", "referral", "review", "social_share", "birthday", "campaign",
    "steps", "achievement", "redemption",
]  # fmt: skip


class MoveIn(Schema):
    """Points to credit or debit by hand or by another system."""

    points: Points = Field(description="How many points, more than 0.", examples=[100])
    reason: Note | None = Field(default=None, description="Why, for the statement.")
    source: Source = Field(default="manual", description="What brings it about.")
    external_id: Code | None = Field(
        default=None, description="Natural key within the source; a repeat changes nothing."
    )

    def to_debit(self, wallet_id: UUID) -> Debit:
        """Return the debit as the ledger knows it."""
        return Debit(
            wallet_id=wallet_id, points=self.points,
            type="redeemed" if self.source == "redemption" else "adjusted", source=self.source,
            source_id=self.external_id, key=self.external_id, reason=self.reason,
        )  # fmt: skip


class CreditIn(MoveIn):
    """Points to credit."""

    expires_at: Moment | None = Field(
        default=None, description="When they lapse; absent: as the program says."
    )

    def to_credit(self, wallet_id: UUID) -> Credit:
        """Return the credit as the ledger knows it."""
        return Credit(
            wallet_id=wallet_id, points=self.points, type="adjusted", source=self.source,
            source_id=self.external_id, key=self.external_id, reason=self.reason,
            expires_at=self.expires_at,
        )  # fmt: skip


class MovementIn(CreditIn):
    """A credit or a debit that names its wallet."""

    type: Literal["credit", "debit"]
    wallet_id: WalletId

    @model_validator(mode="after")
    def _debits_do_not_lapse(self) -> "MovementIn":
        if self.type == "debit" and self.expires_at is not None:
            msg = "`expires_at` belongs to a credit; leave it out of a debit"
            raise ValueError(msg)
        return self

    def to_movement(self) -> Credit | Debit:
        """Return the movement as the ledger knows it."""
        if self.type == "credit":
            return self.to_credit(self.wallet_id)
        return self.to_debit(self.wallet_id)


class HoldIn(Schema):
    """Points to set aside."""

    points: Points = Field(description="How many points, more than 0.", examples=[100])
    reason: Note | None = None
    expires_at: Moment | None = Field(default=None, description="When the hold lets go by itself.")


class CaptureIn(Schema):
    """How much of a hold to spend; absent: all. The rest is released."""

    points: Points | None = Field(default=None, description="Absent: all of them.", examples=[10])
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


Days = Annotated[int, Field(strict=True, ge=0, le=3650)]


class ProgramPatch(Schema):
    """What may change of a kind of points. Points already earned keep their dates."""

    name: Name | None = None
    unit_name: Annotated[Name, Field(max_length=40)] | None = None
    is_default: Literal[True] | None = Field(
        default=None, description="Make it the one that rules mean when they name none."
    )
    point_value: Annotated[Amount, Field(decimal_places=4, max_digits=15)] | None = Field(
        default=None, description="Worth of one point in the tenant's currency."
    )
    minimum_redemption_points: Annotated[int, Field(strict=True, ge=0, le=MAX_POINTS)] | None = None
    maturity_days: Days | None = Field(
        default=None, description="Local days until earned points can be spent."
    )
    expiry_days: Annotated[int, Field(strict=True, ge=1, le=36500)] | None = Field(
        default=None, description="Local days until points lapse; null: never."
    )
    grace_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = None

    def values(self) -> dict[str, Any]:
        """Return what was sent; only `expiry_days` may be null, which means never."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {n: v for n, v in sent.items() if v is not None or n == "expiry_days"}


class ProgramIn(ProgramPatch):
    """A kind of points to make."""

    name: Name  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]


class ProgramOut(View):
    """A kind of points."""

    id: ProgramId
    name: str
    unit_name: str
    is_default: bool
    point_value: MoneyOut
    minimum_redemption_points: int
    maturity_days: int
    expiry_days: int | None
    grace_days: int
    created_at: datetime
    archived_at: datetime | None


class ProgramsOut(View):
    """All programs, the default one first."""

    data: list[ProgramOut]
