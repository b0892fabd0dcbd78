"""What can happen by what members do besides buying."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from .base import Event


@dataclass(slots=True)
class DeedRecorded(Event):
    """A member did something: a review, a share, a visit; what it earned is in `points`."""

    name: ClassVar[str] = "deed.recorded"
    deed_id: UUID
    kind: str
    points: int


@dataclass(slots=True)
class DeedRevoked(Event):
    """A deed counts no more; `points` is what the member's points changed by."""

    name: ClassVar[str] = "deed.revoked"
    deed_id: UUID
    kind: str
    points: int


@dataclass(slots=True)
class MemberBirthday(Event):
    """A member has their birthday, once a year; what it earned is in `points`."""

    name: ClassVar[str] = "member.birthday"
    deed_id: UUID
    points: int
