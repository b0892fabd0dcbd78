"""What names mean that mean the same wherever the API has them.

A field says what it means where it is declared; one of these names need not say it again.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

WORDS: Mapping[str, str] = {
    "actor_id": "Id of the actor; null for kinds without ids.",
    "actor_type": "Who did it: `api_key`, `staff`, `operator`, `system`, `nobody` or `sql`.",
    "archived_at": "When it was archived; null while it is in use.",
    "created_at": "When it was created.",
    "currency": "ISO 4217 code, such as `USD`.",
    "data": "The entries.",
    "has_more": "Whether another page follows.",
    "member_id": "The member; null if it is about no member.",
    "next_cursor": "Send it as `cursor` for the next page; null on the last one.",
    "updated_at": "When it last changed.",
    "version": "Counts up with every change.",
}
"""Fields of requests and answers."""

PARAMETERS: Mapping[str, str] = {
    "code": "Short name of the plan.",
    "endpoint_id": "Only those of this webhook endpoint.",
    "event_id": "Only those of this event.",
    "event_type": "Only those of this type, such as `purchase.completed`.",
    "external_id": "Only the one with this external id.",
    "featured": "`true`: only featured rewards; `false`: only the others.",
    "kind": "Only those of this kind.",
    "last-event-id": "Id of the last event received; the stream continues after it.",
    "member_id": "Only those of this member.",
    "plan": "Only those on this plan.",
    "reward_id": "Only those of this reward.",
    "source": "Only those from this source.",
    "state": "Only those in this state.",
    "status": "Only those of this status.",
    "type": "Only those of this type.",
}
"""Parameters of the path and the query; most are filters."""


def describe(document: dict[str, Any]) -> None:
    """Describe the fields and parameters of an OpenAPI document that say nothing themselves."""
    for schema in document["components"]["schemas"].values():
        for name, field in schema.get("properties", {}).items():
            if name in WORDS and _says_little(field):
                field["description"] = WORDS[name]
    for parameter in _parameters(document):
        if words := parameter.get("description") or _words_of(parameter):
            parameter["description"] = words


def _words_of(parameter: Mapping[str, Any]) -> str | None:
    name, schema = str(parameter["name"]), cast("dict[str, Any]", parameter["schema"])
    if parameter["in"] == "query" and name in PARAMETERS:
        return PARAMETERS[name]
    forms = (schema, *cast("list[dict[str, Any]]", schema.get("anyOf", [])))
    own = [str(form["description"]) for form in forms if "description" in form]
    return own[0] if own else PARAMETERS.get(name)


def _says_little(field: Mapping[str, Any]) -> bool:
    return "description" not in field and "$ref" not in field


def _parameters(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in document["paths"].values():
        for operation in item.values():
            for each in cast("list[dict[str, Any]]", operation.get("parameters", [])):
                if "$ref" not in each:
                    yield each
