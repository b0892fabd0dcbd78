"""Recording activities, set-based and idempotent on (source, external id)."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson

from laurels.kit.db.pool import MAX_MONEY
from laurels.kit.db.sql import statements
from laurels.kit.errors import AppError, altered, refused
from laurels.kit.values.ids import new_id
from laurels.kit.values.time import check_occurred_at
from laurels.kit.work import Actor, Work, sparse

from .errors import ActivityAltered, ActivityInvalid

SQL = statements(__name__)

OURS: Final = "laurels"
"""The source of activities that nobody reports, because we see them ourselves."""
BIRTHDAY: Final = "birthday"
"""The kind of such an activity: a member had their birthday."""
PLACES = 4
"""Decimal places that a value may have."""


@dataclass(slots=True, kw_only=True)
class NewActivity:
    """An activity as somebody reports it. `member` is the external id, `member_id` ours.

    `doer_id` is whom these turned out to mean; settlement finds that out. `named_id` is who was
    named, where that member was merged into the doer since. `inactive_status`: why they earn
    nothing at present, `archived` or `blocked`. `by`: who reports it, where that is not whose work
    it is.
    """

    kind: str
    source: str = "api"
    external_id: str | None = None
    member: str | None = None
    member_id: UUID | None = None
    doer_id: UUID | None = None
    named_id: UUID | None = None
    by: Actor | None = None
    inactive_status: str | None = None
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
    """An activity that is in the books, and whether it came there just now."""

    id: UUID
    new: bool


def check(activity: NewActivity, now: datetime) -> None:
    """Raise ActivityInvalid, naming the field and the remedy, for what nobody can report."""
    if activity.kind == BIRTHDAY:
        msg = "is celebrated by itself, once a year; send the member's `birthday` instead"
        raise refused(ActivityInvalid, "kind", msg)
    if activity.source == OURS:
        msg = f"`{OURS}` is the source of what Laurels itself records; send another one"
        raise refused(ActivityInvalid, "source", msg)
    if activity.value is not None:
        activity.value = _checked(activity.value)
    try:
        if activity.occurred_at is not None:
            activity.occurred_at = check_occurred_at(activity.occurred_at, now)
    except ValueError as error:
        raise refused(ActivityInvalid, "occurred_at", str(error)) from None


def _checked(value: Decimal) -> Decimal:
    if not value.is_finite() or not 0 <= value <= MAX_MONEY:
        msg = f"is not a number from 0 to {MAX_MONEY:,}"
        raise refused(ActivityInvalid, "value", msg)
    if value != round(value, PLACES):
        msg = f"has more than {PLACES} decimal places; round it"
        raise refused(ActivityInvalid, "value", msg)
    return value


def content_of(activity: NewActivity) -> bytes:
    """Return the digest of what was said of an activity."""
    content = orjson.dumps(_said_of(activity), default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).digest()


def _said_of(activity: NewActivity) -> dict[str, Any]:
    """Return what was said of an activity, by the names of the API."""
    return {
        "member": str(activity.named_id or activity.doer_id),
        "kind": activity.kind,
        "subject": activity.subject,
        "value": None if activity.value is None else f"{activity.value.normalize():f}",
        "occurred_at": None if activity.occurred_at is None else activity.occurred_at.isoformat(),
        "attributes": activity.attributes,
    }


def _differing(activity: NewActivity, before: NewActivity) -> list[str]:
    """Return the fields that differ; a moment that is not sent means the one that is recorded."""
    now, then = _said_of(activity), _said_of(before)
    if activity.occurred_at is None:
        del now["occurred_at"]
    return [name for name, value in now.items() if value != then[name]]


async def _name_differences(
    work: Work,
    activities: Sequence[NewActivity],
    outcomes: list[Recorded | AppError],
    other: Mapping[int, UUID],
) -> None:
    """What was reported before with other content is refused by the fields that differ."""
    if not other:
        return
    rows = await work.fetch(SQL.find_recorded, work.tenant_id, list(other.values()))
    there = {row["id"]: NewActivity(**{k: v for k, v in row.items() if k != "id"}) for row in rows}
    for number, activity_id in other.items():
        if fields := _differing(activities[number], there[activity_id]):
            outcomes[number] = altered(ActivityAltered, fields)


async def record(work: Work, activities: Sequence[NewActivity]) -> list[Recorded | AppError]:
    """Each activity is in the books, once; doers are known by `doer_id` by now.

    A repeat with the same content gives the activity that is there, also one that was revoked
    since; other content is ActivityAltered.
    """
    if not activities:
        return []
    contents = [content_of(activity) for activity in activities]
    outcomes: list[Recorded | AppError] = [Recorded(new_id(), new=True) for _ in activities]
    first: dict[tuple[str, str], int] = {}
    for number, activity in enumerate(activities):
        if activity.external_id is not None:
            first.setdefault((activity.source, activity.external_id), number)
    fresh = [
        number
        for number, activity in enumerate(activities)
        if activity.external_id is None or first[activity.source, activity.external_id] == number
    ]
    there = await _insert(work, activities, outcomes, contents, fresh)
    other: dict[int, UUID] = {}
    for number, activity in enumerate(activities):
        if activity.external_id is None:
            continue
        key = activity.source, activity.external_id
        earlier = first[key]
        if key in there:
            activity_id, content = there[key]
            outcomes[number] = Recorded(activity_id, new=False)
            if content is not None and content != contents[number]:
                other[number] = activity_id
        elif earlier == number:
            continue
        elif fields := _differing(activity, activities[earlier]):
            outcomes[number] = altered(ActivityAltered, fields)
        else:
            outcomes[number] = Recorded(_id_of(outcomes[earlier]), new=False)
    await _name_differences(work, activities, outcomes, other)
    return outcomes


def _id_of(outcome: Recorded | AppError) -> UUID:
    assert isinstance(outcome, Recorded), "the first of a key is recorded before it is compared"
    return outcome.id


async def _insert(
    work: Work,
    activities: Sequence[NewActivity],
    outcomes: Sequence[Recorded | AppError],
    contents: Sequence[bytes],
    fresh: Sequence[int],
) -> dict[tuple[str, str], tuple[UUID, bytes | None]]:
    """Write those that are not there yet; return those that were, by their natural key."""
    chosen = [activities[number] for number in fresh]
    rows = await work.fetch(
        SQL.record_activities,
        work.tenant_id,
        [_id_of(outcomes[number]) for number in fresh],
        [activity.source for activity in chosen],
        sparse([activity.external_id for activity in chosen]),
        [activity.doer_id for activity in chosen],
        [activity.kind for activity in chosen],
        sparse([activity.subject for activity in chosen]),
        [activity.value for activity in chosen],
        sparse(
            [
                orjson.dumps(activity.attributes).decode() if activity.attributes else None
                for activity in chosen
            ]
        ),
        [contents[number] for number in fresh],
        [activity.occurred_at or work.now for activity in chosen],
    )
    wanted = {(activities[number].source, activities[number].external_id) for number in fresh}
    return {
        (row[0], row[1]): (row[2], None if row[3] is None else bytes(row[3]))
        for row in rows
        if (row[0], row[1]) in wanted
    }
