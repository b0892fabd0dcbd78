"""What can happen to those who run the programme."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.schema import IdOf

from .base import Event


@dataclass(slots=True)
class StaffInvited(Event):
    """Somebody was invited to the staff, or once more; a mail goes out."""

    name: ClassVar[str] = "staff.invited"
    staff_id: Annotated[UUID, IdOf("staff")]
    invitation_id: Annotated[UUID, IdOf("staff_invitation")]


@dataclass(slots=True)
class StaffJoined(Event):
    """Somebody accepted their invitation and works here now."""

    name: ClassVar[str] = "staff.joined"
    staff_id: Annotated[UUID, IdOf("staff")]


@dataclass(slots=True)
class StaffChanged(Event):
    """A person of the staff has another role or name; names the fields, never their values."""

    name: ClassVar[str] = "staff.changed"
    staff_id: Annotated[UUID, IdOf("staff")]
    fields: list[str]


@dataclass(slots=True)
class StaffRemoved(Event):
    """A person works here no more; what they held opens nothing."""

    name: ClassVar[str] = "staff.removed"
    staff_id: Annotated[UUID, IdOf("staff")]


@dataclass(slots=True)
class StaffRestored(Event):
    """A person who was removed works here again."""

    name: ClassVar[str] = "staff.restored"
    staff_id: Annotated[UUID, IdOf("staff")]


@dataclass(slots=True)
class PasswordResetRequested(Event):
    """Somebody asked for a new password of this person; a mail goes out."""

    name: ClassVar[str] = "password.reset_requested"
    staff_id: Annotated[UUID, IdOf("staff")]
    reset_id: Annotated[UUID, IdOf("password_reset")]
