"""Errors about members.

AppError
├── MemberNotFound        no such member
├── MemberUnidentified    neither external id, e-mail nor another identity
├── MemberAmbiguous       external id, e-mail and identities point at two members
├── ExternalIdTaken       another member has this external id
├── EmailTaken            another member has this e-mail
├── IdentityTaken         another member has this identity
├── BirthdayInvalid       an invalid date of birth
├── ConsentInvalid        given at a time in the future
├── MemberBlocked         blocked: unblock them first
├── MemberArchived        archived: restore them first
├── MemberMerged          merged into another member
├── MemberErased          erased for good
├── MemberNotMerged       there is no merge to undo
├── MergeNotLast          a later merge must be undone first
└── MergedWithItself      a member and itself are one already
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class MemberNotFound(NotFound):
    """There is no member with this id."""

    code: ClassVar[str] = "member_not_found"


class MemberUnidentified(Invalid):
    """The member is not identified; send `external_id`, `email` or `identities`."""

    code: ClassVar[str] = "member_unidentified"


class MemberAmbiguous(Conflict):
    """The identifiers belong to different members; merge them, or send those of one."""

    code: ClassVar[str] = "member_ambiguous"


class EmailTaken(Conflict):
    """Another member has this e-mail; name that member, or send another e-mail."""

    code: ClassVar[str] = "email_taken"


class IdentityTaken(Conflict):
    """Another member has this identity; send another one, or merge the two."""

    code: ClassVar[str] = "identity_taken"


class ExternalIdTaken(Conflict):
    """Another member has this external id; send another one."""

    code: ClassVar[str] = "external_id_taken"


class BirthdayInvalid(Invalid):
    """The date of birth is invalid."""

    code: ClassVar[str] = "birthday_invalid"


class ConsentInvalid(Invalid):
    """The time of the consent lies in the future."""

    code: ClassVar[str] = "consent_invalid"


class MemberBlocked(Conflict):
    """The member is blocked and cannot earn or spend. Unblock them first."""

    code: ClassVar[str] = "member_blocked"


class MemberArchived(Conflict):
    """The member is archived; restore them first."""

    code: ClassVar[str] = "member_archived"


class MemberMerged(Conflict):
    """The member was merged into another member; use the one in `merged_into` instead."""

    code: ClassVar[str] = "member_merged"


class MemberErased(Conflict):
    """The member was erased and cannot be restored; enrol the person as a new member."""

    code: ClassVar[str] = "member_erased"


class MemberNotMerged(Conflict):
    """This member was not merged with another one, so there is nothing to undo."""

    code: ClassVar[str] = "member_not_merged"


class MergeNotLast(Conflict):
    """Merges must be undone in reverse order; undo the later one first."""

    code: ClassVar[str] = "merge_not_last"


class MergedWithItself(Invalid):
    """A member cannot be merged with itself; send the other member in `from`."""

    code: ClassVar[str] = "merged_with_itself"
