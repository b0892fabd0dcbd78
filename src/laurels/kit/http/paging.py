"""Cursor pages: one way for every list to be spanned, sorted, limited and walked through.

A room says with a `Listing` by what its list can be sorted; a route takes what is asked from it,
and a query fetches through it. Paging is by key: a cursor holds the value that the last row is
sorted by, and its id, because others may have the same value. So rows that are added meanwhile
neither repeat nor hide one.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import Parameter, Signature
from typing import Annotated, Any, Generic, Literal, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from ..db.pool import MAX_POINTS
from ..errors import Invalid
from ..values.fields import Moment, View, named_after
from ..work import Work

MAX_PAGE = 100
PAGE = 20
T = TypeVar("T")
V = TypeVar("V")


class Page(BaseModel, Generic[T]):
    """One page of a list, and the cursor of the next."""

    data: list[T] = Field(description="The rows of this page.")
    has_more: bool = Field(description="Whether another page follows.")
    next_cursor: str | None = Field(
        default=None, description="Send it as `cursor` for the next page; null on the last one."
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
        msg = f"must be a whole number from 1 to {MAX_PAGE}"
        raise ValueError(msg)
    return value


# -- by what a list is sorted --------------------------------------------------------------------

END_OF_TIME = "'9999-12-31T00:00:00Z'::timestamptz"
"""What stands, in a key, for the moment of what has none; the driver knows no infinity."""


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are sorted by: an SQL expression that is never null, and how cursors hold it.

    Where an index has nulls last, `ordered` is the column that it has.
    """

    sql: str
    kind: Literal["moment", "text", "number"]
    ordered: str | None = None

    def write(self, value: Any) -> Any:
        """Return the value as a cursor holds it."""
        return value.astimezone(UTC).isoformat() if self.kind == "moment" else value

    def read(self, value: Any) -> Any:
        """Return the value that a cursor holds. Raise ValueError when no row can have it."""
        if self.kind == "number" and type(value) is int and abs(value) <= MAX_POINTS:
            return value
        if self.kind == "text" and isinstance(value, str) and "\0" not in value:
            value.encode()  # Half a surrogate is no text.
            return value
        if self.kind == "moment" and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment
        raise ValueError


_TYPES = {"moment": "timestamptz", "text": "text", "number": "bigint"}


def at(sql: str, ordered: str | None = None) -> Key:
    """Return the key for a moment."""
    return Key(sql, "moment", ordered)


def text(column: str) -> Key:
    """Return the key for a name: as it is searched, capitals and accents aside."""
    return Key(f'laurels.plain({column}) collate "C"', "text")


def number(sql: str) -> Key:
    """Return the key for a whole number."""
    return Key(sql, "number")


ONE = f"'{UUID(int=0)}'::uuid"
"""The id of rows that have none, and whose key no two of them share."""


