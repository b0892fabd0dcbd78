"""Members: ensure, upsert, totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from laurels import audit, tenants
from laurels.events import emit
from laurels.events.catalogue import Event
from laurels.events.catalogue.members import MemberChanged, MemberEnrolled
from laurels.kit.db.columns import columns
from laurels.kit.db.sql import statements
from laurels.kit.values.ids import encode, new_id
from laurels.kit.values.telephone import to_e164
from laurels.kit.values.text import fold
from laurels.kit.work import Work

from .errors import BirthdayInvalid, ConsentInvalid, EmailTaken, MemberArchived, MemberUnidentified
from .identifying import identify, known_by, match, refuse_double, require_known
from .queries import get_member, require_own_life
from .settings import MemberSettings

SQL = statements(__name__)

PROFILE = tuple(
    """
    external_id email first_name last_name phone birthday email_opt_in email_opt_in_at
    email_opt_in_source sms_opt_in sms_opt_in_at sms_opt_in_source is_vip last_login_at attributes
    """.split()
)


@dataclass(frozen=True, slots=True)
class Upserted:
    """A member as it now is, whether it was made just now, and whether anything is new."""

    id: UUID
    created: bool
    changed: bool = True


@dataclass(slots=True)
class Ensured:
    """Whom external ids mean: the members' ids, and which of them were enrolled just now.

    `named` has the ids of members that were merged into those; `inactive` the
    status of those who earn nothing.
    """

    ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    new: list[UUID] = field(default_factory=list[UUID])
    named: dict[str, UUID] = field(default_factory=dict[str, UUID])
    inactive: dict[UUID, str] = field(default_factory=dict[UUID, str])

    def add(self, other: "Ensured") -> None:
        """Know what the other knows, too."""
        self.ids.update(other.ids)
        self.named.update(other.named)
        self.inactive.update(other.inactive)


async def ensure(
    work: Work,
    external_ids: Sequence[str],
    *,
    enrolled_at: dict[str, datetime] | None = None,
    historical: bool = False,
) -> dict[str, UUID]:
    """Each of these external ids is a member; return their ids. Unknown ones are enrolled."""
    ensured = await ensure_new(work, external_ids, enrolled_at=enrolled_at, historical=historical)
    return ensured.ids


async def ensure_new(
    work: Work,
    external_ids: Sequence[str],
    *,
    enrolled_at: dict[str, datetime] | None = None,
    historical: bool = False,
    known: Ensured | None = None,
) -> Ensured:
    """Like `ensure`; say also who was enrolled just now, and who is not what they were.

    `known` is what `look_up` said of these external ids a moment ago; it is not asked again.
    """
    wanted = list(dict.fromkeys(external_ids))
    if not wanted:
        return Ensured()
    moments = enrolled_at or {}
    ensured = await look_up(work, wanted) if known is None else known
    missing = [external_id for external_id in wanted if external_id not in ensured.ids]
    if not missing:
        return ensured
    ids = [new_id() for _ in missing]
    dates = [moments.get(external_id, work.now) for external_id in missing]
    now_there = await _by_external_id(work, missing, ids, dates)
    ensured.add(now_there)
    made = set(ids)
    new = {name: member_id for name, member_id in now_there.ids.items() if member_id in made}
    events: list[Event] = [
        MemberEnrolled(member_id, moments.get(external_id, work.now), external_id)
        for external_id, member_id in new.items()
    ]
    emit(work, events, historical=historical)
    ensured.new = list(new.values())
    return ensured


async def find(work: Work, external_ids: Sequence[str]) -> dict[str, UUID]:
    """Return the ids of those of these external ids that are members."""
    return (await look_up(work, external_ids)).ids


async def look_up(work: Work, external_ids: Sequence[str]) -> Ensured:
    """Return whom these external ids mean, as far as they mean anybody."""
    if not external_ids:
        return Ensured()
    return await _by_external_id(work, list(dict.fromkeys(external_ids)), [], [])


async def _by_external_id(
    work: Work, external_ids: list[str], new_ids: list[UUID], dates: list[datetime]
) -> Ensured:
    rows = await work.fetch(SQL.ensure_members, work.tenant_id, external_ids, new_ids, dates)
    return _ensured(rows)


def _ensured(rows: Sequence[Any]) -> Ensured:
    return Ensured(
        {row[0]: row[1] for row in rows},
        named={row[0]: row[2] for row in rows if row[2] != row[1]},
        inactive={row[1]: row[3] for row in rows if row[3] != "active"},
    )


async def upsert(work: Work, profile: dict[str, Any], *, historical: bool = False) -> Upserted:
    """The member with this external id, e-mail or other identity exists and has this profile.

    Fields that are not named stay as they are, and so do identities of other kinds; `historical`
    keeps events from the outside, and `enrolled_at` says since when somebody new is a member. Raise
    MemberUnidentified, MemberAmbiguous, EmailTaken or IdentityTaken.
    """
    if not known_by(profile):
        raise MemberUnidentified(field="external_id")
    _refuse_unborn(work, profile)
    profile = await _with_telephone(work, profile)
    member_id = await match(work, profile)
    if member_id is None:
        return await _insert(work, profile, historical=historical)
    return await _update(work, member_id, profile, historical=historical)


async def _update(
    work: Work, member_id: UUID, profile: dict[str, Any], *, historical: bool
) -> Upserted:
    """Bring a member up to date who was matched; raise MemberArchived when they are away.

    By the ids of a member who was merged the survivor is meant, whose own ids stay as they are.
    """
    before = await get_member(work, member_id)
    if before["status"] == "archived":
        raise MemberArchived(member=encode("member", member_id))
    if before["status"] == "merged":
        own = {
            name: value
            for name, value in profile.items()
            if name not in {"external_id", "email", "identities"}
        }
        survivor: UUID = before["survivor_id"]
        return await _update(work, survivor, own, historical=historical)
    changed = await change(work, member_id, profile, historical=historical)
    return Upserted(member_id, created=False, changed=changed)


def _refuse_unborn(work: Work, profile: dict[str, Any]) -> None:
    born = profile.get("birthday")
    # Somewhere it is tomorrow already.
    if born is not None and born > work.now.date() + timedelta(days=1):
        msg = f"{born} is in the future; check the year"
        raise BirthdayInvalid(msg, field="birthday")


async def _insert(work: Work, profile: dict[str, Any], *, historical: bool) -> Upserted:
    member_id = new_id()
    profile = {**profile, **_consent(work, profile, {}, historical=historical)}
    since: datetime = profile.get("enrolled_at") or work.now
    learnt = _learnt(work, profile, historical=historical)
    row = columns({**_profile(profile), **learnt, "enrolled_at": since})
    try:
        async with work.savepoint():
            sql = f"""
                insert into laurels.members (tenant_id, id, {row.names})
                values ($1, $2, {row.marks})
            """
            await work.fetch(sql, work.tenant_id, member_id, *row.values)
            await identify(work, member_id, profile.get("identities") or {}, new=True)
    except asyncpg.UniqueViolationError:
        # Somebody enrolled the same person in the meantime; now they are there to be changed.
        member_id_now = await match(work, profile)
        if member_id_now is None:
            raise EmailTaken(field="email") from None
        return await _update(work, member_id_now, profile, historical=historical)
    if not historical:
        stored = {name: profile[name] for name in (*PROFILE, "identities") if name in profile}
        await audit.record(work, "member.enrolled", "member", member_id, after=stored)
    enrolled = MemberEnrolled(member_id, since, profile.get("external_id"))
    emit(work, [enrolled], historical=historical)
    return Upserted(member_id, created=True)


async def change(
    work: Work, member_id: UUID, profile: dict[str, Any], *, historical: bool = False
) -> bool:
    """The member has this profile; fields not named stay. Say whether anything is new.

    Raise MemberNotFound, EmailTaken, ExternalIdTaken, IdentityTaken, MemberMerged, MemberErased, or
    MemberUnidentified when nothing would be left by which they are known.
    """
    before = await get_member(work, member_id)
    require_own_life(before)
    profile = await _with_telephone(work, profile)
    sent: dict[str, str | None] = profile.get("identities") or {}
    identities = {
        kind: value for kind, value in sent.items() if before["identities"].get(kind) != value
    }
    require_known({**before, **profile}, {**before["identities"], **identities})
    profile = {**profile, **_consent(work, profile, before, historical=historical)}
    if _same_address(before["email"], profile.get("email")):
        # Whose capitals differ is the same to us; to the server of their mail perhaps not.
        del profile["email"]
    values = {name: value for name, value in _profile(profile).items() if before[name] != value}
    if not values and not identities:
        return False
    row = columns({**values, **_learnt(work, values, historical=historical)})
    pairs = f"{row.pairs}, " if values else ""
    try:
        async with work.savepoint():
            sql = f"""
                update laurels.members
                set {pairs}updated_at = now()
                where tenant_id = $1 and id = $2
            """
            await work.fetch(sql, work.tenant_id, member_id, *row.values)
            await identify(work, member_id, identities)
    except asyncpg.UniqueViolationError:
        raise await refuse_double(work, member_id, {**values, "identities": identities}) from None
    if identities:
        values["identities"] = identities
        profile["identities"] = {**before["identities"], **identities}
    await audit.record(
        work,
        "member.changed",
        "member",
        member_id,
        before={name: before[name] for name in values},
        after={name: profile[name] for name in values},
    )
    emit(work, [MemberChanged(member_id, work.now, sorted(values))], historical=historical)
    return True


async def _with_telephone(work: Work, profile: dict[str, Any]) -> dict[str, Any]:
    """Return the profile with its telephone number in the one form in which they are kept."""
    if profile.get("phone") is None:
        return profile
    country = (await tenants.read(work, MemberSettings)).country
    return {**profile, "phone": to_e164(profile["phone"], country)}


def _profile(profile: dict[str, Any]) -> dict[str, Any]:
    return {name: profile[name] for name in PROFILE if name in profile}


def _learnt(work: Work, values: dict[str, Any], *, historical: bool) -> dict[str, Any]:
    """Return the moment at which a day of birth was told; of old data it was long ago."""
    if "birthday" not in values:
        return {}
    return {"birthday_known_at": None if historical or values["birthday"] is None else work.now}


def _consent(
    work: Work, profile: dict[str, Any], before: Mapping[str, Any], *, historical: bool
) -> dict[str, Any]:
    """Return when and where consent was said that this profile tells. Raise ConsentInvalid.

    Said again as it was, it keeps its time and place, unless new ones come along.
    """
    consent: dict[str, Any] = {}
    for name in ("email_opt_in", "sms_opt_in"):
        if name not in profile:
            continue
        at, source = f"{name}_at", f"{name}_source"
        if profile[name] is None:
            consent |= {at: None, source: None}
            continue
        kept: Mapping[str, Any] = before if before.get(name) == profile[name] else {}
        moment: datetime = profile.get(at) or kept.get(at) or work.now
        if moment > work.now + CLOCKS_DIFFER:
            raise ConsentInvalid(field=at)
        origin = "import" if historical else _ORIGINS.get(work.actor.kind, work.actor.kind)
        consent |= {at: moment, source: profile.get(source) or kept.get(source) or origin}
    return consent


_ORIGINS = {"api_key": "api"}
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far ahead another clock may be."""


