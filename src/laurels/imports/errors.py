"""Errors of imports: of a whole file, which then changes nothing, and of one row; and of exports.

AppError
├── FileRefused    the file as a whole cannot be read as what it should be
├── RowInvalid     a value of a row cannot be
├── OriginMissing  a refund names a purchase that is not there
├── MemberUnknown  a row names somebody new, and only members are wanted
├── TooManyBroken  rows failed for no reason that is theirs, again and again
└── TooManyExports as many exports are being sent as may be
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, Limited, NotFound


class FileRefused(Invalid):
    """The file cannot be imported."""

    code: ClassVar[str] = "file_refused"


class RowInvalid(Invalid):
    """The row has an invalid value."""

    code: ClassVar[str] = "row_invalid"


class OriginMissing(NotFound):
    """The refunded purchase does not exist; import its row first, then import this one again."""

    code: ClassVar[str] = "origin_missing"


class MemberUnknown(NotFound):
    """No member has this external id or e-mail; leave out --known-only to enrol them."""

    code: ClassVar[str] = "member_unknown"


class TooManyBroken(Conflict):
    """Too many rows failed unexpectedly; rows already booked stay."""

    code: ClassVar[str] = "too_many_broken"


class TooManyExports(Limited):
    """The limit of simultaneous exports is reached; try again in a minute."""

    code: ClassVar[str] = "too_many_exports"
