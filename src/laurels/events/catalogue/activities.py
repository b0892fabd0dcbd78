"""What can happen by what members do besides buying."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from .base import Event


@dataclass(slots=True)
class ActivityRecorded(Event):
    """A member did something: a review, a share, a visit; what it earned is in `points`."""

    name: ClassVar[str] = "activity.recorded"
    activity_id: UUID
    kind: str
    points: int


@dataclass(slots=True)
class ActivityRevoked(Event):
    """An activity counts no more; `points` is what the member's points changed by."""

    name: ClassVar[str] = "activity.revoked"
    activity_id: UUID
    kind: str
    points: int


@dataclass(slots=True)
class MemberBirthday(Event):
    """A member has their birthday, once a year; what it earned is in `points`."""

    name: ClassVar[str] = "member.birthday"
    activity_id: UUID
    points: int
