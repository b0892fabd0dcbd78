"""Choosing members by what the list of them takes: for those who do something to all of them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, Field

from laurels.kit.values.fields import Code, Email, IdOf, Moment, Name, Schema
from laurels.kit.values.text import check_key
from laurels.kit.work import Work

from . import finding
from .queries import chosen
from .schemas import Status

MAX_CRITERIA = 8000
"""Characters of criteria in an address."""


def narrowed(
    segment: Annotated[
        UUID | None,
        IdOf("segment"),
        Query(description="Members of this segment. It requires `segments:read`, too."),
    ] = None,
    criteria: Annotated[
        str | None,
        Query(
            max_length=MAX_CRITERIA,
            description="Members that match criteria, as JSON: a condition over the fields of"
            " `GET /v1/segments/fields`. It requires `segments:read`, too.",
            examples=['{"field": "points.available", "op": "gte", "value": 500}'],
        ),
    ] = None,
) -> dict[str, str | None]:
    """Return what of other rooms narrows a list, by its name there."""
    return {"segment": None if segment is None else str(segment), "criteria": criteria}


def check_identity(text: str) -> str:
    """Return an identity, `kind:value`. Raise ValueError for what is none."""
    if not all(text.partition(":")):
        msg = "is not a kind and a value such as `crm_id:C-1042`"
        raise ValueError(msg)
    return check_key(text)


class MemberFilter(Schema):
    """The parameters of `GET /v1/members` that say who is listed."""

    external_id: Code | None = Field(default=None, description="Exactly this external id.")
    email: Email | None = Field(default=None, description="Exactly this e-mail, any case.")
    identity: Annotated[
        str | None,
        Field(max_length=200),
        AfterValidator(lambda text: text and check_identity(text)),
    ] = Field(default=None, description="Exactly this identity: `kind:value`.")
    search: Name | None = Field(
        default=None, description="Parts of names, e-mail, external id or telephone number."
    )
    status: Status | None = Field(
        default=None, description="Of this status; by default those in sight: active or blocked."
    )
    segment: Annotated[UUID, IdOf("segment")] | None = Field(
        default=None, description="Members of this segment. It requires `segments:read`, too."
    )
    criteria: str | None = Field(
        default=None,
        max_length=MAX_CRITERIA,
        description="Members that match criteria, as JSON. It requires `segments:read`, too.",
    )
    since: Moment | None = Field(
        default=None, description="Profile or status last changed at or after this moment."
    )
    until: Moment | None = Field(
        default=None, description="Profile or status last changed before this moment."
    )


async def choose(work: Work, wanted: MemberFilter, *, limit: int) -> list[UUID]:
    """Return the members that the list would show, by id, and so many at most."""
    async with _statement(work, wanted, "select m.id") as (sql, values):
        values.append(limit)
        rows = await work.fetch(f"{sql} order by m.id limit ${len(values)}", *values)
    return [row[0] for row in rows]


async def count(work: Work, wanted: MemberFilter, *, limit: int) -> int:
    """Return how many members the list would show, and `limit` where there are more."""
    async with _statement(work, wanted, "select 1") as (sql, values):
        values.append(limit)
        limited = f"select count(*) from ({sql} limit ${len(values)}) as n"
        row = await work.fetchrow(limited, *values)
    return row[0] if row else 0


@asynccontextmanager
async def _statement(
    work: Work, wanted: MemberFilter, what: str
) -> AsyncGenerator[tuple[str, list[object]]]:
    async with chosen(
        work,
        external_id=wanted.external_id,
        email=wanted.email,
        identity=wanted.identity,
        search=await finding.search(work, wanted.search),
        status=wanted.status,
        changed=wanted.since is not None,
        narrowed=narrowed(wanted.segment, wanted.criteria),
    ) as (found, values):
        conditions = found
        for moment, sign in ((wanted.since, ">="), (wanted.until, "<")):
            if moment is not None:
                values.append(moment)
                conditions += f" and m.updated_at {sign} ${len(values)}::timestamptz"
        yield f"{what} from laurels.members as m where m.tenant_id = $1 {conditions}", values
