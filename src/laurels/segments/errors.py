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
    """There is no such segment."""

    code: ClassVar[str] = "segment_not_found"


class SegmentNameTaken(Conflict):
    """Another segment has this name; names of archived ones are free."""

    code: ClassVar[str] = "segment_name_taken"


class SegmentArchived(Conflict):
    """The segment is archived; restore it first."""

    code: ClassVar[str] = "segment_archived"


class SegmentIsStatic(Conflict):
    """A static segment is a list by hand; it has no criteria and is not computed."""

    code: ClassVar[str] = "segment_is_static"


class SegmentIsDynamic(Conflict):
    """Members of a dynamic segment come and go by its criteria; make a static one for a list."""

    code: ClassVar[str] = "segment_is_dynamic"


class CriteriaInvalid(Invalid):
    """The criteria cannot be read; `GET /v1/segments/fields` says what can be asked."""

    code: ClassVar[str] = "criteria_invalid"


class TooManySegments(Conflict):
    """There are 200 segments already; archive one that nobody needs."""

    code: ClassVar[str] = "too_many_segments"
