"""Errors about credentials.

AppError
├── KeyNotFound    no such API key
├── KeyExpired     the key was right once and has come to its end
└── ScopeNotHeld   a key was to give more than it has
"""

from typing import ClassVar

from laurels.kit.errors import Forbidden, NotFound, Unauthenticated


class KeyNotFound(NotFound):
    """There is no such API key."""

    code: ClassVar[str] = "key_not_found"


class KeyExpired(Unauthenticated):
    """This API key has come to its end; use a newer one."""

    code: ClassVar[str] = "key_expired"


class ScopeNotHeld(Forbidden):
    """A key can give no more than it has itself."""

    code: ClassVar[str] = "scope_not_held"
