"""Errors about members.

AppError
├── MemberNotFound        no such member
├── MemberUnidentified    neither external id nor e-mail
├── MemberAmbiguous       external id and e-mail point at two members
├── ExternalIdTaken       another member has this external id
├── EmailTaken            another member has this e-mail
└── BirthdayInvalid       a day of birth that cannot be
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class MemberNotFound(NotFound):
    """There is no such member."""

    code: ClassVar[str] = "member_not_found"


class MemberUnidentified(Invalid):
    """Say who it is: send `external_id`, `email`, or both."""

    code: ClassVar[str] = "member_unidentified"


class MemberAmbiguous(Conflict):
    """The external id and the e-mail belong to two different members; merge them first."""

    code: ClassVar[str] = "member_ambiguous"


class EmailTaken(Conflict):
    """Another member has this e-mail."""

    code: ClassVar[str] = "email_taken"


class ExternalIdTaken(Conflict):
    """Another member has this external id."""

    code: ClassVar[str] = "external_id_taken"


class BirthdayInvalid(Invalid):
    """The day of birth cannot be."""

    code: ClassVar[str] = "birthday_invalid"
