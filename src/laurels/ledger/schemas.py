"""The ledger as the API speaks of it. Every number is a whole number of points."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator

from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.http.expand import Expanded
from laurels.kit.values.fields import (
    Amount,
    Attributes,
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
    "manual",
    "import",
    "migration",
    "referral",
    "review",
    "social_share",
    "birthday",
    "campaign",
    "steps",
    "achievement",
    "redemption",
]


TransactionType = Literal[
    "earned",
    "bonus",
    "redeemed",
    "expired",
    "adjusted",
    "refunded",
    "reversed",
    "transferred",
    "penalty",
]
HoldStatus = Literal["open", "captured", "released", "expired"]


class MoveIn(Schema):
    """Points to credit or debit by hand or by another system."""

    points: Points = Field(description="How many points, more than 0.", examples=[100])
    reason: Note | None = Field(
        default=None, description="Why, for those who work here; members do not see it."
    )
    member_note: Note | None = Field(
        default=None,
        description="Words for the member, shown with the movement.",
        examples=["Sorry for the wait!"],
    )
    source: Source = Field(
        default="manual", description="System or reason that causes the movement."
    )
    external_id: Code | None = Field(
        default=None, description="Natural key within the source; sending it again changes nothing."
    )
    attributes: Attributes = Field(
        default={},
        description="Your free facts about it: at most 50 entries, 5 levels.",
        examples=[{"ticket": "T-17"}],
    )

    def to_debit(self, wallet_id: UUID) -> Debit:
        """Return the debit as the ledger knows it."""
        return Debit(
            wallet_id=wallet_id,
            points=self.points,
            type="redeemed" if self.source == "redemption" else "adjusted",
            source=self.source,
            source_id=self.external_id,
            key=self.external_id,
            reason=self.reason,
            member_note=self.member_note,
            attributes=self.attributes,
        )

    def to_penalty(self, wallet_id: UUID) -> Debit:
        """Return the penalty as the ledger knows it."""
        return replace(self.to_debit(wallet_id), type="penalty", shortfall="forgive")


class CreditIn(MoveIn):
    """Points to credit."""

    expires_at: Moment | None = Field(
        default=None, description="When they lapse; defaults to the program's rule."
    )

    def to_credit(self, wallet_id: UUID) -> Credit:
        """Return the credit as the ledger knows it."""
        return Credit(
            wallet_id=wallet_id,
            points=self.points,
            type="adjusted",
            source=self.source,
            source_id=self.external_id,
            key=self.external_id,
            reason=self.reason,
            member_note=self.member_note,
            attributes=self.attributes,
            expires_at=self.expires_at,
        )


class PenaltyIn(MoveIn):
    """Points to take as a penalty: at most those that are there."""

    reason: Note = Field(
        description="Why, for those who work here and the audit log.", examples=["Steps were faked"]
    )


class MovementIn(CreditIn):
    """A credit, a debit or a penalty that names its wallet."""

    type: Literal["credit", "debit", "penalty"] = Field(
        description="`credit` gives points, `debit` takes them, `penalty` takes at most those that"
        " are there."
    )
    wallet_id: WalletId = Field(description="The wallet whose points move.")

    @model_validator(mode="after")
    def _debits_do_not_lapse(self) -> "MovementIn":
        if self.type != "credit" and self.expires_at is not None:
            msg = f"`expires_at` applies to credits only; leave it out of a {self.type}"
            raise ValueError(msg)
        if self.type == "penalty" and self.reason is None:
            msg = "a penalty needs a `reason`"
            raise ValueError(msg)
        return self

    def to_movement(self) -> Credit | Debit:
        """Return the movement as the ledger knows it."""
        if self.type == "credit":
            return self.to_credit(self.wallet_id)
        if self.type == "penalty":
            return self.to_penalty(self.wallet_id)
        return self.to_debit(self.wallet_id)


class HoldIn(Schema):
    """Points to set aside."""

    points: Points = Field(description="How many points, more than 0.", examples=[100])
    reason: Note | None = Field(default=None, description="Why they are set aside; free text.")
    expires_at: Moment | None = Field(
        default=None, description="When the hold is released automatically."
    )
    attributes: Attributes = Field(
        default={},
        description="Your free facts about it: at most 50 entries, 5 levels.",
        examples=[{"ticket": "T-17"}],
    )


class CaptureIn(Schema):
    """How much of a hold to spend; by default all. The rest is released."""

    points: Points | None = Field(
        default=None, description="Points to spend; defaults to all of them.", examples=[10]
    )
    reason: Note | None = Field(
        default=None, description="Why they are spent; free text for the statement."
    )


class ReleaseIn(Schema):
    """Why a hold is released."""

    reason: Note | None = Field(default=None, description="Why it is released; free text.")


class ReverseIn(Schema):
    """Why a transaction is reversed."""

    reason: Note | None = Field(
        default=None, description="Why it is reversed; free text for the statement."
    )
    attributes: Attributes = Field(
        default={},
        description="Your free facts about it: at most 50 entries, 5 levels.",
        examples=[{"ticket": "T-17"}],
    )


class WalletOut(View):
    """A member's points of one program: balance = available + pending + held."""

    id: WalletId
    member_id: MemberId = Field(description="The member whose points these are.")
    program_id: ProgramId = Field(description="The program: which kind of points.")
    program_name: str = Field(description="What the program is called.")
    unit_name: str = Field(description="What a point is called, such as `points` or `stars`.")
    point_value: MoneyOut = Field(
        description="What one point is worth when it is paid with, in the tenant's currency."
    )
    minimum_redemption_points: int = Field(
        description="Smallest number of points that can be spent at once."
    )
    available: int = Field(description="Points that can be spent now.")
    pending: int = Field(description="Points that are earned but cannot be spent yet.")
    held: int = Field(description="Points set aside by open holds.")
    debt: int = Field(
        description="Points owed because they were taken back after being spent. The next points"
        " earned pay it off."
    )
    balance: int = Field(description="available + pending + held.")
    lifetime_earned: int = Field(description="All points ever earned.")
    lifetime_redeemed: int = Field(description="All points ever spent.")
    lifetime_expired: int = Field(description="All points that lapsed.")
    updated_at: datetime = Field(description="When points last moved.")
    expanded: Expanded = None


