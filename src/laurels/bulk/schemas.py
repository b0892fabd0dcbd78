"""What the API says about actions on many members."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from laurels.kit.db.pool import MAX_POINTS
from laurels.kit.values.fields import IdOf, Note, Schema, View
from laurels.members import MemberFilter

BulkActionId = Annotated[UUID, IdOf("bulk_action")]
MemberId = Annotated[UUID, IdOf("member")]
MAX_NAMED = 1000
Reason = Annotated[Note, Field(min_length=1, max_length=500)]


class AdjustPoints(Schema):
    """Points are given to each member, or taken."""

    type: Literal["adjust_points"] = Field(description="Always `adjust_points`.")
    points: Annotated[int, Field(strict=True, ge=-MAX_POINTS, le=MAX_POINTS)] = Field(
        description="How many each member gets; below zero, how many are taken.", examples=[50]
    )
    program_id: Annotated[UUID, IdOf("program")] | None = Field(
        default=None, description="In which program; by default the tenant's default one."
    )
    reason: Reason = Field(
        description="Why, for those who work here; members do not see it.", examples=["Outage"]
    )
    member_note: Note | None = Field(
        default=None, description="Words for the member.", examples=["Sorry for the wait!"]
    )

    @model_validator(mode="after")
    def moves(self) -> Self:
        """Refuse what moves nothing."""
        if self.points == 0:
            msg = "`points` must not be 0"
            raise ValueError(msg)
        return self


class ChangeSegment(Schema):
    """Each member is put on a hand-made segment's list, or taken off it."""

    type: Literal["add_to_segment", "remove_from_segment"] = Field(
        description="`add_to_segment` or `remove_from_segment`."
    )
    segment_id: Annotated[UUID, IdOf("segment")] = Field(description="A segment kept by hand.")


class Block(Schema):
    """Each member is blocked, or unblocked."""

    type: Literal["block", "unblock"] = Field(description="`block` or `unblock`.")
    reason: Reason = Field(description="Why, for the audit log.", examples=["Resellers"])


class GiveReward(Schema):
    """Each member is given a reward for nothing."""

    type: Literal["give_reward"] = Field(description="Always `give_reward`.")
    reward_id: Annotated[UUID, IdOf("reward")] = Field(description="The reward.")
    reason: Reason = Field(description="Why, for the audit log.", examples=["Anniversary"])


Action = Annotated[AdjustPoints | ChangeSegment | Block | GiveReward, Field(discriminator="type")]


class BulkActionIn(Schema):
    """What is to be done, and to whom: members by id, or all that a filter finds now."""

    action: Action = Field(description="What is done to each member.")
    member_ids: list[MemberId] | None = Field(
        default=None, min_length=1, max_length=MAX_NAMED, description="Exactly these members."
    )
    filter: MemberFilter | None = Field(
        default=None,
        description="All members that `GET /v1/members` lists with these parameters; `{}` is all.",
        examples=[{"status": "active", "search": "anna"}],
    )

    @model_validator(mode="after")
    def one_of_both(self) -> Self:
        """Refuse both, and neither."""
        if (self.member_ids is None) == (self.filter is None):
            msg = "send either `member_ids` or `filter`"
            raise ValueError(msg)
        return self


class ProblemsOut(View):
    """A reason for which it could not be done, and to how many."""

    code: str = Field(description="The reason, as errors are named.")
    message: str | None = Field(description="The reason in words, of one of them.")
    members: int = Field(description="Of how many members.")


class BulkPreviewOut(View):
    """What an action would do, tried on the first members and undone."""

    total: int = Field(description="How many members it is for.")
    checked: int = Field(description="On how many of them it was tried.")
    done: int = Field(description="To how many of these it would be done.")
    unchanged: int = Field(description="Of how many of these it is so already.")
    failed: int = Field(description="To how many of these it could not be done.")
    problems: list[ProblemsOut] = Field(description="Why it could not, most frequent first.")


class BulkActionOut(View):
    """An action on many members, and how far it is."""

    id: BulkActionId
    action: dict[str, Any] = Field(description="What is done, as it was sent.")
    filter: dict[str, Any] | None = Field(
        description="How the members were found; null: they were named."
    )
    state: Literal["waiting", "running", "finished", "cancelled"] = Field(
        description="`waiting` for a worker, `running`, `finished` or `cancelled`."
    )
    total: int = Field(description="How many members it is for.")
    done: int = Field(description="To how many it was done.")
    unchanged: int = Field(description="Of how many it was so already.")
    failed: int = Field(description="To how many it could not be done.")
    problems: list[ProblemsOut] = Field(
        default=[], description="Why it could not be done, most frequent first; empty in lists."
    )
    actor_type: str
    actor_id: str | None
    created_at: datetime
    started_at: datetime | None = Field(description="When it began; null: it waits.")
    finished_at: datetime | None = Field(description="When it ended; null until then.")


class BulkMemberOut(View):
    """What came of one member."""

    member_id: MemberId = Field(description="The member.")
    member: str = Field(description="What the member is called: name, e-mail, or your id.")
    outcome: Literal["done", "unchanged", "failed"] | None = Field(
        description="`done`, `unchanged` (it was so already) or `failed`; null: waits."
    )
    code: str | None = Field(description="Why it failed, as errors are named; else null.")
    message: str | None = Field(description="Why it failed, in words; else null.")
    decided_at: datetime | None = Field(description="When that was; null: waits.")
