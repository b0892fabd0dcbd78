"""What people edit has a version, and an edit names the one that it began from.

So nobody overwrites what somebody else has saved meanwhile without having seen it.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from .errors import Conflict

EditedVersion = Annotated[
    int | None,
    Field(
        gt=0,
        strict=True,
        description="The version that you edited. If there is another one by now, the answer is"
        " 409 `version_conflict`. By default whatever is there is replaced.",
    ),
]
"""The field `version` of a request that changes something."""

EditedOrNew = Annotated[
    int | None,
    Field(
        ge=0,
        strict=True,
        description="The version that you edited; 0: nobody had set it yet. If there is another one"
        " by now, the answer is 409 `version_conflict`. By default whatever is there is replaced.",
    ),
]
"""The same where what is edited may not be there yet."""


class VersionConflict(Conflict):
    """Somebody else has changed it meanwhile; read it again and repeat your change."""

    code: ClassVar[str] = "version_conflict"


def check_version(edited: int | None, current: int) -> None:
    """Raise VersionConflict when `edited` is named and not the current one.

    The row has to be locked before, or two edits of one version both pass.
    """
    if edited is not None and edited != current:
        msg = (
            f"You edited version {edited}; by now it is version {current}."
            " Read it again, and make your change to that one."
        )
        raise VersionConflict(msg, field="version", current_version=current)
