"""Holds answers to the OpenAPI document: a status or a code that it does not name is a fault."""

import json
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

import httpx
import jsonschema_rs

from laurels.kit.http.openapi import operations
from tests.support.application import described

Hook = Callable[[httpx.Response], Awaitable[None]]
FROM_NOWHERE = {"no_such_route", "method_not_allowed"}
"""Problems of addresses that are no operation."""
_REFERENCE = re.compile(r'"#/components/schemas/([^"/]+)"')


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document of the application."""
    return described().openapi()


@lru_cache(maxsize=1)
def addresses() -> list[tuple[str, re.Pattern[str], dict[str, Any]]]:
    """Method, pattern of the path and content of every operation; fixed paths come first."""
    found = [
        (method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), operation)
        for path, method, operation in operations(document())
    ]
    return sorted(found, key=lambda each: each[1].pattern.count("[^/]+"))


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    """The operation that a request reaches, None for an address that leads nowhere."""
    for known, pattern, operation in addresses():
        if known == method and pattern.fullmatch(path):
            return operation
    return None


def with_schemas(schema: str) -> dict[str, Any]:
    """A schema, which is given as JSON, with those that it names, and no others.

    A validator keeps a copy of all that it is given. The whole document is 1.3 MB, and there are a
    thousand answers.
    """
    named: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        for name in set(_REFERENCE.findall(waiting.pop())) - named.keys():
            named[name] = document()["components"]["schemas"][name]
            waiting.append(json.dumps(named[name]))
    return {**json.loads(schema), "components": {"schemas": named}}


@lru_cache(maxsize=1000)
def _validator(schema: str) -> Any:
    return jsonschema_rs.validator_for(with_schemas(schema))


def _speaks_of_somebody_erased(response: httpx.Response) -> bool:
    """Whether this is what is left of a stored answer; the `Idempotency-Key` parameter says so."""
    replayed = response.headers.get("idempotent-replayed") == "true"
    return replayed and response.json() == {"erased": True}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or the one that its `$ref` leads to."""
    found: Any = part
    if "$ref" in part:
        found = document()
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    return found


async def hold_to_the_document(response: httpx.Response) -> None:
    """Fail when the answer is not one that its operation names, or not of the shape it says."""
    await response.aread()
    request = response.request
    operation = operation_at(request.method, request.url.path)
    if operation is None:
        return
    name, status = operation["operationId"], str(response.status_code)
    if status in {"404", "405"} and response.json().get("code") in FROM_NOWHERE:
        return
    assert status in operation["responses"], f"{name} does not name {status}: {response.text}"
    if status == "204" or _speaks_of_somebody_erased(response):
        return
    media = response.headers["content-type"].split(";")[0]
    content = resolved(operation["responses"][status]).get("content", {})
    assert media in content, f"{name} does not say that {status} may be {media}"
    if media.endswith("problem+json"):
        code = response.json()["code"]
        assert code in content[media]["examples"], f"{name} {status} does not name {code}"
    if media.endswith("json"):
        validator = _validator(json.dumps(content[media]["schema"]))
        faults = [error.message for error in validator.iter_errors(response.json())]
        assert faults == [], f"{name} {status}: {faults[:3]} in {response.text[:500]}"
