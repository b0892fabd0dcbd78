"""What can happen to those who run the programme."""

from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from laurels.kit.values.fields import IdOf

from .base import Event


@dataclass(slots=True)
class StaffInvited(Event):
    """A person was invited to the staff, or invited again; a mail is sent."""

    name: ClassVar[str] = "staff.invited"
    staff_id: Annotated[UUID, IdOf("staff")]
    invitation_id: Annotated[UUID, IdOf("staff_invitation")]


@dataclass(slots=True)
class StaffJoined(Event):
    """An invited person joined the staff."""

    name: ClassVar[str] = "staff.joined"
    staff_id: Annotated[UUID, IdOf("staff")]


@dataclass(slots=True)
class StaffChanged(Event):
    """A person's role or name changed; `fields` names the fields, never their values."""

    name: ClassVar[str] = "staff.changed"
    staff_id: Annotated[UUID, IdOf("staff")]
    fields: list[str]


@dataclass(slots=True)
class StaffRemoved(Event):
    """A person was removed from the staff; their tokens no longer work."""

    name: ClassVar[str] = "staff.removed"
    staff_id: Annotated[UUID, IdOf("staff")]


@dataclass(slots=True)
class StaffRestored(Event):
    """A removed person is on the staff again."""

    name: ClassVar[str] = "staff.restored"
    staff_id: Annotated[UUID, IdOf("staff")]


@dataclass(slots=True)
class PasswordResetRequested(Event):
    """A new password was requested for this person; a mail is sent."""

    name: ClassVar[str] = "password.reset_requested"
    staff_id: Annotated[UUID, IdOf("staff")]
    reset_id: Annotated[UUID, IdOf("password_reset")]
