"""Many of the same in one request: each has its own result, in order, and one fails alone.

The operations are those of the hot routes, so an item of a bulk request and a request of its own
are booked alike. The whole bulk is one transaction and one `Idempotency-Key`.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg
import orjson
from fastapi import Response
from pydantic import BaseModel, Field, SkipValidation, ValidationError

from ..errors import HTTP_STATUS, AppError, Invalid
from ..hot.batch import CONFLICTS, UNREACHABLE, Item, Operation
from ..process.offload import offload
from ..values.fields import Schema, View, named_after
from ..work import Work
from .idempotency import Answer
from .problems import body_of, fields_of

log = logging.getLogger("laurels.bulk")

MAX_ITEMS = 1000
In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)


class BulkIn(Schema, Generic[In]):
    """Up to 1,000 items. Each is read, checked and booked by itself."""

    items: list[SkipValidation[In]] = Field(
        min_length=1,
        max_length=MAX_ITEMS,
        description="1 to 1,000 items. Each succeeds or fails on its own.",
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the schema after its items."""
        return named_after(params, "BulkIn")


class ProblemOut(View):
    """Why one item failed: the problem that a separate request would have had."""

    type: str = Field(description="`urn:laurels:error:` and the code.")
    title: str = Field(description="Short title of the error.")
    status: int = Field(description="The HTTP status that a separate request would have had.")
    detail: str = Field(description="What is wrong with this item, and how to correct it.")
    code: str = Field(description="Stable error code for programs.")
    errors: list[dict[str, Any]] | None = Field(
        default=None, description="The fields of this item that are wrong, as in `Problem`."
    )


class ItemOut(View, Generic[Out]):
    """What came of one item: a result, or a problem."""

    status: int = Field(description="The HTTP status that a separate request would have had.")
    result: Out | None = Field(default=None, description="The result; null if the item failed.")
    problem: ProblemOut | None = Field(
        default=None, description="Why the item failed; null if it succeeded."
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the schema after its result."""
        return named_after(params, "ItemOut")


class BulkOut(View, Generic[Out]):
    """What came of each item, in the order in which they were sent."""

    data: list[ItemOut[Out]] = Field(description="One entry per item, in the order of `items`.")
    succeeded: int = Field(description="Number of items that succeeded.")
    failed: int = Field(description="Number of items that failed.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the schema after its results."""
        return named_after(params, "BulkOut")


async def run(
    work: Work,
    items: Sequence[Any],
    form: type[In],
    read: Callable[[In], Any],
    operation: Operation,
) -> Response:
    """Read each item by its form, do what can be read in one operation, and answer item by item."""
    outcomes: list[Answer | Exception | None] = [None] * len(items)
    good: list[tuple[int, Item]] = []
    # Thousands of lines may have to be looked at; others are answered meanwhile.
    for number, content in enumerate(await offload(_read_all, items, form, read)):
        if isinstance(content, AppError):
            outcomes[number] = content
        else:
            good.append((number, Item.of(work, content)))
    done: Sequence[Answer | Exception] = []
    if good:
        done = await _together(work, [item for _, item in good], operation)
    for (number, _), outcome in zip(good, done, strict=True):
        outcomes[number] = outcome
    return _answer(outcomes)


def _read_all(
    items: Sequence[Any], form: type[In], read: Callable[[In], Any]
) -> list[Any | AppError]:
    """Return what each item asks for, or what is wrong with it."""
    contents: list[Any | AppError] = []
    for item in items:
        try:
            contents.append(read(form.model_validate(item)))
        except ValidationError as error:
            contents.append(_unread(error))
        except AppError as error:
            contents.append(error)
    return contents


async def _together(
    work: Work, items: Sequence[Item], operation: Operation
) -> Sequence[Answer | Exception]:
    """Do it in one go; when the database refuses that, find out whose fault it is."""
    try:
        async with work.savepoint():
            return await operation(work, items)
    except (AppError, asyncpg.QueryCanceledError, *CONFLICTS, *UNREACHABLE):
        raise
    except Exception as error:  # noqa: BLE001 - found again below, with the item that caused it
        log.warning("a bulk of %d is taken apart: %r", len(items), error)
    outcomes: list[Answer | Exception] = []
    for one in items:
        try:
            async with work.savepoint():
                outcomes += await operation(work, [one])
        except (asyncpg.QueryCanceledError, *CONFLICTS, *UNREACHABLE):
            raise
        except Exception as error:
            log.exception("an item of request %s failed", work.request_id)
            outcomes.append(error)
    return outcomes


def _unread(error: ValidationError) -> Invalid:
    fields = fields_of(error.errors())
    invalid = Invalid("; ".join(f"{f.field}: {f.message}" for f in fields[:5]))
    invalid.fields = fields[:100]
    return invalid


def _answer(outcomes: Sequence[Answer | Exception | None]) -> Response:
    parts: list[bytes] = []
    failed = 0
    for outcome in outcomes:
        if isinstance(outcome, Answer):
            status_and_body = (outcome.status, outcome.body)
            parts.append(b'{"status":%d,"result":%b,"problem":null}' % status_and_body)
        else:
            failed += 1
            problem = _problem(outcome)
            parts.append(
                b'{"status":%d,"result":null,"problem":%b}'
                % (problem["status"], orjson.dumps(problem, default=str))
            )
    body = b'{"data":[%b],"succeeded":%d,"failed":%d}' % (
        b",".join(parts),
        len(parts) - failed,
        failed,
    )
    return Response(body, media_type="application/json")


def _problem(error: Exception | None) -> dict[str, Any]:
    if isinstance(error, AppError):
        status = HTTP_STATUS[error.kind]
        return body_of(status, error.code, error.message, error.fields, error.details)
    detail = "Something broke on our side; this item was not booked, but the others were."
    return body_of(500, "internal", detail, [], {})
