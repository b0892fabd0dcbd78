"""The OpenAPI document, true: what a route can answer, not only what it answers when all is well.

FastAPI writes down paths, parameters and good answers. `describe` adds what holds for every route:
the problems (RFC 9457) with the codes that each operation can give, the `Idempotency-Key` of
writes, the headers of answers, the permission that is asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, TypeVar, cast

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant as Needs  # codespell:ignore
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from ..errors import HTTP_STATUS, AppError, Forbidden, Invalid, Unauthenticated
from . import descriptions
from .access import SIGNED_IN
from .idempotency import KEY_PATTERN, MAX_KEY, AnswerErased, IdempotencyKeyReused
from .rate_limits import RateLimited, TooManyFailures

WRITES = frozenset({"post", "put", "patch", "delete"})
_PLACE = "#/components/schemas/"
PROBLEM_TYPE = "application/problem+json"
T = TypeVar("T", bound=Callable[..., Any])


class MetBy(StrEnum):
    """Which operations meet a problem before their room is asked."""

    ALL = "all"
    WRITES = "those that write"
    NONE = "none: the address leads nowhere"


@dataclass(frozen=True, slots=True)
class DoorProblem:
    """A problem that is answered before a room is asked, or when one breaks."""

    code: str
    status: int
    words: str
    met_by: MetBy = MetBy.ALL


COMMON_ERRORS: tuple[DoorProblem, ...] = (
    DoorProblem(
        "unreadable_body",
        400,
        "The body is not valid JSON or is nested too deeply; the answer says where.",
        MetBy.WRITES,
    ),
    DoorProblem("incomplete_body", 400, "The body was incomplete; nothing was done.", MetBy.WRITES),
    DoorProblem(
        "repeated_header",
        400,
        "A header that may be sent only once was repeated; the answer names it.",
    ),
    DoorProblem("no_such_route", 404, "There is no route at this path.", MetBy.NONE),
    DoorProblem("method_not_allowed", 405, "The path does not support this method.", MetBy.NONE),
    DoorProblem("slow_body", 408, "The body did not arrive in time.", MetBy.WRITES),
    DoorProblem(
        "body_too_large", 413, "The body exceeds the limit, which the answer names.", MetBy.WRITES
    ),
    DoorProblem(
        "unsupported_media_type",
        415,
        "The `Content-Type` is not JSON; the answer says what to send.",
        MetBy.WRITES,
    ),
    DoorProblem("invalid", 422, "Fields are not valid; `errors` names each and says why."),
    DoorProblem("headers_too_large", 431, "There are too many headers, or they are too long."),
    DoorProblem("internal", 500, "Something broke on our side; nothing was booked."),
    DoorProblem(
        "timed_out",
        503,
        "The request took too long; send it again with the same key to learn its outcome.",
    ),
    DoorProblem(
        "unavailable", 503, "The database is busy or restarting; try again with the same key."
    ),
    DoorProblem(
        "outcome_unknown",
        503,
        "The outcome of the commit is unknown; send the request again with the same key to find"
        " out.",
        MetBy.WRITES,
    ),
)
"""What is answered before a room is asked, or when one breaks; tests/api holds each of them."""

_EVERYWHERE: tuple[tuple[type[AppError], MetBy], ...] = (
    (Unauthenticated, MetBy.ALL),
    (Forbidden, MetBy.ALL),
    (AnswerErased, MetBy.WRITES),
    (IdempotencyKeyReused, MetBy.WRITES),
    (Invalid, MetBy.ALL),
    (RateLimited, MetBy.ALL),
    (TooManyFailures, MetBy.ALL),
)
"""Errors that every guarded route knows, so that none has to name them."""


def error_responses(*errors: type[AppError] | str) -> Callable[[T], T]:
    """Say which errors of the rooms a route can answer with; stands right above its function.

    An error of a room above, which a route cannot import, is named by its code.
    """

    def mark(endpoint: T) -> T:
        endpoint.error_responses = errors  # type: ignore[attr-defined]
        return endpoint

    return mark


def describe(
    app: FastAPI,
    tags: Mapping[str, str],
    errors: Sequence[type[AppError]] = (),
    extend: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """Let the application tell the whole truth of itself.

    `tags` says what each of them holds; `errors` are those that every guarded route can answer
    with although `kit` does not know them. `extend` adds to what FastAPI wrote, before the rest.
    """

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, tags, errors, extend)
        return app.openapi_schema

    app.openapi = openapi


def _document(
    app: FastAPI,
    tags: Mapping[str, str],
    errors: Sequence[type[AppError]],
    extend: Callable[[dict[str, Any]], None] | None,
) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        webhooks=app.webhooks.routes,
    )
    routes = _routes_of(app)
    if extend is not None:
        extend(document)
    responses: dict[str, Any] = {}
    examples: dict[str, Any] = {}
    used: set[str] = set()
    for path, item in cast("dict[str, dict[str, Any]]", document["paths"]).items():
        for method, operation in item.items():
            used.update(operation.get("tags", ()))
            problems = _problems(method, routes[method, path], errors)
            _complete(operation, method, routes[method, path], problems, responses)
            for status, found in problems.items():
                examples.update({c: _example(status, c, words) for c, words in found.items()})
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for item in cast("dict[str, dict[str, Any]]", document.get("webhooks", {})).values():
        for operation in item.values():
            operation["responses"].pop("422", None)
            used.update(operation.get("tags", ()))
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    parts["schemas"] = {**schemas, **_SCHEMAS}
    parts["responses"] = dict(sorted(responses.items()))
    parts["examples"] = dict(sorted(examples.items()))
    document["tags"] = [
        {"name": name, "description": words} for name, words in tags.items() if name in used
    ]
    parts["headers"] = _HEADERS
    parts["parameters"] = _PARAMETERS
    tidied = _tidied(document)
    descriptions.describe(tidied)
    return cast("dict[str, Any]", _whole_numbers(tidied))


def _tidied(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with schemas named by their titles, and a `$ref` to each, no copies."""
    schemas = cast("dict[str, dict[str, Any]]", document["components"]["schemas"])
    names = {key: schema["title"] for key, schema in schemas.items() if key.endswith("_")}
    renamed = {f"{_PLACE}{key}": f"{_PLACE}{name}" for key, name in names.items()}

    def tidy(part: Any) -> Any:
        if isinstance(part, list):
            return [tidy(each) for each in cast("list[Any]", part)]
        if not isinstance(part, dict):
            return renamed.get(part, part) if isinstance(part, str) else part
        entries = cast("dict[str, Any]", part)
        name = entries.get("title")
        if isinstance(name, str) and "properties" in entries and schemas.get(name) == entries:
            return {"$ref": f"{_PLACE}{name}"}
        return {key: tidy(each) for key, each in entries.items()}

    tidied = {
        names.get(key, key): {inner: tidy(each) for inner, each in schema.items()}
        for key, schema in schemas.items()
    }
    parts = {**document["components"], "schemas": dict(sorted(tidied.items()))}
    return {key: tidy(each) for key, each in document.items()} | {"components": parts}


