"""Segments as the API speaks of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from laurels.kit.conditions import OPS
from laurels.kit.conditions import Field as Asked
from laurels.kit.schema import Code, Flag, IdOf, MoneyOut, Name, Note, Schema, View

from . import criteria as registry
from .lists import CHUNK

SegmentId = Annotated[UUID, IdOf("segment")]
MemberId = Annotated[UUID, IdOf("member")]
Kind = Literal["dynamic", "static"]
Label = Literal["behavioral", "demographic", "value"]
Criteria = dict[str, Any]
_EXAMPLE: dict[str, Any] = {
    "all": [
        {"field": "rfm.monetary", "op": "gte", "value": 4},
        {"field": "lifetime.days_since_last_purchase", "op": "gt", "value": 90},
    ]
}
_CRITERIA = Field(
    description="A condition over the fields of `GET /v1/segments/fields`.", examples=[_EXAMPLE]
)


class SegmentIn(Schema):
    """A segment to create: by criteria (dynamic), or an empty list by hand (static)."""

    name: Name
    description: Note | None = None
    kind: Kind = "dynamic"
    segment_type: Label | None = Field(default=None, description="A label, for people.")
    criteria: Annotated[Criteria | None, _CRITERIA] = None
    auto_update: Flag = Field(
        default=True,
        description="Whether members come and go by themselves; of a static one nobody does.",
    )


class SegmentPatch(Schema):
    """What is to change of a segment; what is not sent stays."""

    name: Name | None = None
    description: Note | None = None
    segment_type: Label | None = None
    criteria: Annotated[Criteria | None, _CRITERIA] = None
    auto_update: Flag | None = None

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> Self:
        for name in ("name", "criteria", "auto_update"):
            if name in self.model_fields_set and getattr(self, name) is None:
                msg = f"`{name}` cannot be null; leave it out to keep it as it is"
                raise ValueError(msg)
        return self

    def content(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class SegmentOut(View):
    """A segment. Its number and averages are those of when it was last computed or changed."""

    id: SegmentId
    name: str
    description: str | None
    kind: Kind
    segment_type: Label | None
    criteria: dict[str, Any] | None
    version: int = Field(description="Which criteria these are; each change counts up.")
    computed_version: int | None = Field(description="Of which criteria the members are.")
    auto_update: bool
    member_count: int
    avg_lifetime_value: MoneyOut
    avg_points_balance: int
    last_computed_at: datetime | None
    asked_at: datetime | None = Field(description="Since when a job is to compute it.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class DuplicateIn(Schema):
    """What the copy is called."""

    name: Name


class RecomputeIn(Schema):
    """How a segment is to be computed."""

    notify: Flag | None = Field(
        default=None,
        description="Whether who joins and leaves is told as events. Absent: yes, but for the"
        " first time that criteria are computed.",
    )


class RecomputeOut(View):
    """The segment, and the run that computes it where there are too many members to wait for."""

    segment: SegmentOut
    run_id: Annotated[UUID, IdOf("job_run")] | None = Field(
        description="Follow it at `/v1/jobs/runs`; null: it is done."
    )


class SegmentPreviewIn(Schema):
    """Criteria to try."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"criteria": _EXAMPLE}]}
    )

    criteria: Annotated[Criteria, _CRITERIA]


class SampleOut(View):
    """One whom the criteria mean, with what was found; what is private says only `private`."""

    member_id: MemberId
    external_id: str | None
    found: dict[str, Any]


class SegmentPreviewOut(View):
    """Whom criteria mean now."""

    members: int
    everybody: int = Field(description="Of how many members.")
    share: float = Field(description="Which part that is, 0 to 1.")
    sample: list[SampleOut] = Field(description="The newest of them, at most 20.")


class SegmentFieldOut(View):
    """What criteria can ask, and how."""

    name: str
    kind: str
    description: str
    operators: list[str]
    choices: list[str]
    collection: str | None = Field(description="Of whose elements it is; null: of the member.")
    private: bool = Field(description="Whether what is found is told to nobody.")
    nightly: bool = Field(description="Whether it compares members, so that the night decides.")

    @classmethod
    def of(cls, field: Asked) -> Self:
        """Shape a field of the registry."""
        name = f"{field.name}.<key>" if field.kind == "attributes" else field.name
        return cls(
            name=name, kind=field.kind.value, description=field.description,
            operators=sorted(op.value for op in OPS[field.kind]), choices=list(field.choices),
            collection=field.collection, private=field.private,
            nightly=registry.is_relative_field(field),
        )  # fmt: skip


class SegmentFieldsOut(View):
    """All that criteria can ask; collections are asked by `some`, `every` or `none`."""

    data: list[SegmentFieldOut]
    collections: list[str]


class SegmentMembershipOut(View):
    """One stay of a member in a segment."""

    segment_id: SegmentId
    segment_name: str
    member_id: MemberId
    joined_at: datetime
    reason: Literal["criteria", "hand", "merge"]
    version: int | None = Field(description="Of which criteria, where criteria did it.")
    found: dict[str, Any] | None = Field(
        description="The comparisons that held, by field, with what was found."
    )
    left_at: datetime | None
    left_reason: Literal["criteria", "hand", "merge", "erased"] | None


class MemberSegmentOut(View):
    """A segment that a member belongs to."""

    id: SegmentId
    name: str
    joined_at: datetime


class SegmentDayOut(View):
    """What a segment's members did on one of the tenant's days."""

    day: date
    members: int
    joined: int
    left: int = Field(validation_alias="left_count")
    revenue: MoneyOut
    purchases: int
    points_earned: int
    points_redeemed: int


class SegmentPerformanceOut(View):
    """A segment day by day, oldest first; a day is counted in the night after it."""

    data: list[SegmentDayOut]


class OverlapOut(View):
    """How many members two segments share, and how many each has alone."""

    segment_id: SegmentId
    name: str
    shared: int
    only_this: int
    only_other: int


class OverlapsOut(View):
    """The other segments in use that share members with one, most shared first."""

    data: list[OverlapOut]


class ListedIn(Schema):
    """Whom to put on the list or take off it: up to 1,000, by our ids, by yours, or both."""

    members: list[MemberId] = Field(default=[], max_length=CHUNK)
    external_ids: list[Code] = Field(default=[], max_length=CHUNK, examples=[["anna", "bert"]])

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not 0 < len(self.members) + len(self.external_ids) <= CHUNK:
            msg = f"name 1 to {CHUNK} members in `members` and `external_ids` together"
            raise ValueError(msg)
        return self


class ListedOut(View):
    """What came of one that was named."""

    name: str = Field(description="As it was sent.")
    member_id: MemberId | None
    outcome: Literal["added", "already", "removed", "absent", "not_found", "inactive"]


class ListedResultOut(View):
    """What came of each, in the order in which they were sent: `members`, then `external_ids`."""

    data: list[ListedOut]
    member_count: int