# -- what is asked, and what is found -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a list is asked for: a span [since, until), an order, a place in it, how many rows.

    Without a limit it is all of them.
    """

    since: datetime | None = None
    until: datetime | None = None
    sort: str | None = None
    cursor: str | None = None
    limit: int | None = PAGE


FIRST = Asked()
"""The first page of a list in its usual order."""
ALL = Asked(limit=None)
"""Every row of a list that is never long."""


class Found(list[T]):
    """The rows of a page, and the cursor of the next page, None on the last one."""

    next_cursor: str | None = None

    def map(self, of: Callable[[T], V]) -> "Found[V]":
        """Return the page with what is made of each row."""
        made = Found(map(of, self))
        made.next_cursor = self.next_cursor
        return made

    def page(self, shown: Iterable[V]) -> Page[V]:
        """Return the page, with its rows as they are shown."""
        return Page[Any](
            data=list(shown), has_more=self.next_cursor is not None, next_cursor=self.next_cursor
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after the row with this key and id."""

    key: Any
    id: UUID


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort a list, in one direction."""

    name: str
    key: Key | None
    falling: bool


@dataclass(frozen=True, eq=False)
class Listing:
    """A list: by what it can be sorted, and which moment of its rows `since` and `until` mean.

    A sort without a key is by id: ids are made in the order of time. Each sort can be turned round
    by a minus before its name. As a dependency of a route, a listing gives what was asked of it by
    query parameters.
    """

    moment: str
    """The SQL expression that a span of time means."""
    happened: str
    """What happened at that moment, for the description: `Created`."""
    sorts: Mapping[str, Key | None]
    """The keys by the names of the sorts; `-name` is the same one falling."""
    default: str = "-created_at"
    id: str = "id"
    limit: int = PAGE
    words: str = ""
    """What else is to be said of the order."""
    orders: Mapping[str, Order] = field(init=False)

    def __post_init__(self) -> None:
        """Work out the orders."""
        names = [sign + name for name in self.sorts for sign in ("-", "")]
        orders = {
            name: Order(name, self.sorts[name.removeprefix("-")], name.startswith("-"))
            for name in names
        }
        object.__setattr__(self, "orders", orders)

    @property
    def __signature__(self) -> Signature:
        """Return the parameters of a list, for FastAPI."""
        # Only here: commands start faster without FastAPI.
        from fastapi import Query

        sort = cast("Any", Literal)[tuple(self.orders)]
        created = "`created_at` is the order in which they were recorded."
        by = ["Sort order; with a leading minus, largest or newest first."]
        by += [created] if "created_at" in self.sorts else []
        by += [self.words] if self.words else []
        since = Query(description=f"{self.happened} at or after this moment.")
        until = Query(description=f"{self.happened} before this moment.")
        cursor = Query(
            max_length=2000,
            description="`next_cursor` of the previous page, with the same `sort`; leave it out"
            " for the first page.",
        )
        limit = Query(ge=1, le=MAX_PAGE, description="Rows per page, 1 to 100.")
        wanted: dict[str, tuple[Any, Any]] = {
            "since": (Annotated[Moment | None, since], None),
            "until": (Annotated[Moment | None, until], None),
            "sort": (Annotated[sort, Query(description=" ".join(by))], self.default),
            "cursor": (Annotated[str | None, cursor], None),
            "limit": (Annotated[int, limit, BeforeValidator(_digits)], self.limit),
        }
        return Signature(
            [
                Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)
                for name, (kind, default) in wanted.items()
            ],
            return_annotation=Asked,
        )

    def __call__(self, **asked: Any) -> Asked:
        """Return what a request asks of this list. Raise Invalid for a cursor of another sort."""
        found = Asked(**asked)
        self.place(found)
        return found

    def order(self, asked: Asked) -> Order:
        """Return how the list is to be sorted."""
        return self.orders[asked.sort or self.default]

    def place(self, asked: Asked) -> Place | None:
        """Return where the page begins, None at the top. Raise Invalid, which names the cursor."""
        if asked.cursor is None:
            return None
        order = self.order(asked)
        try:
            name, value, row_id = _unpack(asked.cursor)
            known = self.orders[name]
            place = Place(None if known.key is None else known.key.read(value), row_id)
        except (ValueError, KeyError, TypeError, OverflowError):
            msg = "is not a cursor of this list; send `next_cursor` of the previous page"
            raise Invalid(msg, field="cursor") from None
        if name != order.name:
            msg = (
                f"belongs to the list sorted by `{name}`, not by `{order.name}`; send"
                f" `sort={name}`, or leave the cursor out to start over"
            )
            raise Invalid(msg, field="cursor")
        return place

    def cursor(self, asked: Asked, place: Place) -> str:
        """Return the cursor of the page that begins after this place."""
        order = self.order(asked)
        value = None if order.key is None else order.key.write(place.key)
        return _pack(order.name, value, place.id)

    async def fetch(
        self, work: Work, asked: Asked, statement: str, *values: Any
    ) -> Found[dict[str, Any]]:
        """Return a page of what a statement selects.

        The statement is a `select` that ends with its conditions; the span, the place, the order
        and the limit are added to it.
        """
        order, place = self.order(asked), self.place(asked)
        given: list[Any] = list(values)

        def mark(value: Any) -> str:
            given.append(value)
            return f"${len(given)}"

        more = "<" if order.falling else ">"
        down = " desc" if order.falling else ""
        tail = ""
        # Said only where it is asked, so that the plan can tell whether it has a bound.
        if asked.since is not None:
            tail += f" and {self.moment} >= {mark(asked.since)}::timestamptz"
        if asked.until is not None:
            tail += f" and {self.moment} < {mark(asked.until)}::timestamptz"
        if order.key is None:
            columns = f"null as page_key, {self.id} as page_id"
            if place is not None:
                tail += f" and {self.id} {more} {mark(place.id)}::uuid"
            tail += f" order by {self.id}{down}"
        else:
            key = order.key
            columns = f"{key.sql} as page_key, {self.id} as page_id"
            if place is not None:
                after = f"{mark(place.key)}::{_TYPES[key.kind]}, {mark(place.id)}::uuid"
                tail += f" and ({key.sql}, {self.id}) {more} ({after})"
            tail += f" order by {key.ordered or key.sql}{down}, {self.id}{down}"
        if asked.limit is not None:
            tail += f" limit {mark(asked.limit + 1)}"
        head, _, rest = statement.strip().partition("select")
        assert not head, "a list is one select"
        rows = await work.fetch(f"select {columns}, {rest}{tail}", *given)
        found = Found[dict[str, Any]]()
        for row in rows[: asked.limit]:
            shown = dict(row)
            del shown["page_key"], shown["page_id"]
            found.append(shown)
        if asked.limit is not None and len(rows) > asked.limit:
            last = rows[asked.limit - 1]
            found.next_cursor = self.cursor(asked, Place(last["page_key"], last["page_id"]))
        return found


def _pack(name: str, value: Any, row_id: UUID) -> str:
    packed = json.dumps([name, value, row_id.hex], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _unpack(cursor: str) -> tuple[str, Any, UUID]:
    try:
        packed: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        name, value, row_id = packed
        return name, value, UUID(hex=row_id)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise ValueError from None
