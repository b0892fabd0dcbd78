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
├── StaffNotFound         nobody of this id works here
├── SessionNotFound       no such session of one's own
├── StaffExists           the address is among the staff already
├── StaffNotInvited       an invitation can be sent only to who is invited
├── StaffFull             there are as many people as there can be
├── LastOwner             without this person nobody would own the tenant
├── RoleNotHeld           somebody was to get, or has, more than the one who asks
└── ScopeNotHeld          a key was to give more than it has
"""

from typing import ClassVar

from laurels.kit.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Limited,
    NotFound,
    Unauthenticated,
)


class KeyNotFound(NotFound):
    """There is no such API key."""

    code: ClassVar[str] = "key_not_found"


class KeyExpired(Unauthenticated):
    """This API key has come to its end; use a newer one."""

    code: ClassVar[str] = "key_expired"


class ScopeNotHeld(Forbidden):
    """A key can give no more than it has itself."""

    code: ClassVar[str] = "scope_not_held"


class TokenExpired(Unauthenticated):
    """This access token has come to its end; exchange the refresh token for a new one."""

    code: ClassVar[str] = "token_expired"
    was_known: ClassVar[bool] = True


class SignInSlowed(Limited):
    """Too many wrong passwords came before; wait as long as `Retry-After` says.

    From where you signed in lately you need not wait for what others do from elsewhere. A new
    password by mail is always a way in.
    """

    code: ClassVar[str] = "sign_in_slowed"


class MailSlowed(Limited):
    """Too many mails to this address, or from yours, were asked for; wait as `Retry-After` says."""

    code: ClassVar[str] = "mail_slowed"


class SignInFailed(Unauthenticated):
    """E-mail address and password do not belong together, or the person works for nobody here."""

    code: ClassVar[str] = "sign_in_failed"


class RefreshFailed(Unauthenticated):
    """This refresh token opens nothing (any more); sign in again."""

    code: ClassVar[str] = "refresh_failed"


class RefreshRaced(Conflict):
    """This refresh token was exchanged a moment ago; go on with what that request was answered.

    Nothing was changed. Whoever has lost that answer signs in again.
    """

    code: ClassVar[str] = "refresh_raced"


class LinkInvalid(Invalid):
    """This link was used, has been replaced by a newer one, or has come to its end; ask anew."""

    code: ClassVar[str] = "link_invalid"


class PasswordWrong(Forbidden):
    """The present password is another one; or ask for a new one by mail."""

    code: ClassVar[str] = "password_wrong"


class StaffNotFound(NotFound):
    """Nobody of this id works here."""

    code: ClassVar[str] = "staff_not_found"


class SessionNotFound(NotFound):
    """There is no such session of yours; see `GET /v1/auth/sessions`."""

    code: ClassVar[str] = "session_not_found"


class StaffExists(Conflict):
    """This address is among the staff already; change, invite again or restore that person."""

    code: ClassVar[str] = "staff_exists"


class StaffNotInvited(Conflict):
    """This person has joined already, or was removed; restore whom you removed."""

    code: ClassVar[str] = "staff_not_invited"


class StaffFull(Conflict):
    """There are as many people on the staff as there can be; nobody more can be invited."""

    code: ClassVar[str] = "staff_full"


class LastOwner(Conflict):
    """This is the last owner; make somebody else an owner first."""

    code: ClassVar[str] = "last_owner"


class RoleNotHeld(Forbidden):
    """Nobody gives, changes or takes a role that can do more than they can themselves."""

    code: ClassVar[str] = "role_not_held"
