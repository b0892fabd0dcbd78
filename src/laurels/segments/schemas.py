"""Segments as the API speaks of them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from laurels.kit.http.expand import Expanded, ExpansionsOf
from laurels.kit.http.listed_fields import FieldOut
from laurels.kit.http.paging import Whole
from laurels.kit.values.fields import Code, Flag, IdOf, MoneyOut, Name, Note, Schema, View
from laurels.kit.values.text import check_key
from laurels.kit.versions import EditedVersion

from .lists import CHUNK, Identifier

SegmentId = Annotated[UUID, IdOf("segment")]
MemberId = Annotated[UUID, IdOf("member")]
Kind = Literal["dynamic", "static"]
Label = Literal["behavioral", "demographic", "value"]
Criteria = dict[str, Any]
Pasted = Annotated[str, StringConstraints(min_length=1, max_length=254), AfterValidator(check_key)]
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
    """A segment to create: by criteria (dynamic), or an empty list kept by hand (static)."""

    name: Name = Field(description="What the segment is called.")
    description: Note | None = Field(default=None, description="What it is for, for people.")
    kind: Kind = Field(
        default="dynamic",
        description="`dynamic`: members by criteria. `static`: a list kept by hand.",
    )
    segment_type: Label | None = Field(default=None, description="A label, for people.")
    criteria: Annotated[Criteria | None, _CRITERIA] = None
    auto_update: Flag = Field(
        default=True,
        description="Whether members join and leave automatically; not possible for static"
        " segments.",
    )


class SegmentPatch(Schema):
    """Changes to a segment; fields that are not sent stay as they are."""

    name: Name | None = Field(default=None, description="What the segment is called.")
    description: Note | None = Field(
        default=None, description="What it is for; `null` takes it away."
    )
    segment_type: Label | None = Field(default=None, description="A label, for people.")
    criteria: Annotated[Criteria | None, _CRITERIA] = None
    auto_update: Flag | None = Field(
        default=None, description="Whether members join and leave automatically."
    )
    version: EditedVersion = None

    @model_validator(mode="after")
    def _keeps_what_it_needs(self) -> Self:
        for name in ("name", "criteria", "auto_update"):
            if name in self.model_fields_set and getattr(self, name) is None:
                msg = f"`{name}` cannot be null; leave it out to keep it as it is"
                raise ValueError(msg)
        return self

    def content(self) -> dict[str, Any]:
        """Return what was sent, and only that."""
        return {name: getattr(self, name) for name in self.model_fields_set - {"version"}}


class SegmentOut(View):
    """A segment. Its member count and averages are as of its last computation or change."""

    id: SegmentId
    name: str = Field(description="What the segment is called.")
    description: str | None = Field(description="What it is for; null when not given.")
    kind: Kind = Field(description="`dynamic`: members by criteria. `static`: a list kept by hand.")
    segment_type: Label | None = Field(description="A label, for people; null if there is none.")
    criteria: dict[str, Any] | None = Field(
        description="The condition that its members fulfil; null for a static segment."
    )
    version: int = Field(description="Version of the segment; each change counts up.")
    computed_version: int | None = Field(description="Version whose criteria the members match.")
    auto_update: bool = Field(description="Whether members join and leave automatically.")
    member_count: int = Field(description="How many members it has.")
    avg_lifetime_value: MoneyOut = Field(
        description="Average of what its members spent, net of refunds, in the tenant's currency."
    )
    avg_points_balance: int = Field(description="Average balance of its members, in points.")
    last_computed_at: datetime | None = Field(
        description="When its members were last computed; null: never."
    )
    asked_at: datetime | None = Field(
        description="When it was queued for computation by a job; null: it is not."
    )
    failed_at: datetime | None = Field(
        description="When a job failed to compute it; null: the last computation succeeded. Its"
        " members stay as they are until the next computation, nightly or on request."
    )
    failure: str | None = Field(description="Why it could not be computed, and what to do.")
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    expanded: Expanded = None


class DuplicateIn(Schema):
    """What the copy is called."""

    name: Name = Field(description="What the copy is called.")


class RecomputeIn(Schema):
    """How to compute a segment."""

    notify: Flag | None = Field(
        default=None,
        description="Whether to emit events for members who join and leave. By default yes, except"
        " the first time that criteria are computed.",
    )


class RecomputeOut(View):
    """The segment, and the run that computes it if there are too many members to wait for."""

    segment: SegmentOut = Field(description="The segment, as computed so far.")
    run_id: Annotated[UUID, IdOf("job_run")] | None = Field(
        description="The run to follow at `/v1/jobs/runs`; null when it is done."
    )


class CriteriaIn(Schema):
    """Criteria."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"criteria": _EXAMPLE}]}
    )

    criteria: Annotated[Criteria, _CRITERIA]


class SegmentPreviewIn(CriteriaIn):
    """Criteria to try."""

    expand: Annotated[str, ExpansionsOf("sample")] | None = Field(
        default=None, description="Objects to include with each member of the sample: `member`."
    )


class MemberSearchIn(CriteriaIn):
    """Criteria, and which page of the members that match."""

    cursor: Annotated[str, Field(max_length=2000)] | None = Field(
        default=None, description="`next_cursor` of the previous page; leave it out for the first."
    )
    limit: int = Field(default=20, ge=1, le=100, strict=True, description="Members per page.")


