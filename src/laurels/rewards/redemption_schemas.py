"""Redemptions as the API speaks of them."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, model_validator

from laurels.kit.http.expand import Expanded
from laurels.kit.values.fields import (
    Amount,
    Attributes,
    Code,
    Flag,
    Moment,
    MoneyOut,
    Note,
    Schema,
    View,
)

from .ending import Delivery
from .redeeming import NewRedemption
from .schemas import MemberId, PurchaseId, RedemptionId, RewardId, Source, TransactionId
from .using import Use
from .values import MAX_QUANTITY


class RedemptionIn(Schema):
    """A member redeems a reward. Name the member by `member` (your id) or `member_id` (ours)."""

    reward_id: RewardId = Field(description="The reward to redeem.")
    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)] = Field(
        default=1, description="How many; defaults to 1."
    )
    source: Source = Field(
        default="api",
        description="Name of the system that sends it. An `external_id` is unique within its"
        " source.",
    )
    external_id: Code | None = Field(
        default=None, description="Your number for it; sending it again changes nothing."
    )
    notes: Note | None = Field(default=None, description="Notes for the delivery.")
    attributes: Attributes = Field(
        default={},
        description="Your free facts about it: at most 50 entries, 5 levels.",
        examples=[{"till": 4}],
    )

    @model_validator(mode="after")
    def _says_who(self) -> "RedemptionIn":
        _one_member(self.member, self.member_id)
        return self

    def to_redemption(self) -> NewRedemption:
        """Return the redemption as the room knows it."""
        return NewRedemption(
            reward_id=self.reward_id,
            member_id=self.member_id,
            member=self.member,
            quantity=self.quantity,
            source=self.source,
            external_id=self.external_id,
            notes=self.notes,
            attributes=self.attributes,
        )


class GiftIn(Schema):
    """A reward is given for nothing. Name the member by your id or by ours."""

    member: Code | None = Field(
        default=None, description="Your id of the member.", examples=["anna"]
    )
    member_id: MemberId | None = Field(default=None, description="Our id of the member.")
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)] = Field(
        default=1, description="How many; defaults to 1."
    )
    reason: Annotated[Note, Field(min_length=1, max_length=500)] = Field(
        description="Why it is given, for the audit log and the notes of the redemption; at most"
        " 500 characters.",
        examples=["Waited an hour for the order"],
    )
    source: Source = Field(
        default="api",
        description="Name of the system that sends it. An `external_id` is unique within its"
        " source.",
    )
    external_id: Code | None = Field(
        default=None, description="Your number for it; sending it again changes nothing."
    )

    @model_validator(mode="after")
    def _says_who(self) -> "GiftIn":
        _one_member(self.member, self.member_id)
        return self

    def to_redemption(self, reward_id: UUID) -> NewRedemption:
        """Return the redemption as the room knows it."""
        return NewRedemption(
            reward_id=reward_id,
            member_id=self.member_id,
            member=self.member,
            quantity=self.quantity,
            source=self.source,
            external_id=self.external_id,
            notes=self.reason,
            gift=True,
        )


def _one_member(member: str | None, member_id: UUID | None) -> None:
    if (member is None) == (member_id is None):
        msg = "send `member` (your id) or `member_id` (ours)"
        raise ValueError(msg)


class RedemptionPatch(Schema):
    """Changes to a redemption; fields that are not sent stay as they are."""

    notes: Note | None = Field(default=None, description="Notes of the staff; `null` removes them.")
    attributes: Attributes | None = Field(
        default=None, description="Your free facts about it; they replace the existing ones."
    )

    def values(self) -> dict[str, Any]:
        """Return what was sent, by column name."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: each for name, each in sent.items() if each is not None or name == "notes"}


class CompleteIn(Schema):
    """What was delivered."""

    code: Code | None = Field(default=None, description="The code that the member shows.")
    notes: Note | None = Field(default=None, description="Notes of the staff.")
    discount_amount: Amount | None = Field(default=None, description="What it is worth in money.")
    expires_at: Moment | None = Field(
        default=None, description="Until when it can be used; defaults to the reward's rule."
    )

    def to_delivery(self) -> Delivery:
        """Return the delivery as the room knows it."""
        return Delivery(
            code=self.code,
            notes=self.notes,
            discount_amount=self.discount_amount,
            expires_at=self.expires_at,
        )


class FailureIn(Schema):
    """Why it could not be delivered."""

    reason: Annotated[Note, Field(max_length=500)] = Field(
        description="What went wrong, at most 500 characters."
    )
    final: Flag = Field(
        default=False, description="Make no further attempt; the points are returned now."
    )


