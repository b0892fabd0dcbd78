"""Types of fields that come from outside: clean text, exact money, ids, moments."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import core_schema

from ..db.pool import MAX_POINTS
from . import ids
from .money import check_currency
from .text import check_key, check_line, check_prose

MAX_ATTRIBUTES = 50
MAX_DEPTH = 5
MAX_DIGITS = 40
LAST_YEAR = 9998
"""The last year of moments: what comes after it is left to the ends of time zones."""


class Schema(BaseModel):
    """What a caller sends: unknown fields are refused, because a typo must not pass in silence."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


class View(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(from_attributes=True)


def named_after(parameters: tuple[Any, ...], end: str) -> str:
    """Return the name of a generic schema of these: `MemberOut` and `Page` give `MemberPage`."""
    return parameters[0].__name__.removesuffix("Out").removesuffix("In") + end


@dataclass(frozen=True, slots=True)
class Shaped:
    """Text of a certain shape, and the words for those who send another one."""

    pattern: str
    words: str

    def check(self, text: str) -> str:
        """Return the text. Raise ValueError, in words, when it is not of this shape."""
        if not re.fullmatch(self.pattern, text):
            raise ValueError(self.words)
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "pattern": f"^{self.pattern}$"}


Code = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(check_key)]
"""An id that somebody else gave: an order number, a customer number."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(check_line)]
Note = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(check_prose)]
Email = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254),
    Shaped(r"[^@\s]+@[^@\s]+", "is not an e-mail address such as `anna@example.com`"),
    AfterValidator(check_key),
]


_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def _amount(value: Any) -> Any:
    if isinstance(value, bool):
        msg = 'is not an amount; send a decimal string such as `"12.50"`'
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        msg = 'is not an amount; send a decimal string such as `"12.50"`'
        raise ValueError(msg)
    return value


Amount = Annotated[
    Decimal,
    # The bounds first: then pydantic's core checks them, 2 µs faster than as functions of Python.
    Field(ge=0, max_digits=19, allow_inf_nan=False),
    BeforeValidator(_amount),
    PlainSerializer(lambda amount: format(amount, "f"), return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^\d+(\.\d+)?$"}, {"type": "number"}],
            "examples": ["12.50"],
            "description": "An exact amount: a decimal string (a JSON number is also read"
            " exactly).",
        }
    ),
]


SignedAmount = Annotated[
    Decimal,
    Field(max_digits=19, allow_inf_nan=False),
    BeforeValidator(_amount),
    PlainSerializer(lambda amount: format(amount, "f"), return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, {"type": "number"}],
            "examples": ["-1.00"],
            "description": "An exact decimal, possibly negative: a decimal string or a number.",
        }
    ),
]


def trim_money(amount: Decimal) -> str:
    """Return the amount with two places at least, and more only where they say something."""
    whole, _, places = f"{amount:f}".partition(".")
    places = places.rstrip("0")
    return f"{whole}.{places:0<2}"


MoneyOut = Annotated[Decimal, PlainSerializer(trim_money, return_type=str)]
"""Money in answers: `12.50`; always at least two places, more only where they say something."""
Currency = Annotated[
    str, StringConstraints(min_length=3, max_length=3), AfterValidator(check_currency)
]


def _points(value: Any) -> Any:
    if isinstance(value, bool | str | Decimal):
        msg = "is not a whole number of points; send an integer such as `100`"
        raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError
    return value


Points = Annotated[int, Field(gt=0, le=MAX_POINTS), BeforeValidator(_points)]
Flag = Annotated[bool, Field(strict=True)]


def _spelled_moment(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _MOMENT.fullmatch(value)):
        return value
    msg = (
        "is not a date and time; send it with seconds and time zone as text, for example"
        " `2026-03-01T12:00:00Z` (write `+` as `%2B` in a URL)"
    )
    raise ValueError(msg)


_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        msg = "needs a time zone, for example `2026-03-01T12:00:00Z`"
        raise ValueError(msg)
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        moment = None
    if moment is None or moment.year > LAST_YEAR:
        msg = "is outside the calendar; check the year"
        raise ValueError(msg)
    return moment


Moment = Annotated[datetime, BeforeValidator(_spelled_moment), AfterValidator(_moment)]
"""A moment of RFC 3339, in UTC. A bare number is refused: nobody knows whether it is seconds."""


def _spelled_day(value: Any) -> Any:
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    msg = "is not a date; send text such as `1990-05-17`"
    raise ValueError(msg)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[date, BeforeValidator(_spelled_day)]


@dataclass(frozen=True, slots=True)
class IdOf:
    """Marks a UUID that is a TypeID outside: `Annotated[UUID, IdOf("member")]` reads `mem_…`."""

    kind: str

    def read(self, value: Any) -> UUID:
        """Return the UUID of a TypeID. Raise ValueError when it is not of this kind."""
        if isinstance(value, UUID):
            return value
        if not isinstance(value, str):
            msg = f"expected the id of {ids.with_article(self.kind)}"
            raise ValueError(msg)  # noqa: TRY004 - pydantic reports ValueError
        return ids.decode(self.kind, value)

    def write(self, value: UUID) -> str:
        """Return the TypeID."""
        return ids.encode(self.kind, value)

    def __get_pydantic_core_schema__(
        self, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read, serialization=core_schema.plain_serializer_function_ser_schema(self.write)
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        prefix = ids.PREFIXES[self.kind]
        return {
            "type": "string",
            "description": f"Id of {ids.with_article(self.kind)}.",
            "pattern": f"^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$",
            "examples": [f"{prefix}_01h455vb4pex5vsknk084sn02q"],
        }


def _attributes(value: dict[str, Any]) -> dict[str, Any]:
    if len(value) > MAX_ATTRIBUTES:
        msg = f"has more than {MAX_ATTRIBUTES} entries"
        raise ValueError(msg)
    return {check_line(key): _plain(item, 1) for key, item in value.items()}


def _plain(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        msg = f"is nested deeper than {MAX_DEPTH} levels"
        raise ValueError(msg)
    if isinstance(value, str):
        return check_prose(value)
    if isinstance(value, Decimal):
        if abs(value.adjusted()) > MAX_DIGITS or len(value.as_tuple().digits) > MAX_DIGITS:
            msg = f"contains a number of more than {MAX_DIGITS} digits; send it as text"
            raise ValueError(msg)
        return format(value, "f")
    if isinstance(value, int) and abs(value) > MAX_POINTS:
        msg = "contains a number over 2^53 - 1, which JSON readers do not preserve; send it as text"
        raise ValueError(msg)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_plain(item, depth + 1) for item in items]
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        return {check_line(str(key)): _plain(item, depth + 1) for key, item in entries.items()}
    return value


MAX_IDENTITIES = 10
"""Identities of one member, one of each kind."""
_IdentityKind = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Shaped("[a-z][a-z0-9_]*", "has small letters, digits and `_`, and begins with a letter"),
]
Identities = Annotated[dict[_IdentityKind, Code | None], Field(max_length=MAX_IDENTITIES)]
"""What somebody is known by, by kind; null for what they are known by no more."""
Attributes = Annotated[dict[str, Any], AfterValidator(_attributes)]
"""Free facts about a thing: at most 50 entries, 5 levels; decimals are kept as text."""
