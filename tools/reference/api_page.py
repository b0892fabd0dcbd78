"""The page of the API: every operation with its parameters, fields, answers and an example."""

import json
import shlex
from collections.abc import Iterator
from typing import Any, cast

from laurels.kit.http.openapi import operations

from .manual import NOTE

_INTRODUCTION = """\
Every address is below `/v1` and asks for `Authorization: Bearer <api key>`. Bodies are JSON. Money
is a decimal string, points are integers, moments are RFC 3339 with a time zone. A page of a list
has `data`, `has_more` and `next_cursor`; every list takes `since`, `until` (not included), `sort`,
`limit` and `cursor`, and a cursor goes on with the sort that it was made for. Unknown fields and
query parameters are refused. What answers hold is under [Objects](#objects). The same as a page for
machines is [openapi.json](openapi.json); a running server has it at `/openapi.json`.

Errors are problems (RFC 9457); [errors](errors.md) lists all codes. What every operation can answer
is not repeated below: {common}. Nor is what every write can
answer: {writes}.

In the examples `$API` is `http://127.0.0.1:8080/v1` and `$KEY` an API key."""


def api_page(document: dict[str, Any]) -> str:
    """Return docs/reference/api.md from the OpenAPI document."""
    page = Page(document)
    words = _INTRODUCTION.format(common=_listed(page.common), writes=_listed(page.of_writes))
    lines = [NOTE, "# The API", "", *words.splitlines()]
    for tag in document["tags"]:
        lines += ["", f"## {tag['name'].capitalize()}", "", tag["description"]]
        for path, method, operation in operations(document):
            if tag["name"] in operation["tags"]:
                lines += page.section(path, method, operation)
    lines += page.objects()
    return "\n".join(lines)