class TransactionOut(View):
    """One movement: `points` is its worth, `amount` how it changed the balance."""

    id: TransactionId
    wallet_id: WalletId = Field(description="The wallet whose points moved.")
    seq: int = Field(description="Its place in the wallet, counting from 1 without gaps.")
    type: str = Field(
        description="What kind of movement it is: `earned`, `bonus`, `redeemed`, `expired`,"
        " `adjusted`, `refunded`, `reversed`, `transferred` or `penalty`."
    )
    source: str = Field(description="What caused it, such as `purchase`, `manual` or `campaign`.")
    source_id: str | None = Field(
        description="Id of what caused it, within `source`; null when there is none."
    )
    points: int = Field(
        description="What the movement is worth: `amount` less `debt_delta`. Positive gives,"
        " negative takes."
    )
    amount: int = Field(description="How it changed the balance.")
    debt_delta: int = Field(description="How it changed the debt: negative when debt was paid off.")
    balance_after: int = Field(description="The balance after it.")
    reverses_id: TransactionId | None = Field(
        description="The transaction that this one reverses; null when it reverses none."
    )
    reason: str | None = Field(
        description="Why the points moved, for those who work here; null when not given."
    )
    member_note: str | None = Field(description="Words for the member; null when there are none.")
    attributes: dict[str, Any] = Field(description="Your free facts about the movement.")
    actor_type: str
    actor_id: str | None
    occurred_at: datetime = Field(description="When it happened.")
    created_at: datetime = Field(description="When it was booked.")


class StatementLineOut(View):
    """One movement of a statement."""

    id: TransactionId
    type: str = Field(description="What kind of movement it is, such as `earned`.")
    source: str = Field(description="What caused it, such as `purchase`.")
    source_id: str | None = Field(description="Id of what caused it; null when there is none.")
    amount: int = Field(description="How it changed the balance.")
    debt_delta: int = Field(description="How it changed the debt.")
    balance: int = Field(description="The balance after it, in the order of this statement.")
    reason: str | None = Field(
        description="Why the points moved, for those who work here; null when not given."
    )
    member_note: str | None = Field(description="Words for the member; null when there are none.")
    occurred_at: datetime = Field(description="When it happened.")


class StatementOut(View):
    """The movements of a wallet in a period, between its opening and its closing balance."""

    wallet_id: WalletId
    member_id: MemberId = Field(description="The member whose points these are.")
    unit_name: str = Field(description="What a point is called, such as `points` or `stars`.")
    since: datetime | None = Field(description="Beginning of the period; null: all before.")
    until: datetime | None = Field(description="End of the period, exclusive; null: up to now.")
    opening_balance: int = Field(description="The balance before the period.")
    points_in: int = Field(description="Points that came in.")
    points_out: int = Field(description="Points that went out.")
    closing_balance: int = Field(description="The balance at the end of the period.")
    opening_debt: int = Field(description="Points owed before the period.")
    closing_debt: int = Field(description="Points owed at the end of the period.")
    count: int = Field(description="How many movements there were.")
    movements: list[StatementLineOut] = Field(
        description="The movements in the order in which they happened, at most 10,000."
    )
    left_out: int = Field(description="How many more there were.")


