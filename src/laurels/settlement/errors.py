"""Errors of settlement. Those of the rooms below pass through as they are.

AppError
├── MemberMismatch     member and member_id name two people
└── BatchTooLarge      more items than one batch may have
"""

from typing import ClassVar

from laurels.kit.errors import Invalid

MAX_BATCH = 10_000
"""How many items one batch may have."""


class MemberMismatch(Invalid):
    """Send `member` (your id) or `member_id` (ours), not both."""

    code: ClassVar[str] = "member_mismatch"


class BatchTooLarge(Invalid):
    """A batch has at most 10,000 items."""

    code: ClassVar[str] = "batch_too_large"
