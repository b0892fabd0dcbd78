"""Answers of writes are stored for repeats: what is secret in them is named, and left out."""

from collections.abc import Iterator
from inspect import getclosurevars
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel

from laurels.api import create_app
from laurels.kit.db.pool import Database
from laurels.kit.http.access import redact_on_replay
from laurels.kit.http.route import TransactionalRoute

from .source import nothing

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
# What opens a door or proves a sender; a field of such a name holds it in clear.
SECRET = ("api_key", "password", "secret", "token")


def application() -> FastAPI:
    return create_app(Database("postgresql://"))


def writes(app: FastAPI) -> Iterator[Any]:
    """Every route that changes something."""
    for route in iter_route_contexts(app.routes):
        if (route.methods or set()) & WRITES:
            yield route


def secrets_of(model: Any) -> set[str]:
    """The fields of an answer that hold secrets, however deep; inner ones with their path."""
    schema = model.model_json_schema(mode="serialization")
    return set(_secrets(schema, schema.get("$defs", {}), "", frozenset()))


def _secrets(node: Any, known: dict[str, Any], place: str, inside: frozenset[str]) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _secrets(each, known, place, inside)
    elif isinstance(node, dict):
        name = str(node.get("$ref", "")).rpartition("/")[2]
        if name and name not in inside:
            yield from _secrets(known[name], known, place, inside | {name})
        for field, value in node.get("properties", {}).items():
            if field.endswith(SECRET):
                yield place + field
            yield from _secrets(value, known, f"{place}{field}.", inside)
        for key in ("anyOf", "oneOf", "allOf", "items", "additionalProperties"):
            yield from _secrets(node.get(key), known, place, inside)


def withheld(route: Any) -> set[str]:
    """The fields that a route names with `redact_on_replay`."""
    marker = redact_on_replay().dependency.__qualname__
    found: set[str] = set()
    for needed in route.dependant.dependencies:  # codespell:ignore
        if getattr(needed.call, "__qualname__", "") == marker:
            found.update(getclosurevars(needed.call).nonlocals["fields"])
    return found


def stored_in_clear(app: FastAPI) -> list[str]:
    """The secrets that a repeated request could read again."""
    found = []
    for route in writes(app):
        model = getattr(route, "response_model", None)
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        out = withheld(route)
        left = {field for field in secrets_of(model) if field.partition(".")[0] not in out}
        found += [f"{min(route.methods)} {route.path}: {field}" for field in sorted(left)]
    return found


def test_no_secret_of_an_answer_is_stored():
    nothing(stored_in_clear(application()), 'add dependencies=[once("…")] to the route')


def test_what_is_withheld_may_be_null():
    wrong = []
    for route in writes(application()):
        for field in withheld(route):
            schema = route.response_model.model_json_schema(mode="serialization")
            if {"type": "null"} not in schema["properties"].get(field, {}).get("anyOf", []):
                wrong.append(f"{route.path}: {field}")

    nothing(wrong, "a repeat answers null here; the schema has to say so")


def test_every_write_is_a_door():
    bare = [
        route.path
        for route in writes(application())
        if not isinstance(route.original_route, TransactionalRoute)
    ]

    nothing(bare, "set route_class=Door: only a Door commits before it answers and stores answers")


def asked_in_query(needs: Any) -> Iterator[str]:
    """The query values that a route takes, and those of everything that it depends on."""
    yield from (value.name for value in needs.query_params)
    for each in needs.dependencies:
        yield from asked_in_query(each)


def test_no_write_takes_query_values():
    """A key's fingerprint holds method, path and body: what a query said would not be in it."""
    wrong = [
        f"{route.path}: {name}"
        for route in writes(application())
        for name in asked_in_query(route.dependant)  # codespell:ignore
        if name != "dry_run"  # A dry run uses no key.
    ]

    nothing(wrong, "take it in the body")


class Inner(BaseModel):
    """Something that a key is made for."""

    webhook_secret: str
    key: str


class Outer(BaseModel):
    """An answer with a secret of its own, one further in and one in a list."""

    api_key: str | None
    inner: Inner
    many: list[Inner] | None
    secrets_shown: int


def test_a_secret_is_found_however_deep():
    assert secrets_of(Outer) == {"api_key", "inner.webhook_secret", "many.webhook_secret"}


def test_a_secret_that_would_be_stored_is_found():
    app = application()
    router = APIRouter(prefix="/v1/probe", route_class=TransactionalRoute)

    @router.post("/told", dependencies=[redact_on_replay("api_key", "inner", "many")])
    async def told() -> Outer:
        raise NotImplementedError

    @router.post("/whole", dependencies=[redact_on_replay("api_key")])
    async def whole() -> Outer:
        raise NotImplementedError

    app.include_router(router)

    assert stored_in_clear(app) == [
        "POST /v1/probe/whole: inner.webhook_secret",
        "POST /v1/probe/whole: many.webhook_secret",
    ]
