"""Cursor pages: `limit` and `cursor` in, `data`, `has_more` and `next_cursor` out."""

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, Field

from .errors import Invalid
from .schema import View, named_after

MAX_PAGE = 100
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """One page of a list, and the cursor of the next."""

    data: list[T] = Field(description="The rows of this page.")
    has_more: bool = Field(description="Whether another page follows.")
    next_cursor: str | None = Field(
        default=None,
        description="Send it as `cursor` for the next page; null on the last one.",
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the schema of a page after what is on it."""
        return named_after(params, "Page")


class Whole(View):
    """A list that comes whole; it has the same shape as a page, so that clients read all alike."""

    has_more: bool = Field(default=False, description="False: all of the list is here.")
    next_cursor: str | None = Field(default=None, description="Null: there is no next page.")


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        msg = f"is not a whole number from 1 to {MAX_PAGE}"
        raise ValueError(msg)
    return value


Limit = Annotated[
    int,
    Query(ge=1, le=MAX_PAGE, description="Rows per page, 1 to 100."),
    BeforeValidator(_digits),
]
Cursor = Annotated[
    str | None,
    Query(max_length=64, description="`next_cursor` of the page before; absent for the first."),
]


def read_cursor(cursor: str | None) -> UUID | None:
    """Return the id that a cursor stands for. Raise Invalid when it is not one of ours."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        msg = "is not a cursor of this list; take `next_cursor` of the page before"
        raise Invalid(msg, field="cursor") from None


def write_cursor(value: UUID) -> str:
    """Return the cursor that continues after this id."""
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def page_of(rows: list[T], ids: list[UUID], limit: int) -> Page[T]:
    """Return the page made of at most `limit` of the rows; one row more says that more follow."""
    more = len(rows) > limit
    return Page(
        data=rows[:limit],
        has_more=more,
        next_cursor=write_cursor(ids[limit - 1]) if more else None,
    )