class CancellationIn(Schema):
    """Why a redemption is cancelled."""

    reason: Note | None = Field(default=None, description="Why it is cancelled; free text.")


class UseIn(Schema):
    """What a redemption is used on."""

    purchase_id: PurchaseId | None = Field(default=None, description="A purchase in Laurels.")
    order_ref: Code | None = Field(
        default=None, description="Your id of an order outside Laurels.", examples=["1001"]
    )
    discount_amount: Amount | None = Field(default=None, description="What it was worth in money.")

    @model_validator(mode="after")
    def _says_where(self) -> "UseIn":
        if self.purchase_id is None and self.order_ref is None:
            msg = "send `purchase_id`, `order_ref`, or both"
            raise ValueError(msg)
        return self

    def to_use(self) -> Use:
        """Return the use as the room knows it."""
        return Use(
            purchase_id=self.purchase_id,
            order_ref=self.order_ref,
            discount_amount=self.discount_amount,
        )


class TakingBackIn(Schema):
    """Why a delivered redemption is refunded."""

    reason: Note | None = Field(
        default=None, description="Why it is refunded; required with `force`."
    )
    force: Flag = Field(
        default=False, description="Refund it even if it was used or has expired; needs a `reason`."
    )
    restock: Flag = Field(
        default=True, description="`false`: the item itself is not returned to stock."
    )

    @model_validator(mode="after")
    def _force_has_a_reason(self) -> "TakingBackIn":
        if self.force and self.reason is None:
            msg = "a refund by `force` needs a `reason`"
            raise ValueError(msg)
        return self


class RedemptionOut(View):
    """A redemption: its state, its code, and the reward as it was."""

    id: RedemptionId
    reward_id: RewardId = Field(description="The reward that was redeemed.")
    member_id: MemberId = Field(description="The member who redeemed it.")
    state: str = Field(
        description="`pending`: paid, not delivered yet. `completed`: delivered. `used`."
        " `expired`: not used in time. `failed`, `cancelled`, `refunded`: the points were returned."
    )
    quantity: int = Field(description="How many pieces.")
    points_spent: int = Field(description="Points that it cost; 0: it was given for nothing.")
    reward: dict[str, Any] = Field(
        description="The reward as it was when it was redeemed: name, type, value, terms."
    )
    fulfilment: str = Field(
        description="How it is delivered: `code`, `pool`, `manual` or `provider:<name>`."
    )
    code: str | None = Field(
        description="The code that the member shows or types in; null until delivered, or if it"
        " has none."
    )
    discount_amount: MoneyOut | None = Field(
        description="What it is worth in money; null if unknown."
    )
    source: str = Field(description="Name of the system that sent it.")
    external_id: str | None = Field(description="Your number of it; null when none was sent.")
    redeemed_at: datetime = Field(description="When the points were spent.")
    completed_at: datetime | None = Field(description="When it was delivered; null until then.")
    expires_at: datetime | None = Field(description="Until when it can be used; null: no end.")
    used_at: datetime | None = Field(description="When it was used; null until then.")
    used_purchase_id: PurchaseId | None = Field(
        description="The purchase that it was used on; null if not used, or used elsewhere."
    )
    used_order_ref: str | None = Field(
        description="Your order that it was used on; null if not used, or if no order was named."
    )
    ended_at: datetime | None = Field(
        description="When it expired, failed, or was cancelled or refunded; null otherwise."
    )
    failure_reason: str | None = Field(
        description="Why the last attempt to deliver failed; null when none did."
    )
    retry_count: int = Field(description="How many attempts to deliver have failed.")
    next_attempt_at: datetime | None = Field(
        description="When delivery is tried next; null: no automatic attempt."
    )
    notes: str | None = Field(description="Notes of the staff; null when there are none.")
    attributes: dict[str, Any] = Field(description="Your free facts about it.")
    fulfilled_by_type: str | None = Field(
        description="Who delivered it: `api_key`, `staff`, `system`; null until delivered."
    )
    fulfilled_by_id: str | None = Field(
        description="Id of the key or person that delivered it; null until delivered."
    )
    transaction_id: TransactionId | None = Field(
        description="The transaction that spent the points; null if it was given for nothing."
    )
    refund_transaction_id: TransactionId | None = Field(
        description="The transaction that returned the points; null if none did."
    )
    created_at: datetime
    updated_at: datetime
    expanded: Expanded = None
