"""Errors about deeds, in the order in which they are found.

AppError
├── DeedNotFound     no such deed
├── DeedInvalid      a value of the deed cannot be
└── DeedAltered      this source and external id came before with other content
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class DeedNotFound(NotFound):
    """There is no such deed."""

    code: ClassVar[str] = "deed_not_found"


class DeedInvalid(Invalid):
    """A value of the deed cannot be."""

    code: ClassVar[str] = "deed_invalid"


class DeedAltered(Conflict):
    """A deed with this source and external id was recorded before with other content."""

    code: ClassVar[str] = "deed_altered"