class HoldOut(View):
    """Points set aside."""

    id: HoldId
    wallet_id: WalletId = Field(description="The wallet whose points are set aside.")
    points: int = Field(description="How many points were set aside.")
    captured: int = Field(description="How many of them were spent; 0 while open.")
    status: str = Field(description="`open`, `captured`, `released` or `expired`.")
    reason: str | None = Field(description="Why they are set aside; null when not given.")
    attributes: dict[str, Any] = Field(description="Your free facts about the hold.")
    expires_at: datetime | None = Field(
        description="When it is released automatically; null: never."
    )
    transaction_id: TransactionId | None = Field(
        description="The transaction that spent them; null while nothing was captured."
    )
    created_at: datetime
    closed_at: datetime | None = Field(
        description="When it was captured, released or expired; null while open."
    )


class MovedOut(View):
    """The result of a movement: its transaction (null if no points moved) and the wallet."""

    transaction: TransactionOut | None = Field(
        description="The transaction; null if no points moved."
    )
    wallet: WalletOut = Field(description="The wallet after it.")


class LotOut(View):
    """Points that share their dates."""

    id: LotId
    transaction_id: TransactionId = Field(description="The transaction that brought the points.")
    initial: int = Field(description="Points that the lot began with.")
    remaining: int = Field(description="Points that are left in it.")
    matures_at: datetime | None = Field(description="When its points can be spent; null: at once.")
    matured_at: datetime | None = Field(
        description="When they became spendable; null while pending."
    )
    expires_at: datetime | None = Field(description="When what is left lapses; null: never.")


Days = Annotated[int, Field(strict=True, ge=0, le=3650)]


class ProgramPatch(Schema):
    """Changes to a kind of points. Points already earned keep their dates."""

    name: Name | None = Field(default=None, description="What the program is called.")
    unit_name: Annotated[Name, Field(max_length=40)] | None = Field(
        default=None, description="What a point is called, such as `points` or `stars`."
    )
    is_default: Literal[True] | None = Field(
        default=None, description="Make it the default: the program of rules that name none."
    )
    point_value: Annotated[Amount, Field(decimal_places=4, max_digits=15)] | None = Field(
        default=None,
        description="What one point is worth when a purchase is paid with it, in the tenant's"
        " currency.",
    )
    minimum_redemption_points: Annotated[int, Field(strict=True, ge=0, le=MAX_POINTS)] | None = (
        Field(
            default=None,
            description="Smallest number of points that can be spent at once: by a redemption, as"
            " part of a purchase, by a debit of source `redemption`, or held.",
        )
    )
    maturity_days: Days | None = Field(
        default=None, description="Local days after the day of earning until points can be spent."
    )
    expiry_days: Annotated[int, Field(strict=True, ge=1, le=36500)] | None = Field(
        default=None,
        description="Local days after the day of earning on which points can be spent; null: for"
        " ever.",
    )
    grace_days: Annotated[int, Field(strict=True, ge=1, le=3650)] | None = Field(
        default=None,
        description="Extra local days for points that are returned by a refund or reversal after"
        " they had lapsed.",
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent; only `expiry_days` may be null, which means never."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {n: v for n, v in sent.items() if v is not None or n == "expiry_days"}


# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false
class ProgramIn(ProgramPatch):
    """A kind of points to create."""

    name: Name = Field(description="What the program is called.")


class ProgramOut(View):
    """A kind of points."""

    id: ProgramId
    name: str = Field(description="What the program is called.")
    unit_name: str = Field(description="What a point is called, such as `points` or `stars`.")
    is_default: bool = Field(
        description="Whether it is the default: the program of rules and rewards that name none."
    )
    point_value: MoneyOut = Field(
        description="What one point is worth when a purchase is paid with it, in the tenant's"
        " currency."
    )
    minimum_redemption_points: int = Field(
        description="Smallest number of points that can be spent at once."
    )
    maturity_days: int = Field(
        description="Local days after the day of earning until points can be spent; 0: at once."
    )
    expiry_days: int | None = Field(
        description="Local days after the day of earning on which points can be spent; null: for"
        " ever."
    )
    grace_days: int = Field(
        description="Extra local days for points that are returned by a refund or reversal after"
        " they had lapsed."
    )
    created_at: datetime
    archived_at: datetime | None