def _routes_of(app: FastAPI) -> dict[tuple[str, str], Any]:
    """Return the route behind every operation."""
    return {
        (method.lower(), getattr(route, "path_format", route.path) or ""): route
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }


def permission_at(route: Any) -> str | None:
    """Return the permission that a route asks for, None when it asks for none."""
    return _permission(getattr(route, "dependant", None))  # codespell:ignore


def _permission(needs: Needs | None) -> str | None:
    if needs is None:
        return None
    asked = getattr(needs.call, "permission", None)
    if asked is not None:
        return str(asked)
    return next(filter(None, (_permission(each) for each in needs.dependencies)), None)


def _complete(
    operation: dict[str, Any],
    method: str,
    route: Any,
    problems: dict[int, dict[str, str]],
    shared: dict[str, Any],
) -> None:
    """Add to one operation what FastAPI cannot know; responses of many go into `shared`."""
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    answers = cast("dict[str, dict[str, Any]]", operation["responses"])
    answers.pop("422", None)
    for status, answer in answers.items():
        if answer["description"] == "Successful Response":
            answer["description"] = HTTPStatus(int(status)).phrase
        answer["headers"] = {**answer.get("headers", {}), **_headers(method, status)}
    permission = permission_at(route)
    if permission is not None:
        operation["security"] = [{scheme: [permission] for scheme in operation["security"][0]}]
    if method in WRITES and permission not in {None, SIGNED_IN}:
        key = {"$ref": "#/components/parameters/IdempotencyKey"}
        operation.setdefault("parameters", []).append(key)
    for status, codes in sorted(problems.items()):
        answers[str(status)] = _answer(status, codes, shared)


def _problems(
    method: str, route: Any, errors: Sequence[type[AppError]]
) -> dict[int, dict[str, str]]:
    """Return the codes that an operation can answer, by status, each with its sentence."""
    permission, told = permission_at(route), getattr(route.endpoint, "error_responses", None)
    if permission is None and told is None:
        return {}
    met = {MetBy.ALL}
    if method in WRITES:
        met.add(MetBy.WRITES)
    found: dict[int, dict[str, str]] = {}
    everywhere = [error for error, met_by in _EVERYWHERE if met_by in met]
    if permission is None:
        # Nobody is asked who they are, and an Idempotency-Key is not looked at.
        everywhere, errors = [Invalid, RateLimited, TooManyFailures], ()
    elif permission == SIGNED_IN:
        everywhere = [error for error, met_by in _EVERYWHERE if met_by is MetBy.ALL]
    own = [_error_of(named) for named in told or ()]
    for error in (*everywhere, *errors, *own):
        found.setdefault(HTTP_STATUS[error.kind], {})[error.code] = sentence_of(error)
    for problem in COMMON_ERRORS:
        if problem.met_by in met:
            found.setdefault(problem.status, {})[problem.code] = problem.words
    return found