class SampleOut(View):
    """A member who matches, with the values found; private ones say only `private`."""

    member_id: MemberId
    external_id: str | None = Field(
        description="Your own id of the member; null when none was given."
    )
    found: dict[str, Any] = Field(description="The values found, by field.")
    expanded: Expanded = None


class SegmentPreviewOut(View):
    """The members that criteria match now."""

    members: int = Field(description="How many members match.")
    everybody: int = Field(description="How many members there are.")
    share: float = Field(description="Their share of all members, 0 to 1.")
    sample: list[SampleOut] = Field(description="The newest of them, at most 20.")


class SegmentFieldOut(FieldOut):
    """A field that criteria can use."""

    nightly: bool = Field(
        description="Whether it compares members with each other, so that it is computed nightly."
    )


class SegmentFieldsOut(Whole):
    """All fields that criteria can use; collections are queried with `some`, `every` or `none`."""

    data: list[SegmentFieldOut] = Field(description="All fields, by name.")
    collections: list[str] = Field(
        description="Names of collections, queried with `some`, `every` or `none`."
    )


class SegmentMembershipOut(View):
    """One stay of a member in a segment."""

    segment_id: SegmentId = Field(description="The segment.")
    segment_name: str = Field(description="What the segment is called.")
    member_id: MemberId = Field(description="The member.")
    joined_at: datetime = Field(description="When the stay began.")
    reason: Literal["criteria", "hand", "merge"] = Field(
        description="Why the member joined: `criteria`, `hand` or `merge`."
    )
    version: int | None = Field(
        description="Version of the segment, if its criteria brought the member in."
    )
    found: dict[str, Any] | None = Field(
        description="The comparisons that held, by field, with the values found."
    )
    left_at: datetime | None = Field(description="When the stay ended; null while it lasts.")
    left_reason: Literal["criteria", "hand", "merge", "erased"] | None = Field(
        description="What ended it; null while it lasts."
    )
    expanded: Expanded = None


class MemberSegmentOut(View):
    """A segment that a member belongs to."""

    id: SegmentId
    name: str = Field(description="What the segment is called.")
    joined_at: datetime = Field(description="Since when the member belongs to it.")


class SegmentDayOut(View):
    """What a segment's members did on one of the tenant's days."""

    day: date = Field(description="The tenant's local day, `YYYY-MM-DD`.")
    members: int = Field(description="Members at the end of the day.")
    joined: int = Field(description="Members who joined that day.")
    left: int = Field(validation_alias="left_count", description="Members who left that day.")
    revenue: MoneyOut = Field(
        description="What the members spent that day, in the tenant's currency."
    )
    purchases: int = Field(description="Number of their completed purchases.")
    points_earned: int = Field(description="Points that they earned.")
    points_redeemed: int = Field(description="Points that they spent.")


class SegmentPerformanceOut(Whole):
    """A segment day by day, oldest first; a day is counted during the following night."""

    data: list[SegmentDayOut] = Field(description="One entry per day, oldest first.")


class OverlapOut(View):
    """How many members two segments share, and how many only one of them has."""

    segment_id: SegmentId = Field(description="The other segment.")
    name: str = Field(description="What the other segment is called.")
    shared: int = Field(description="Members of both.")
    only_this: int = Field(description="Members of the segment in the path only.")
    only_other: int = Field(description="Members of the other segment only.")


class OverlapsOut(Whole):
    """The other segments in use that share members with one, most shared first."""

    data: list[OverlapOut] = Field(description="The other segments, most shared members first.")


class ListedIn(Schema):
    """The members to add or remove: up to 1,000, by our ids, by yours, or by what they show."""

    members: list[MemberId] = Field(
        default=[], max_length=CHUNK, description="Our ids of the members."
    )
    external_ids: list[Code] = Field(
        default=[],
        max_length=CHUNK,
        examples=[["anna", "bert"]],
        description="Your own ids of the members.",
    )
    identifiers: list[Pasted] = Field(
        default=[],
        max_length=CHUNK,
        examples=[["anna@example.com", "C-1042"]],
        description="Whatever else you have of them: e-mail addresses, card numbers or other"
        " identities (also `kind:value`), or your own ids, mixed as in a pasted list.",
    )

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not 0 < len(self.names()) <= CHUNK:
            msg = f"send 1 to {CHUNK} members in `members`, `external_ids` and `identifiers`"
            raise ValueError(f"{msg} together")
        return self

    def names(self) -> list[UUID | str | Identifier]:
        """Return all that was sent, in order."""
        return [*self.members, *self.external_ids, *map(Identifier, self.identifiers)]


class ListedOut(View):
    """The outcome for one member."""

    name: str = Field(description="The id as it was sent.")
    member_id: MemberId | None = Field(description="The member; null if none was found.")
    outcome: Literal[
        "added", "already", "removed", "absent", "not_found", "ambiguous", "inactive"
    ] = Field(
        description="`added` or `removed`: done. `already` on the list, `absent` from it,"
        " `not_found`, `ambiguous`: several members are known by it, or `inactive`: blocked,"
        " archived, merged or erased."
    )


class ListedResultOut(View):
    """The outcome for each, in the order sent: `members`, `external_ids`, then `identifiers`."""

    data: list[ListedOut] = Field(description="One entry per id that was sent.")
    member_count: int = Field(description="Members on the list now.")
