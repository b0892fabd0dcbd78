"""Lists of members, narrowed to those of a segment or to those whom criteria mean."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson

from laurels import tenants
from laurels.kit.errors import Invalid
from laurels.kit.http.access import demand
from laurels.kit.values.time import zone
from laurels.kit.work import Work
from laurels.permissions import Permission

from . import criteria as registry
from .compiling import Values
from .errors import CriteriaInvalid, SegmentNotFound
from .matching import Question, looking_at_all
from .queries import PREVIEW_SECONDS, get_segment


@asynccontextmanager
async def of_segment(work: Work, text: str, values: list[Any]) -> AsyncGenerator[str]:
    """Say who belongs to a segment. Raise Invalid when there is none."""
    demand(work, Permission.SEGMENTS_READ, "Listing the members of a segment")
    segment_id = UUID(text)
    try:
        await get_segment(work, segment_id)
    except SegmentNotFound as error:
        raise Invalid(error.message, field="segment") from None
    values.append(segment_id)
    yield f"""
        m.id in (
          select x.member_id
          from laurels.segment_memberships as x
          where x.tenant_id = $1 and x.segment_id = ${len(values)}::uuid and x.left_at is null
        )
    """


@asynccontextmanager
async def by_criteria(work: Work, text: str, values: list[Any]) -> AsyncGenerator[str]:
    """Say whom criteria mean, written as JSON. Raise Invalid."""
    demand(work, Permission.SEGMENTS_READ, "Listing members by criteria")
    try:
        criteria = registry.read(orjson.loads(text))
    except orjson.JSONDecodeError:
        msg = "is not JSON; send a condition over the fields of `GET /v1/segments/fields`"
        raise Invalid(msg, field="criteria") from None
    except CriteriaInvalid as error:
        raise Invalid(error.message, field="criteria") from None
    tenant = await tenants.current(work)
    about = Question(criteria, Values(work.now, zone(tenant.time_zone), values))
    async with looking_at_all(work, seconds=PREVIEW_SECONDS):
        yield f"m.id in (select m.id from {about.rows()})"
