"""Errors about segments.

AppError
├── SegmentNotFound     no such segment
├── SegmentNameTaken    another segment that is not archived has the name
├── SegmentArchived     archived: restore it first
├── SegmentIsStatic     a list by hand has no criteria
├── SegmentIsDynamic    members come and go by the criteria
├── CriteriaInvalid     the criteria cannot be read; says where, why, and what to do
└── TooManySegments     more segments than a tenant may have
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class SegmentNotFound(NotFound):
    """There is no segment with this id."""

    code: ClassVar[str] = "segment_not_found"


class SegmentNameTaken(Conflict):
    """Another segment has this name; choose another one. Names of archived segments are free."""

    code: ClassVar[str] = "segment_name_taken"


class SegmentArchived(Conflict):
    """The segment is archived; restore it first."""

    code: ClassVar[str] = "segment_archived"


class SegmentIsStatic(Conflict):
    """A static segment is a list kept by hand; it has no criteria and cannot be computed."""

    code: ClassVar[str] = "segment_is_static"


class SegmentIsDynamic(Conflict):
    """The criteria of a dynamic segment decide its members; create a static one to keep a list."""

    code: ClassVar[str] = "segment_is_dynamic"


class CriteriaInvalid(Invalid):
    """The criteria are not valid; `GET /v1/segments/fields` lists what they can use."""

    code: ClassVar[str] = "criteria_invalid"


class TooManySegments(Conflict):
    """A tenant can have at most 200 segments; archive one first."""

    code: ClassVar[str] = "too_many_segments"
