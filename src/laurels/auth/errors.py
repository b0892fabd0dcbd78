"""Errors about credentials and people who sign in.

AppError
├── SignInSlowed          too many wrong passwords came before
├── MailSlowed            too many mails were asked for
├── SignInFailed          address and password do not belong together
├── RefreshFailed         no such refresh token, or its session has ended
├── RefreshRaced          the token was exchanged a moment ago by another request
├── TokenExpired          the access token was right and has come to its end
├── LinkInvalid           an invitation or a link from a mail that cannot be used (any more)
├── PasswordWrong         the present password is another one
├── KeyNotFound           no such API key
├── KeyExpired            the key was right once and has come to its end
├── KeyRevoked            the key was right once and was withdrawn
├── StaffNotFound         nobody of this id works here
├── SessionNotFound       no such session of one's own
├── StaffExists           the address is among the staff already
├── StaffNotInvited       an invitation can be sent only to who is invited
├── StaffFull             there are as many people as there can be
├── LastOwner             without this person nobody would own the tenant
├── PersonRequired        what belongs to people was asked for by a machine
├── SavedViewNotFound     no such view, or it is a colleague's own
├── SavedViewExists       one of this name is there already
├── SavedViewsFull        somebody has as many views as there can be
├── SharingForbidden      what everyone sees was to change
├── RoleNotHeld           somebody was to get, or has, more than the one who asks
└── ScopeNotHeld          a key was to give more than it has
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Forbidden, Invalid, Limited, NotFound, Unauthenticated


class KeyNotFound(NotFound):
    """There is no API key with this id."""

    code: ClassVar[str] = "key_not_found"


class KeyExpired(Unauthenticated):
    """This API key has expired; use a newer one."""

    code: ClassVar[str] = "key_expired"
    was_known: ClassVar[bool] = True


class KeyRevoked(Unauthenticated):
    """This API key was revoked; use another one."""

    code: ClassVar[str] = "key_revoked"
    was_known: ClassVar[bool] = True


class ScopeNotHeld(Forbidden):
    """A key cannot grant permissions that it does not have itself."""

    code: ClassVar[str] = "scope_not_held"


class TokenExpired(Unauthenticated):
    """This access token has expired; exchange the refresh token for a new one."""

    code: ClassVar[str] = "token_expired"
    was_known: ClassVar[bool] = True


class SignInSlowed(Limited):
    """Too many failed sign-ins; wait for the time in `Retry-After`.

    Attempts from elsewhere do not slow down an address you have signed in from recently. You can
    always choose a new password by mail.
    """

    code: ClassVar[str] = "sign_in_slowed"


class MailSlowed(Limited):
    """Too many mails were requested to this address or from yours; wait as `Retry-After` says."""

    code: ClassVar[str] = "mail_slowed"


class SignInFailed(Unauthenticated):
    """The e-mail address or the password is wrong, or the person works for no tenant here."""

    code: ClassVar[str] = "sign_in_failed"


class RefreshFailed(Unauthenticated):
    """This refresh token is not valid, or no longer; sign in again."""

    code: ClassVar[str] = "refresh_failed"


class RefreshRaced(Conflict):
    """This refresh token was exchanged a moment ago; use the tokens from that answer.

    Nothing was changed. If you have lost that answer, sign in again.
    """

    code: ClassVar[str] = "refresh_raced"


class LinkInvalid(Invalid):
    """This link was used, replaced by a newer one, or has expired; request a new one."""

    code: ClassVar[str] = "link_invalid"


class PasswordWrong(Forbidden):
    """The current password is wrong. Correct it, or request a new password by mail."""

    code: ClassVar[str] = "password_wrong"


class StaffNotFound(NotFound):
    """There is no person on the staff with this id."""

    code: ClassVar[str] = "staff_not_found"


class SessionNotFound(NotFound):
    """You have no session with this id; see `GET /v1/auth/sessions`."""

    code: ClassVar[str] = "session_not_found"


class StaffExists(Conflict):
    """A person on the staff has this address; change, restore or re-invite that person."""

    code: ClassVar[str] = "staff_exists"


class StaffNotInvited(Conflict):
    """This person has already joined or was removed; restore a removed person instead."""

    code: ClassVar[str] = "staff_not_invited"


class StaffFull(Conflict):
    """The staff has reached its maximum size; remove a person before inviting another."""

    code: ClassVar[str] = "staff_full"


class LastOwner(Conflict):
    """This is the last owner; make another person an owner first."""

    code: ClassVar[str] = "last_owner"


class RoleNotHeld(Forbidden):
    """You cannot assign, change or remove a role that has permissions you lack."""

    code: ClassVar[str] = "role_not_held"


class PersonRequired(Forbidden):
    """Saved views belong to people; sign in as one instead of using an API key."""

    code: ClassVar[str] = "person_required"


class SavedViewNotFound(NotFound):
    """You have no saved view with this id, and nobody shares it on this screen."""

    code: ClassVar[str] = "saved_view_not_found"


class SavedViewExists(Conflict):
    """There already is a view of this name on the screen; choose another name, or change it."""

    code: ClassVar[str] = "saved_view_exists"


class SavedViewsFull(Conflict):
    """You have as many saved views as there can be; delete one first."""

    code: ClassVar[str] = "saved_views_full"


class SharingForbidden(Forbidden):
    """Sharing views, and changing shared ones, needs the permission `auth:invite`."""

    code: ClassVar[str] = "sharing_forbidden"
