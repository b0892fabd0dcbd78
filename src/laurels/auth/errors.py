"""Errors about credentials.

AppError
└── KeyNotFound    no such API key
"""

from typing import ClassVar

from laurels.kit.errors import NotFound


class KeyNotFound(NotFound):
    """There is no such API key."""

    code: ClassVar[str] = "key_not_found"
