"""By what members are known: external id, e-mail, and identities of other kinds."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError, Invalid
from laurels.kit.values.fields import MAX_IDENTITIES
from laurels.kit.values.ids import encode
from laurels.kit.values.text import fold
from laurels.kit.work import Work

from .errors import EmailTaken, ExternalIdTaken, IdentityTaken, MemberAmbiguous, MemberUnidentified

SQL = statements(__name__)


def known_by(profile: Mapping[str, Any]) -> list[Any]:
    """Return what this profile, or a member, is known by."""
    known = [profile.get("external_id"), profile.get("email")]
    known += (profile.get("identities") or {}).values()
    return [identity for identity in known if identity is not None]


def require_known(member: Mapping[str, Any], identities: Mapping[str, str | None]) -> None:
    """Raise MemberUnidentified if a member would be known by nothing, Invalid if by too much."""
    if not known_by({**member, "identities": identities}):
        msg = "Nothing would be left by which this member is known; keep one of the identifiers."
        raise MemberUnidentified(msg, field="external_id")
    if sum(value is not None for value in identities.values()) > MAX_IDENTITIES:
        msg = f"has more than {MAX_IDENTITIES} kinds; set one that is not needed to null"
        raise Invalid(msg, field="identities")


async def match(work: Work, profile: Mapping[str, Any]) -> UUID | None:
    """Return whom the ids of a profile mean, locked, None when nobody.

    Raise MemberAmbiguous when they mean several; EmailTaken or IdentityTaken when an e-mail or an
    identity means somebody who has another external id.
    """
    external_id, email = profile.get("external_id"), profile.get("email")
    holders = await _holders(work, profile.get("identities") or {})
    rows = await work.fetch(
        SQL.lock_matching,
        work.tenant_id,
        external_id,
        None if email is None else fold(email),
        list(holders),
    )
    named = [row for row in rows if row["by_id"]]
    known = [row for row in rows if row["by_identity"] and not row["by_id"]]
    mailed = [row for row in rows if not row["by_identity"] and not row["by_id"]]
    # Whoever has the e-mail now comes before those who had it when they were merged.
    mailed.sort(key=lambda row: row["status"] == "merged")
    candidates = [*named, *known, *mailed[:1]]
    people = {row["survivor_id"] or row["id"]: row["id"] for row in reversed(candidates)}
    if len(people) > 1:
        ids = [encode("member", row) for row in reversed(people.values())]
        msg = (
            f"The identifiers belong to different members, {' and '.join(ids)}; merge them if they"
            " are one person, or send only the identifiers of one."
        )
        place = "email" if mailed else "identities"
        raise MemberAmbiguous(msg, field=place, members=ids)
    if not named and candidates and external_id and candidates[0]["external_id"]:
        who = candidates[0]["id"]
        if known:
            raise _identity_taken(holders[known[0]["id"]], known[0]["id"])
        raise _taken(who, candidates[0]["external_id"])
    return candidates[0]["id"] if candidates else None


async def _holders(work: Work, identities: Mapping[str, str | None]) -> dict[UUID, str]:
    """Return by id the members who are known by one of these, and by which kind."""
    values = {kind: value for kind, value in identities.items() if value is not None}
    if not values:
        return {}
    rows = await work.fetch(
        SQL.holders_of_identities, work.tenant_id, list(values), list(values.values())
    )
    return {row[0]: row[1] for row in rows}


def _identity_taken(kind: str, member_id: UUID) -> IdentityTaken:
    member = encode("member", member_id)
    msg = (
        f"The member {member} has this `{kind}`; name that member, send another one, or merge the"
        " two if they are one person."
    )
    return IdentityTaken(msg, field=f"identities.{kind}", member=member)


def _taken(member_id: UUID, external_id: str | None) -> EmailTaken:
    known = f" (external id `{external_id}`)" if external_id else ""
    msg = (
        f"The member {encode('member', member_id)}{known} has this e-mail; name that member, send"
        " another e-mail, or enrol this one without it and merge the two."
    )
    return EmailTaken(msg, field="email", member=encode("member", member_id))


async def identify(
    work: Work, member_id: UUID, identities: Mapping[str, str | None], *, new: bool = False
) -> None:
    """The member is known by these, one of each kind, and no more by those that are null."""
    gone = [kind for kind, value in identities.items() if value is None]
    values = [(kind, value) for kind, value in sorted(identities.items()) if value is not None]
    if gone and not new:
        await work.fetch(SQL.drop_identities, work.tenant_id, member_id, gone)
    if values:
        await work.fetch(
            SQL.add_identities,
            work.tenant_id,
            member_id,
            [kind for kind, _ in values],
            [value for _, value in values],
        )


async def refuse_double(work: Work, member_id: UUID, profile: dict[str, Any]) -> AppError:
    """Return who has the external id, e-mail or identity that another member was to have."""
    holders = await _holders(work, profile.get("identities") or {})
    for holder, kind in holders.items():
        if holder != member_id:
            return _identity_taken(kind, holder)
    email = fold(profile.get("email") or "")
    row = await work.fetchrow(
        SQL.find_holder, work.tenant_id, member_id, profile.get("external_id"), email
    )
    if row is None:
        return EmailTaken(field="email")
    if row["by_id"]:
        msg = f"The member {encode('member', row['id'])} has this external id; send another one."
        return ExternalIdTaken(msg, field="external_id", member=encode("member", row["id"]))
    return _taken(row["id"], row["external_id"])
