"""Errors that a caller can do something about, and the one table that maps them to HTTP.

AppError
├── Invalid          422  the request says something that cannot be
├── Unauthenticated  401  nobody we know
├── Forbidden        403  somebody we know, who may not
├── NotFound         404  there is no such thing (or not in this tenant)
├── Conflict         409  the state of things forbids it
├── Gone             410  there was such a thing, and it is not kept any more
├── TooLarge         413  more than is taken
└── Limited          429  too much, too fast
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from inspect import cleandoc
from typing import Any, ClassVar


class Kind(StrEnum):
    """What sort of trouble it is; decides the HTTP status and nothing else."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    GONE = "gone"
    TOO_LARGE = "too_large"
    LIMITED = "limited"


HTTP_STATUS: Mapping[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.LIMITED: 429,
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field of the input that is wrong, why, and what would be right."""

    field: str
    message: str
    code: str = "invalid"
    place: str = "body"
    """Where it was sent: `body`, `query`, `path` or `header`."""


class AppError(Exception):
    """Something went wrong that has a name. The docstring is the default message."""

    code: ClassVar[str] = "error"
    kind: ClassVar[Kind] = Kind.INVALID
    retry_after: int | None = None
    """Seconds after which the same request is worth another try, where that is known."""

    def __init__(
        self, message: str | None = None, *, field: str | None = None, **details: Any
    ) -> None:
        self.message = message or cleandoc(type(self).__doc__ or "").split("\n\n")[0]
        self.details = details
        self.fields: list[FieldError] = []
        if field is not None:
            self.fields.append(FieldError(field, self.message, self.code))
        super().__init__(self.message)


class Invalid(AppError):
    """The request is not valid."""

    code = "invalid"
    kind = Kind.INVALID


class Unauthenticated(AppError):
    """The request has no valid credentials; send `Authorization: Bearer <api key>`."""

    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    was_known: ClassVar[bool] = False
    """Whether the token was right once, so that nobody is guessing here."""


class Forbidden(AppError):
    """These credentials do not allow this."""

    code = "forbidden"
    kind = Kind.FORBIDDEN


class NotFound(AppError):
    """The requested object does not exist."""

    code = "not_found"
    kind = Kind.NOT_FOUND


class Conflict(AppError):
    """The current state does not allow this."""

    code = "conflict"
    kind = Kind.CONFLICT


class Gone(AppError):
    """The requested object is no longer stored."""

    code = "gone"
    kind = Kind.GONE


class TooLarge(AppError):
    """It is larger than what is taken."""

    code = "too_large"
    kind = Kind.TOO_LARGE


class Limited(AppError):
    """Too many requests; wait and try again."""

    code = "limited"
    kind = Kind.LIMITED

    def __init__(
        self, message: str | None = None, *, retry_after: int | None = None, **details: Any
    ) -> None:
        super().__init__(message, **details)
        if retry_after is not None:
            self.retry_after = retry_after


def refused(error: type[AppError], field: str, words: str) -> AppError:
    """Return the error of one field that is wrong: the field names it, and so does the sentence."""
    trouble = error(f"{field}: {words}")
    trouble.fields = [FieldError(field, words, error.code)]
    return trouble


def altered(error: type[AppError], fields: Sequence[str]) -> AppError:
    """Return the conflict of something that came before with other content, naming the fields."""
    names = ", ".join(f"`{name}`" for name in fields[:10])
    more = f" and {len(fields) - 10} more" if len(fields) > 10 else ""
    trouble = error(f"{error().message.rstrip('.')}: it differs in {names}{more}.")
    trouble.fields = [
        FieldError(name, "differs from what was recorded under this external id", error.code)
        for name in fields[:100]
    ]
    return trouble
