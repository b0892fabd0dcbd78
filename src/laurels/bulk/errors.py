"""Errors about actions on many members.

AppError
├── BulkActionNotFound     there is no such action, or it was forgotten
├── NobodyChosen           no member fits
├── TooManyChosen          more members fit than one action takes
└── TooManyBulkActions     as many wait as can
"""

from typing import ClassVar

from laurels.kit.errors import Conflict, Invalid, NotFound


class BulkActionNotFound(NotFound):
    """There is no bulk action with this id; they are kept for 90 days."""

    code: ClassVar[str] = "bulk_action_not_found"


class NobodyChosen(Conflict):
    """No member fits; change the filter, or name members that are there."""

    code: ClassVar[str] = "nobody_chosen"


class TooManyChosen(Invalid):
    """One action takes 100,000 members at most; narrow the filter and send several."""

    code: ClassVar[str] = "too_many_chosen"


class TooManyBulkActions(Conflict):
    """Twenty actions are under way already; wait until one has ended, or cancel one."""

    code: ClassVar[str] = "too_many_bulk_actions"
