"""What can happen to a member."""

from dataclasses import dataclass
from typing import ClassVar

from .base import Event


@dataclass(slots=True)
class MemberEnrolled(Event):
    """Somebody joined the programme."""

    name: ClassVar[str] = "member.enrolled"
    external_id: str | None


@dataclass(slots=True)
class MemberChanged(Event):
    """A member's profile changed; names the fields, never their values."""

    name: ClassVar[str] = "member.changed"
    fields: list[str]
