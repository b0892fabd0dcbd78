"""Members: ensure, upsert, totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from laurels import audit
from laurels.events import emit
from laurels.events.catalogue import Event, MemberChanged, MemberEnrolled
from laurels.kit.ids import encode, new_id
from laurels.kit.work import Work

from .errors import (
    BirthdayInvalid,
    EmailTaken,
    ExternalIdTaken,
    MemberAmbiguous,
    MemberUnidentified,
)
from .queries import get_member

PROFILE = (
    "external_id", "email", "first_name", "last_name", "phone", "birthday", "email_opt_in",
    "sms_opt_in", "attributes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upserted:
    """A member as it now is, whether it was made just now, and whether anything is new."""

    id: UUID
    created: bool
    changed: bool = True


async def ensure(
    work: Work,
    external_ids: Sequence[str],
    *,
    enrolled_at: dict[str, datetime] | None = None,
    historical: bool = False,
) -> dict[str, UUID]:
    """Each of these external ids is a member; return their ids. Unknown ones are enrolled."""
    found, _ = await ensure_new(work, external_ids, enrolled_at=enrolled_at, historical=historical)
    return found


async def ensure_new(
    work: Work,
    external_ids: Sequence[str],
    *,
    enrolled_at: dict[str, datetime] | None = None,
    historical: bool = False,
    known: Mapping[str, UUID] | None = None,
) -> tuple[dict[str, UUID], list[UUID]]:
    """Like `ensure`; return also the ids of those who were enrolled just now.

    `known` is what `find` said of these external ids a moment ago; then it is not asked again.
    """
    wanted = list(dict.fromkeys(external_ids))
    if not wanted:
        return {}, []
    moments = enrolled_at or {}
    found = await find(work, wanted) if known is None else dict(known)
    missing = [external_id for external_id in wanted if external_id not in found]
    if not missing:
        return found, []
    ids = [new_id() for _ in missing]
    dates = [moments.get(external_id, work.now) for external_id in missing]
    now_there = await _by_external_id(work, missing, ids, dates)
    found.update(now_there)
    made = set(ids)
    new = {name: member_id for name, member_id in now_there.items() if member_id in made}
    events: list[Event] = [
        MemberEnrolled(member_id, moments.get(external_id, work.now), external_id)
        for external_id, member_id in new.items()
    ]
    emit(work, events, historical=historical)
    return found, list(new.values())


async def find(work: Work, external_ids: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of those of these external ids that are members."""
    if not external_ids:
        return {}
    return await _by_external_id(work, list(dict.fromkeys(external_ids)), [], [])


