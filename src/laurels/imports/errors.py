"""Errors of imports: of a whole file, which then changes nothing, and of one row; and of exports.

AppError
├── FileRefused    the file as a whole cannot be read as what it should be
├── RowInvalid     a value of a row cannot be
├── OriginMissing  a refund names a purchase that is not there
├── MemberUnknown  a row names somebody new, and only members are wanted
├── TooManyBroken  rows failed for no reason that is theirs, again and again
├── TooManyExports as many exports are being sent as may be
├── ImportNotFound        there is no such import
├── ImportStatusConflict  what is asked for cannot be done at this stage of an import
├── FileDeleted           the file of an import is not there any more
├── FileTooLarge          the file is larger than what can be uploaded
└── PieceMisplaced        a piece of a file is not the next one
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Gone, Invalid, Limited, NotFound, TooLarge


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
    """No member has this external id or e-mail; leave out `known_only` to enrol them."""

    code: ClassVar[str] = "member_unknown"


class TooManyBroken(Conflict):
    """Too many rows failed unexpectedly; rows already booked stay."""

    code: ClassVar[str] = "too_many_broken"


class TooManyExports(Limited):
    """The limit of simultaneous exports is reached; try again in a minute."""

    code: ClassVar[str] = "too_many_exports"


class ImportNotFound(NotFound):
    """There is no such import."""

    code: ClassVar[str] = "import_not_found"


class ImportStatusConflict(Conflict):
    """The import cannot do this at its present stage."""

    code: ClassVar[str] = "import_status_conflict"


class FileDeleted(Gone):
    """The file of this import was deleted; upload it again as a new import."""

    code: ClassVar[str] = "import_file_deleted"


class FileTooLarge(TooLarge):
    """The file is larger than what can be uploaded; split it, or use `laurels import`."""

    code: ClassVar[str] = "file_too_large"


class PieceMisplaced(Conflict):
    """This is not the next piece of the file; `received_bytes` says where that begins."""

    code: ClassVar[str] = "piece_misplaced"
