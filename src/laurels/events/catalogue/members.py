"""What can happen to a member."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.values.fields import IdOf

from .base import Event


@dataclass(slots=True)
class MemberEnrolled(Event):
    """A person joined the programme."""

    name: ClassVar[str] = "member.enrolled"
    external_id: str | None


@dataclass(slots=True)
class MemberChanged(Event):
    """A member's profile changed; `fields` names the fields, never their values."""

    name: ClassVar[str] = "member.changed"
    fields: list[str]


@dataclass(slots=True)
class MemberMerged(Event):
    """Two members were merged. The event appears once in the order of each of the two."""

    name: ClassVar[str] = "member.merged"
    merged_id: Annotated[UUID, IdOf("member")]
    survivor_id: Annotated[UUID, IdOf("member")]


@dataclass(slots=True)
class MemberUnmerged(Event):
    """A merge was undone. The event appears once in the order of each of the two."""

    name: ClassVar[str] = "member.unmerged"
    merged_id: Annotated[UUID, IdOf("member")]
    survivor_id: Annotated[UUID, IdOf("member")]


@dataclass(slots=True)
class MemberArchived(Event):
    """A member was archived, and cannot earn or spend until they are restored."""

    name: ClassVar[str] = "member.archived"


@dataclass(slots=True)
class MemberRestored(Event):
    """An archived member is active again."""

    name: ClassVar[str] = "member.restored"


@dataclass(slots=True)
class MemberBlocked(Event):
    """A member was blocked, and cannot earn or spend until they are unblocked."""

    name: ClassVar[str] = "member.blocked"


@dataclass(slots=True)
class MemberUnblocked(Event):
    """A blocked member is active again."""

    name: ClassVar[str] = "member.unblocked"


@dataclass(slots=True)
class MemberErased(Event):
    """A person was erased; the history of their points stays, without their identity."""

    name: ClassVar[str] = "member.erased"