def _error_of(named: type[AppError] | str) -> type[AppError]:
    if not isinstance(named, str):
        return named
    return next(error for error in errors_known() if error.code == named)


def errors_known(root: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """Yield every error class of ours that was imported."""
    for child in root.__subclasses__():
        if child.__module__.startswith("laurels."):
            yield child
        yield from errors_known(child)


def sentence_of(error: type[AppError]) -> str:
    """Return what an error says when nothing more exact is known."""
    return cleandoc(error.__doc__ or "").split("\n\n")[0].replace("\n", " ")


def _answer(status: int, problems: dict[str, str], shared: dict[str, Any]) -> dict[str, Any]:
    """Return the response of one status; what has few codes is written once for all."""
    if len(problems) > 2:
        return _response(status, problems)
    name = "".join(part.capitalize() for code in problems for part in code.split("_"))
    shared.setdefault(name, _response(status, problems))
    return {"$ref": f"#/components/responses/{name}"}


def _response(status: int, problems: dict[str, str]) -> dict[str, Any]:
    headers = _headers("", str(status))
    words = " ".join(f"`{code}`: {sentence}" for code, sentence in problems.items())
    schema = {"$ref": "#/components/schemas/Problem"}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in problems}
    content = {PROBLEM_TYPE: {"schema": schema, "examples": examples}}
    return {"description": words, "headers": headers, "content": content}


def _example(status: int, code: str, sentence: str) -> dict[str, Any]:
    value = {
        "type": f"urn:laurels:error:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": sentence,
        "code": code,
        "request_id": "019a0f2e-6f3c-7d8e-9a51-2f0c4d1b7e60",
    }
    return {"value": value}


def _headers(method: str, status: str) -> dict[str, Any]:
    """Return the headers of an answer, by reference."""
    names = ["X-Request-Id", "RateLimit", "RateLimit-Policy"]
    if method in WRITES and status.startswith("2"):
        names.append("Idempotent-Replayed")
    if status == "401":
        names.append("WWW-Authenticate")
    if status in {"429", "503"}:
        names.append("Retry-After")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _whole_numbers(value: Any) -> Any:
    """Return the JSON value with `100.0` as `100`, as limits of integers are meant."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return {key: _whole_numbers(item) for key, item in entries.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in cast("list[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and content of every operation of an OpenAPI document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


_PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Your unique key for this request. Sending the same key and body within 7"
        " days returns the first answer, with `Idempotent-Replayed: true`; a different body is"
        ' refused. An answer about a person who has been erased is `{"erased": true}`.',
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": KEY_PATTERN},
        "example": "order-1001",
    }
}

_HEADERS: dict[str, Any] = {
    "X-Request-Id": {
        "description": "Identifies this request in logs and problems.",
        "required": True,
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What is left of the key's limit: `r` requests, reset in `t` seconds"
        " (draft-ietf-httpapi-ratelimit-headers-11). Absent if there is no limit.",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "The key's limit: `q` requests in `w` seconds. Absent if there is none.",
        "schema": {"type": "string"},
    },
    "Idempotent-Replayed": {
        "description": "`true` when this is the stored answer of an earlier request.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "Retry-After": {
        "description": "Seconds to wait before sending the request again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
}

_TEXT = {"type": "string"}
_SCHEMAS: dict[str, Any] = {
    "Problem": {
        "title": "Problem",
        "type": "object",
        "description": "An error (RFC 9457). Some problems have further fields, such as"
        " `available` in `insufficient_points`.",
        "properties": {
            "type": {**_TEXT, "description": "`urn:laurels:error:` and the code."},
            "title": {**_TEXT, "description": "Short title of the error."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {
                **_TEXT,
                "description": "What is wrong in this case, and how to correct it.",
            },
            "code": {**_TEXT, "description": "Stable error code for programs."},
            "request_id": {
                "type": ["string", "null"],
                "description": "Identifies the request in the log.",
            },
            "errors": {
                "type": "array",
                "description": "The fields that are wrong, at most 100.",
                "items": {"$ref": "#/components/schemas/FieldProblem"},
            },
        },
        "required": ["type", "title", "status", "detail", "code", "request_id"],
    },
    "FieldProblem": {
        "title": "FieldProblem",
        "type": "object",
        "description": "One field that is wrong.",
        "properties": {
            "field": {**_TEXT, "description": "Its name, with dots for nested objects and lists."},
            "pointer": {
                **_TEXT,
                "description": "Of a field of the body: its place, a JSON pointer.",
            },
            "parameter": {**_TEXT, "description": "Of a query or path parameter: its name."},
            "header": {**_TEXT, "description": "Of a header: its name."},
            "code": {
                **_TEXT,
                "description": "The kind of error: one of the field codes, or the code of the"
                " problem itself.",
            },
            "message": {**_TEXT, "description": "What is wrong, and how to correct it."},
        },
        "required": ["field", "code", "message"],
    },
}
