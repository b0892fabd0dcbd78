"""Errors about activities, in the order in which they are found.

AppError
├── ActivityNotFound     no such activity
├── ActivityInvalid      a value of the activity cannot be
└── ActivityAltered      this source and external id came before with other content
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class ActivityNotFound(NotFound):
    """There is no such activity."""

    code: ClassVar[str] = "activity_not_found"


class ActivityInvalid(Invalid):
    """A value of the activity cannot be."""

    code: ClassVar[str] = "activity_invalid"


class ActivityAltered(Conflict):
    """An activity with this source and external id was recorded before with other content."""

    code: ClassVar[str] = "activity_altered"