class Page:
    """Writes sections of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
        self._told = frozenset(
            name for name in self._reached(document["paths"]) if not name.endswith("Page")
        )
        guarded = [each for _, _, each in operations(document) if each.get("security")]
        codes = [dict(self._problems(operation)) for operation in guarded]
        self.common = _shared(codes)
        writes = [
            dict(self._problems(operation))
            for _, method, operation in operations(document)
            if method != "get" and operation.get("security")
        ]
        self.of_writes = {
            code: status for code, status in _shared(writes).items() if code not in self.common
        }

    def section(self, path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
        """Yield the lines of one operation."""
        yield from ("", f"### {operation['summary']}", "", f"`{method.upper()} {path}`", "")
        yield operation.get("description", "")
        for permissions in operation.get("security", [{}])[0].values():
            yield from ("", f"Permission: {', '.join(f'`{name}`' for name in permissions)}.")
        if rows := [*self._parameters(operation), *self._fields(operation)]:
            yield from ("", "| name | where | type | meaning |", "|---|---|---|---|", *rows)
        yield from ("", "```sh", self._curl(path, method, operation), "```", "")
        yield from self._answers(operation)

    def objects(self) -> Iterator[str]:
        """Yield the lines of every object that requests and answers are made of."""
        yield from ("", "## Objects", "", "Objects in answers and in request bodies.")
        for name in sorted(self._told):
            schema = self._schemas[name]
            yield from ("", f"### {name}", "", _line(schema.get("description", "")), "")
            yield from ("| name | type | meaning |", "|---|---|---|")
            for field, part in schema.get("properties", {}).items():
                yield f"| `{field}` | {self._kind(part)} | {self._words(part)} |"

    def _reached(self, part: Any, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """Return the names of all schemas with fields that this part leads to."""
        if isinstance(part, list):
            for each in cast("list[Any]", part):
                seen = self._reached(each, seen)
        elif isinstance(part, dict):
            entries = cast("dict[str, Any]", part)
            name = str(entries.get("$ref", "")).rsplit("/", 1)[-1]
            if name in self._schemas and name not in seen:
                schema = self._schemas[name]
                seen = self._reached(schema, seen | {name} if "properties" in schema else seen)
            for each in entries.values():
                seen = self._reached(each, seen)
        return seen

    def _parameters(self, operation: dict[str, Any]) -> Iterator[str]:
        for parameter in map(self._resolved, operation.get("parameters", [])):
            where = parameter["in"] + (", required" if parameter["required"] else "")
            if parameter["in"] == "header":
                where = "header"
            kind = self._kind(parameter["schema"])
            words = _line(parameter.get("description", ""))
            yield f"| `{parameter['name']}` | {where} | {kind} | {words} |"

    def _fields(self, operation: dict[str, Any]) -> Iterator[str]:
        schema = self._body(operation)
        for name, field in schema.get("properties", {}).items():
            where = "body, required" if name in schema.get("required", ()) else "body"
            yield f"| `{name}` | {where} | {self._kind(field)} | {self._words(field)} |"

    def _body(self, operation: dict[str, Any]) -> dict[str, Any]:
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        for each in schema.get("anyOf", [schema]):
            if each.get("type") != "null":
                return self._resolved(each)
        return {}

    def _words(self, field: dict[str, Any]) -> str:
        found = field.get("description") or self._resolved(field).get("description", "")
        return _line(found)

    def _kind(self, schema: dict[str, Any]) -> str:
        """Return the type in words."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            if name.endswith("Page"):
                return f"a page of {self._kind(self._schemas[name]['properties']['data']['items'])}"
            return f"[{name}](#{name.lower()})" if name in self._told else name
        for several in ("anyOf", "oneOf"):
            if several in schema:
                kinds = [self._kind(each) for each in schema[several]]
                return " or ".join(dict.fromkeys(kinds))
        if "enum" in schema:
            return "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
        if "const" in schema:
            return f"`{json.dumps(schema['const'])}`"
        if schema.get("type") == "array":
            return f"list of {self._kind(schema['items'])}"
        return schema.get("format", schema.get("type", "any JSON"))

    def _answers(self, operation: dict[str, Any]) -> Iterator[str]:
        good = [
            f"{status} {self._shape(answer)}".rstrip()
            for status, answer in operation["responses"].items()
            if status.startswith("2")
        ]
        yield f"Answers {' or '.join(good)}."
        own = [
            (code, status)
            for code, status in self._problems(operation)
            if code not in self.common and code not in self.of_writes
        ]
        if own:
            listed = ", ".join(f"{status} [`{code}`](errors.md)" for code, status in own)
            yield f"Refuses with {listed}."

    def _shape(self, answer: dict[str, Any]) -> str:
        for content in answer.get("content", {}).values():
            return self._kind(content.get("schema", {}))
        return ""

    def _problems(self, operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the codes that an operation can answer with, each with its status."""
        for status, answer in operation["responses"].items():
            content = self._resolved(answer).get("content", {}).get("application/problem+json")
            if content:
                yield from ((code, status) for code in content["examples"])

    def _curl(self, path: str, method: str, operation: dict[str, Any]) -> str:
        """Return a command that does it, with an example of the body."""
        parts = [f'curl "{_address(self.example_path(path, operation))}"']
        if method not in {"get", "post"} or (method == "post" and not self._body(operation)):
            parts[0] = f"curl -X {method.upper()} {parts[0].removeprefix('curl ')}"
        if operation.get("security"):
            parts.append('-H "Authorization: Bearer $KEY"')
        if self._body(operation):
            body = json.dumps(self.example(operation), ensure_ascii=False)
            parts.append(f'-H "Content-Type: application/json" -d {shlex.quote(body)}')
        return " \\\n  ".join(parts)

    def example_path(self, path: str, operation: dict[str, Any]) -> str:
        """Return the path with examples in place of its parameters."""
        for parameter in map(self._resolved, operation.get("parameters", [])):
            if parameter["in"] == "path":
                value = str(self._example(parameter["name"], parameter["schema"]))
                path = path.replace("{" + parameter["name"] + "}", value)
        return path

    def example(self, operation: dict[str, Any]) -> Any:
        """Return an example of the body that an operation takes."""
        return self._example("body", self._body(operation))

    def _example(self, name: str, schema: dict[str, Any]) -> Any:
        found = self._resolved(schema)
        for given in (schema, found):
            if given.get("examples"):
                return given["examples"][0]
        for several in ("anyOf", "oneOf"):
            if several in found:
                return self._example(name, found[several][0])
        if "enum" in found:
            return found["enum"][0]
        if "const" in found:
            return found["const"]
        match found.get("type"):
            case "object":
                return {
                    key: self._example(key, part)
                    for key, part in found.get("properties", {}).items()
                    if key in found.get("required", ()) or part.get("examples")
                }
            case "array":
                return [self._example(name, found["items"])]
            case "integer" | "number":
                return found.get("minimum", found.get("exclusiveMinimum", 0) + 1)
            case "boolean":
                return True
            case _:
                return _EXAMPLES.get(found.get("format", name), name)

    def _resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in part:
            return part
        found: Any = self._document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return cast("dict[str, Any]", found)


_EXAMPLES: dict[str, str] = {
    "amount": "12.50",
    "currency": "USD",
    "date": "1990-05-17",
    "date-time": "2026-03-01T12:00:00Z",
    "name": "Coffee",
    "section": "purchases",
    "slug": "shop",
    "trigger": "purchase.completed",
    "unit_price": "12.50",
    "url": "https://example.com/laurels",
}


def _shared(codes: list[dict[str, str]]) -> dict[str, str]:
    """Return the codes, with their statuses, that all of these operations have."""
    first = codes[0] if codes else {}
    return {c: status for c, status in first.items() if all(c in each for each in codes)}


def _listed(codes: dict[str, str]) -> str:
    return ", ".join(f"{status} `{code}`" for code, status in codes.items())


def _line(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")


def _address(path: str) -> str:
    """Return a path with the variable that every page has for what comes before it."""
    return f"$API{path.removeprefix('/v1')}" if path.startswith("/v1/") else f"${{API%/v1}}{path}"
