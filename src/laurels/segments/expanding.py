"""What answers can be expanded by: the segments of members, the members of segments."""

from collections.abc import Mapping
from uuid import UUID

from laurels import members
from laurels.kit.http.expand import Rows
from laurels.kit.work import Work
from laurels.members.schemas import MemberOut

from .queries import names_of
from .schemas import MemberSegmentOut


async def segments(work: Work, rows: Rows) -> Mapping[UUID, list[MemberSegmentOut]]:
    """Return the segments in use that each member of an answer belongs to."""
    found = await names_of(work, list(rows))
    return {
        member_id: [MemberSegmentOut.model_validate(row) for row in belonging]
        for member_id, belonging in found.items()
    }


async def members_of(work: Work, rows: Rows) -> Mapping[UUID, MemberOut]:
    """Return the member whom each row of an answer is about."""
    wanted = sorted({row["member_id"] for row in rows.values()})
    profiles = await members.get_facts(work, wanted)
    return {
        row_id: MemberOut.model_validate(profiles[row["member_id"]]) for row_id, row in rows.items()
    }
