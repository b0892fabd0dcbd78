"""Groups of members, by criteria or as lists kept by hand, with a history of who joined and left.

Criteria are conditions, compiled to SQL. Rooms above `register` fields that criteria may ask. It
never decides what belonging to a segment brings.
"""

from .belonging import Named, look_up
from .criteria import FIELDS, read, register, register_collection, register_source
from .days import count_days
from .errors import CriteriaInvalid, SegmentNotFound
from .lists import add, remove
from .matching import facts_of
from .queries import (
    Preview,
    get_segment,
    list_days,
    list_memberships,
    list_segments,
    overlaps,
    preview,
    segments_of,
)
from .recomputing import Recomputed, keep_up, recompute
from .service import create

__all__ = [
    "FIELDS",
    "CriteriaInvalid",
    "Named",
    "Preview",
    "Recomputed",
    "SegmentNotFound",
    "add",
    "count_days",
    "create",
    "facts_of",
    "get_segment",
    "keep_up",
    "list_days",
    "list_memberships",
    "list_segments",
    "look_up",
    "overlaps",
    "preview",
    "read",
    "recompute",
    "register",
    "register_collection",
    "register_source",
    "remove",
    "segments_of",
]
