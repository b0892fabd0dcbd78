"""What answers about members can be expanded by: the segments that they belong to."""

from collections.abc import Mapping
from uuid import UUID

from laurels.kit.http.expand import Rows
from laurels.kit.work import Work

from .queries import names_of
from .schemas import MemberSegmentOut


async def segments(work: Work, rows: Rows) -> Mapping[UUID, list[MemberSegmentOut]]:
    """Return the segments in use that each member of an answer belongs to."""
    found = await names_of(work, list(rows))
    return {
        member_id: [MemberSegmentOut.model_validate(row) for row in belonging]
        for member_id, belonging in found.items()
    }