async def _by_external_id(
    work: Work, external_ids: list[str], new_ids: list[UUID], dates: list[datetime]
) -> dict[str, UUID]:
    rows = await work.fetch(
        "select * from laurels.ensure_members($1, $2, $3, $4)",
        work.tenant_id, external_ids, new_ids, dates,
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


async def upsert(work: Work, profile: dict[str, Any], *, historical: bool = False) -> Upserted:
    """The member with this external id or e-mail exists and has this profile.

    Fields that are not named stay as they are; `historical` keeps events from the outside. Raise
    MemberUnidentified, MemberAmbiguous or EmailTaken.
    """
    external_id, email = profile.get("external_id"), profile.get("email")
    if external_id is None and email is None:
        raise MemberUnidentified(field="external_id")
    _refuse_unborn(work, profile)
    member_id = await _match(work, external_id, email)
    if member_id is None:
        return await _insert(work, profile, historical=historical)
    changed = await change(work, member_id, profile, historical=historical)
    return Upserted(member_id, created=False, changed=changed)


def _refuse_unborn(work: Work, profile: dict[str, Any]) -> None:
    born = profile.get("birthday")
    # Somewhere it is tomorrow already.
    if born is not None and born > work.now.date() + timedelta(days=1):
        msg = f"{born} lies in the future; check the year"
        raise BirthdayInvalid(msg, field="birthday")


async def _match(work: Work, external_id: str | None, email: str | None) -> UUID | None:
    """Return whom external id and e-mail mean, locked. Raise MemberAmbiguous when two people."""
    rows = await work.fetch(
        "select id, external_id, external_id = $2 as by_id from laurels.members"
        " where tenant_id = $1 and (external_id = $2"
        "  or (lower(email) = lower($3) and status = 'active')) order by id for no key update",
        work.tenant_id, external_id, email,
    )  # fmt: skip
    if not rows:
        return None
    named = [row for row in rows if row["by_id"]]
    others = [row for row in rows if not row["by_id"]]
    other_has_id = any(row["external_id"] is not None for row in others)
    if len(rows) > 1 or (external_id is not None and not named and other_has_id):
        ids = [encode("member", row["id"]) for row in rows]
        raise MemberAmbiguous(field="email", members=ids)
    return rows[0]["id"]


async def _insert(work: Work, profile: dict[str, Any], *, historical: bool) -> Upserted:
    member_id = new_id()
    values = _bind(profile)
    columns = ["tenant_id", "id", "enrolled_at", *values]
    marks = [f"${n}{_cast(name)}" for n, name in enumerate(columns, start=1)]
    try:
        async with work.savepoint():
            await work.fetch(
                f"insert into laurels.members ({', '.join(columns)}) values ({', '.join(marks)})",
                work.tenant_id,
                member_id,
                work.now,
                *values.values(),
            )
    except asyncpg.UniqueViolationError:
        # Somebody enrolled the same person in the meantime; now they are there to be changed.
        found = await _match(work, profile.get("external_id"), profile.get("email"))
        if found is None:
            raise EmailTaken(field="email") from None
        changed = await change(work, found, profile, historical=historical)
        return Upserted(found, created=False, changed=changed)
    enrolled = MemberEnrolled(member_id, work.now, profile.get("external_id"))
    emit(work, [enrolled], historical=historical)
    return Upserted(member_id, created=True)


async def change(
    work: Work, member_id: UUID, profile: dict[str, Any], *, historical: bool = False
) -> bool:
    """The member has this profile; fields not named stay. Say whether anything is new.

    Raise MemberNotFound or EmailTaken.
    """
    before = await get_member(work, member_id)
    values = {
        name: value for name, value in _bind(profile).items() if before[name] != profile[name]
    }
    if not values:
        return False
    marks = [f"{name} = ${n}{_cast(name)}" for n, name in enumerate(values, start=3)]
    try:
        async with work.savepoint():
            await work.fetch(
                f"update laurels.members set {', '.join(marks)}, updated_at = now()"
                " where tenant_id = $1 and id = $2",
                work.tenant_id,
                member_id,
                *values.values(),
            )
    except asyncpg.UniqueViolationError:
        if values.get("external_id") in await find(work, [profile.get("external_id") or ""]):
            raise ExternalIdTaken(field="external_id") from None
        raise EmailTaken(field="email") from None
    await audit.record(
        work,
        action="member.changed",
        target_type="member",
        target_id=encode("member", member_id),
        before={name: before[name] for name in values},
        after={name: profile[name] for name in values},
    )
    emit(work, [MemberChanged(member_id, work.now, sorted(values))], historical=historical)
    return True


def _bind(profile: dict[str, Any]) -> dict[str, Any]:
    values = {name: profile[name] for name in PROFILE if name in profile}
    if values.get("attributes") is not None:
        values["attributes"] = orjson.dumps(values["attributes"]).decode()
    return values


def _cast(name: str) -> str:
    return "::jsonb" if name == "attributes" else ""


def add_purchases(work: Work, purchases: Sequence[tuple[UUID, Decimal, datetime]]) -> None:
    """The members' lifetime totals include these purchases: member, amount and moment of each."""
    if purchases:
        work.write(
            "laurels.add_purchases_to_totals",
            work.tenant_id,
            [member_id for member_id, _, _ in purchases],
            [amount for _, amount, _ in purchases],
            [moment for _, _, moment in purchases],
        )


def add_refunds(work: Work, refunds: Sequence[tuple[UUID, Decimal]]) -> None:
    """The members' lifetime totals include these refunds: member and amount of each."""
    if refunds:
        work.write(
            "laurels.add_refunds_to_totals",
            work.tenant_id,
            [member_id for member_id, _ in refunds],
            [amount for _, amount in refunds],
        )
