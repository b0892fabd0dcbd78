"""Dry runs: the operation is done, what follows is looked at, and everything is rolled back.

While one is under way, rooms note in the work what they have written; outside of a dry run a note
costs one look-up. Who looks at what follows is plugged in by `api.py`, because that is above us.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response

from .http.query import Switch
from .work import Work

_NOTES = "what a dry run has written"

DryRun = Annotated[
    Switch,
    Query(
        description="Carry the request out, return its outcome and effects, and roll everything"
        " back. The answer is always 200; an `Idempotency-Key` is not used up."
    ),
]
Follow = Callable[[Work | None], Awaitable[BaseModel]]
"""Lets everything happen that follows from an operation, in its transaction, and returns all of it.

From a refusal, which has no work any more, nothing follows; then everything is empty."""


def start(work: Work) -> None:
    """Say that nothing of this work is kept, so that rooms note what they write."""
    work.memo[_NOTES] = {}


def under_way(work: Work) -> bool:
    """Whether nothing of this work is kept, and what it writes is to be noted."""
    return _NOTES in work.memo


def note(work: Work, kind: str, things: Sequence[Any]) -> None:
    """Remember what was written, if this is a dry run."""
    notes: dict[str, tuple[Any, ...]] | None = work.memo.get(_NOTES)
    if notes is not None and things:
        # A new mapping each time: a savepoint that is undone puts the old one back.
        work.memo[_NOTES] = {**notes, kind: (*notes.get(kind, ()), *things)}


def noted(work: Work, kind: str) -> tuple[Any, ...]:
    """Return what was noted of this kind, in order."""
    return work.memo.get(_NOTES, {}).get(kind, ())


def respond(status: int, answer: bytes | memoryview, follows: BaseModel) -> Response:
    """Return what would have been answered, and what would have followed from it."""
    body: dict[str, Any] = {
        "dry_run": True,
        "status": status,
        "answer": orjson.Fragment(bytes(answer)),
        **follows.model_dump(mode="json"),
    }
    return Response(orjson.dumps(body), media_type="application/json")


def describe(document: dict[str, Any], model: type[BaseModel]) -> None:
    """Say in an OpenAPI document what dry runs are answered with, at every route that has them."""
    form = model.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, inner in form.pop("$defs", {}).items():
        schemas.setdefault(name, inner)
    schemas[model.__name__] = form
    for operation in _with_dry_run(document):
        answer = operation["responses"].setdefault("200", {"description": "A dry run."})
        content = answer.setdefault("content", {}).setdefault("application/json", {})
        ours = {"$ref": f"#/components/schemas/{model.__name__}"}
        content["schema"] = {"anyOf": [content["schema"], ours]} if "schema" in content else ours


def _with_dry_run(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        for operation in path.values():
            if any(
                parameter.get("name") == "dry_run" for parameter in operation.get("parameters", [])
            ):
                yield operation