def _same_address(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and fold(one) == fold(other)


def add_purchases(work: Work, purchases: Sequence[tuple[UUID, Decimal, datetime]]) -> None:
    """The members' lifetime totals include these purchases: member, amount and moment of each.

    One below zero is goods that came back: no purchase, but money that was refunded.
    """
    if purchases:
        work.write(
            "laurels.add_purchases_to_totals",
            work.tenant_id,
            [member_id for member_id, _, _ in purchases],
            [amount for _, amount, _ in purchases],
            [moment for _, _, moment in purchases],
        )


def add_refunds(work: Work, refunds: Sequence[tuple[UUID, Decimal, bool]]) -> None:
    """The members' lifetime totals include these refunds: member, amount, and if all went back."""
    if refunds:
        work.write(
            "laurels.add_refunds_to_totals",
            work.tenant_id,
            [member_id for member_id, _, _ in refunds],
            [amount for _, amount, _ in refunds],
            [whole for _, _, whole in refunds],
        )


async def set_totals(work: Work, totals: Sequence[Sequence[Any]], *, of: Sequence[UUID]) -> None:
    """The lifetime totals of these members are these: member, spend, refunded, number, first, last.

    Who is not among the totals has bought nothing.
    """
    known = {row[0] for row in totals}
    rows = [
        *totals,
        *((member_id, 0, 0, 0, None, None) for member_id in of if member_id not in known),
    ]
    rows.sort(key=lambda row: row[0])
    await work.fetch(
        SQL.add_totals, work.tenant_id, *(list(column) for column in zip(*rows, strict=True))
    )
