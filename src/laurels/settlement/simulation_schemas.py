"""What is sent to simulate a purchase or an activity, and what comes out."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from laurels import tiers
from laurels.earning import EarningRuleIn
from laurels.kit.values.fields import Attributes, IdOf, Schema, View

from .dry_run import FollowsOut
from .schemas import ActivityIn, ByProgram, MemberId, RuleId, RuleSaysOut
from .sent import PurchaseIn

TierId = Annotated[UUID, IdOf("tier")]
SegmentId = Annotated[UUID, IdOf("segment")]
MAX_DRAFTS = 20


class DescribedMemberIn(Schema):
    """Somebody who is no member, for a simulation: a new one with these facts."""

    tier_id: TierId | None = Field(
        default=None, description="The tier; defaults to the one that new members get."
    )
    segment_ids: list[SegmentId] = Field(
        default_factory=list[UUID], max_length=100, description="The segments, whatever they ask."
    )
    birthday: date | None = Field(default=None, description="Date of birth, `YYYY-MM-DD`.")
    attributes: Attributes = Field(
        default_factory=dict, description="Free facts: at most 50 entries."
    )

    def profile(self) -> dict[str, Any]:
        """Return what a member has of it."""
        return {"birthday": self.birthday, "attributes": self.attributes}


class DraftRuleIn(Schema):
    """A rule that is to be tried and is not published."""

    rule_id: RuleId | None = Field(
        default=None, description="The rule that it would replace; null: it would be a new one."
    )
    rule: EarningRuleIn = Field(description="The rule, as it would be sent to create it.")


class SimulationIn(Schema):
    """A purchase or an activity, sent as if it happened. Send exactly one of the two."""

    purchase: PurchaseIn | None = Field(
        default=None,
        description="The purchase. It counts as completed, and `external_id` is ignored.",
        examples=[{"amount": "12.50", "currency": "USD", "member": "anna"}],
    )
    activity: ActivityIn | None = Field(
        default=None, description="The activity; its `external_id` is ignored."
    )
    described_member: DescribedMemberIn | None = Field(
        default=None,
        description="Whose it is, if it names no member; defaults to somebody new.",
    )
    rules: list[DraftRuleIn] = Field(
        default_factory=list[DraftRuleIn],
        max_length=MAX_DRAFTS,
        description="Drafts that count beside the rules in force, or in their place; at most 20.",
    )

    @model_validator(mode="after")
    def _is_one_event(self) -> Self:
        if (self.purchase is None) is (self.activity is None):
            msg = "send `purchase` or `activity`, and not both"
            raise ValueError(msg)
        if self.sent.member is not None and self.sent.member_id is not None:
            msg = "send `member` or `member_id`, and not both"
            raise ValueError(msg)
        if self.described_member and (self.sent.member or self.sent.member_id):
            msg = "`described_member` cannot stand beside a member that is named; leave one out"
            raise ValueError(msg)
        drafted = [draft.rule_id for draft in self.rules if draft.rule_id]
        if len(drafted) > len(set(drafted)):
            msg = "`rules` replaces one rule twice; send one draft of it"
            raise ValueError(msg)
        return self

    @property
    def sent(self) -> PurchaseIn | ActivityIn:
        """Return what is to happen."""
        event = self.purchase or self.activity
        assert event is not None, "exactly one of the two is sent"
        return event


class CheckOut(View):
    """One comparison of a rule's condition."""

    path: str = Field(
        description="Where it stands in `conditions`, such as `all.0`; empty: it is all of it.",
        examples=["all.0"],
    )
    field: str = Field(description="The fact that it compares, such as `purchase.amount`.")
    op: str = Field(description="How it compares; `some`, `every` and `none` look at each element.")
    value: str = Field(description="What it is compared with, as text.")
    found: str | None = Field(description="What the fact was, as text; null: it was missing.")
    held: bool = Field(description="Whether the comparison held.")


class SimulatedRuleOut(RuleSaysOut):
    """What one rule would do, with each comparison of its condition."""

    draft: int | None = Field(
        description="Place of the draft in the `rules` that were sent, from 0; null: the rule is"
        " in force."
    )
    checks: list[CheckOut] = Field(
        description="Each comparison of its condition, at most 100; empty: it has none."
    )


class SimulatedTierOut(View):
    """A tier on which the member would stand."""

    id: TierId
    name: str = Field(description="What the tier is called.")
    level: int = Field(description="Its level; 1 is the lowest.")

    @classmethod
    def of(cls, standing: tiers.Standing) -> Self:
        """Return the tier of a standing."""
        return cls(id=standing.tier_id, name=standing.name, level=standing.level)


class SimulationOut(FollowsOut):
    """What would be earned and why, and all that would follow. Nothing of it was kept."""

    member_id: MemberId | None = Field(
        description="Whose it would be; null: nobody's, but somebody's who was described."
    )
    points: int = Field(description="What would be earned.")
    points_by_program: ByProgram
    reason: Literal[
        "rules",
        "earning_disabled",
        "member_archived",
        "member_blocked",
        "no_rule_fired",
        "no_rules",
    ] = Field(description="In one word: `rules` when something would be earned.")
    words: list[str] = Field(description="The same in sentences.")
    rules: list[SimulatedRuleOut] = Field(
        description="What each rule for this event would do, or why it would do nothing."
    )
    tier_before: SimulatedTierOut | None = Field(
        description="The member's tier before; null: none."
    )
    tier_after: SimulatedTierOut | None = Field(
        description="The member's tier once everything has followed; null: none."
    )
