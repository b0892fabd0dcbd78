"""Recording deeds, set-based and idempotent on (source, external id)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from laurels.kit.db import MAX_MONEY
from laurels.kit.errors import AppError, altered, refused
from laurels.kit.ids import new_id
from laurels.kit.time import check_occurred_at
from laurels.kit.work import Actor, Work, sparse

from .errors import DeedAltered, DeedInvalid

OURS: Final = "laurels"
"""The source of deeds that nobody reports, because we see them ourselves."""
BIRTHDAY: Final = "birthday"
"""The kind of such a deed: a member had their birthday."""
PLACES = 4
"""Decimal places that a value may have."""


@dataclass(slots=True, kw_only=True)
class NewDeed:
    """A deed as somebody reports it. `member` is the external id, `member_id` ours.

    `doer_id` is whom these turned out to mean; settlement finds that out. `named_id` is who was
    named, where that member was merged into the doer since; `barred` says that they earn nothing
    at present. `by`: who reports it, where that is not whose work it is.
    """

    kind: str
    source: str = "api"
    external_id: str | None = None
    member: str | None = None
    member_id: UUID | None = None
    doer_id: UUID | None = None
    named_id: UUID | None = None
    by: Actor | None = None
    barred: str | None = None
    subject: str | None = None
    value: Decimal | None = None
    attributes: dict[str, Any] = field(default_factory=dict[str, Any])
    occurred_at: datetime | None = None

    @property
    def buyer_id(self) -> UUID | None:
        """The doer by the name that whoever is found for a purchase has."""
        return self.doer_id

    @buyer_id.setter
    def buyer_id(self, found: UUID | None) -> None:
        self.doer_id = found


@dataclass(slots=True)
class Recorded:
    """A deed that is in the books, and whether it came there just now."""

    id: UUID
    new: bool


def check(deed: NewDeed, now: datetime) -> None:
    """Raise DeedInvalid, naming the field and the remedy, for what nobody can report."""
    if deed.kind == BIRTHDAY:
        msg = "is celebrated by itself, once a year; send the member's `birthday` instead"
        raise refused(DeedInvalid, "kind", msg)
    if deed.source == OURS:
        msg = f"`{OURS}` is the source of what Laurels itself records; send another one"
        raise refused(DeedInvalid, "source", msg)
    if deed.value is not None:
        deed.value = _checked(deed.value)
    try:
        if deed.occurred_at is not None:
            deed.occurred_at = check_occurred_at(deed.occurred_at, now)
    except ValueError as error:
        raise refused(DeedInvalid, "occurred_at", str(error)) from None


def _checked(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= MAX_MONEY:
        msg = f"is not a number from 0 to {MAX_MONEY:,}"
        raise refused(DeedInvalid, "value", msg)
    if value != round(value, PLACES):
        msg = f"has more than {PLACES} decimal places; round it"
        raise refused(DeedInvalid, "value", msg)
    return value


def content_of(deed: NewDeed) -> bytes:
    """Return the digest of what was said of a deed."""
    told = orjson.dumps(_said_of(deed), default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(told).digest()


def _said_of(deed: NewDeed) -> dict[str, Any]:
    """Return what was said of a deed, by the names of the API."""
    return {
        "member": str(deed.named_id or deed.doer_id),
        "kind": deed.kind,
        "subject": deed.subject,
        "value": None if deed.value is None else f"{deed.value.normalize():f}",
        "occurred_at": None if deed.occurred_at is None else deed.occurred_at.isoformat(),
        "attributes": deed.attributes,
    }


def _differing(deed: NewDeed, before: NewDeed) -> list[str]:
    """Return the fields that differ; a moment that is not sent means the one that is recorded."""
    now, then = _said_of(deed), _said_of(before)
    if deed.occurred_at is None:
        del now["occurred_at"]
    return [name for name, value in now.items() if value != then[name]]


async def _name_differences(
    work: Work,
    deeds: Sequence[NewDeed],
    outcomes: list[Recorded | AppError],
    other: Mapping[int, UUID],
) -> None:
    """What was reported before with other content is refused by the fields that differ."""
    if not other:
        return
    rows = await work.fetch(
        """
        select id, coalesce(original_member_id, member_id) as doer_id, kind, subject, value,
          occurred_at, attributes
        from laurels.deeds where tenant_id = $1 and id = any($2)
        """,
        work.tenant_id, list(other.values()),
    )  # fmt: skip
    there = {row["id"]: NewDeed(**{k: v for k, v in row.items() if k != "id"}) for row in rows}
    for number, deed_id in other.items():
        if fields := _differing(deeds[number], there[deed_id]):
            outcomes[number] = altered(DeedAltered, fields)


async def record(work: Work, deeds: Sequence[NewDeed]) -> list[Recorded | AppError]:
    """Each deed is in the books, once; doers are known by `doer_id` by now.

    A repeat with the same content gives the deed that is there, also one that was revoked since;
    other content is DeedAltered.
    """
    if not deeds:
        return []
    contents = [content_of(deed) for deed in deeds]
    outcomes: list[Recorded | AppError] = [Recorded(new_id(), new=True) for _ in deeds]
    first: dict[tuple[str, str], int] = {}
    for number, deed in enumerate(deeds):
        if deed.external_id is not None:
            first.setdefault((deed.source, deed.external_id), number)
    fresh = [
        number
        for number, deed in enumerate(deeds)
        if deed.external_id is None or first[deed.source, deed.external_id] == number
    ]
    there = await _insert(work, deeds, outcomes, contents, fresh)
    other: dict[int, UUID] = {}
    for number, deed in enumerate(deeds):
        if deed.external_id is None:
            continue
        key = deed.source, deed.external_id
        earlier = first[key]
        if key in there:
            deed_id, content = there[key]
            outcomes[number] = Recorded(deed_id, new=False)
            if content is not None and content != contents[number]:
                other[number] = deed_id
        elif earlier == number:
            continue
        elif fields := _differing(deed, deeds[earlier]):
            outcomes[number] = altered(DeedAltered, fields)
        else:
            outcomes[number] = Recorded(_id_of(outcomes[earlier]), new=False)
    await _name_differences(work, deeds, outcomes, other)
    return outcomes


def _id_of(outcome: Recorded | AppError) -> UUID:
    assert isinstance(outcome, Recorded), "the first of a key is recorded before it is compared"
    return outcome.id


async def _insert(
    work: Work,
    deeds: Sequence[NewDeed],
    outcomes: Sequence[Recorded | AppError],
    contents: Sequence[bytes],
    fresh: Sequence[int],
) -> dict[tuple[str, str], tuple[UUID, bytes | None]]:
    """Write those that are not there yet; return those that were, by their natural key."""
    chosen = [deeds[number] for number in fresh]
    rows = await work.fetch(
        "select * from laurels.record_deeds($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        work.tenant_id,
        [_id_of(outcomes[number]) for number in fresh],
        [deed.source for deed in chosen],
        sparse([deed.external_id for deed in chosen]),
        [deed.doer_id for deed in chosen],
        [deed.kind for deed in chosen],
        sparse([deed.subject for deed in chosen]),
        [deed.value for deed in chosen],
        sparse(
            [orjson.dumps(deed.attributes).decode() if deed.attributes else None for deed in chosen]
        ),
        [contents[number] for number in fresh],
        [deed.occurred_at or work.now for deed in chosen],
    )
    wanted = {(deeds[number].source, deeds[number].external_id) for number in fresh}
    return {
        (row[0], row[1]): (row[2], None if row[3] is None else bytes(row[3]))
        for row in rows
        if (row[0], row[1]) in wanted
    }
