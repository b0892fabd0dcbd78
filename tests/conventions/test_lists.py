"""Every list is asked the same way: `since`, `until`, `sort`, `limit`, `cursor`, typed and said."""

import pytest

from tests.support.openapi import document

from .source import nothing

WHOLE = {
    "/v1/earning-rules/fields": "a fixed catalogue: the facts that the code has",
    "/v1/earning-rules/usage": "a computation over the latest events, not rows that are kept",
    "/v1/imports/kinds": "a fixed catalogue: the kinds that the code has",
    "/v1/jobs": "a fixed catalogue: the jobs that the code has",
    "/v1/members/{member_id}/export": "a file in chapters: all of it is asked for, in its order",
    "/v1/members/{member_id}/rewards": "a catalogue in the order it is shown in; what a member can"
    " have of it is judged after it was read",
    "/v1/outbound-messages/destinations": "a computation over the latest messages, not rows that"
    " are kept",
    "/v1/platform/figures": "a computation over the tenants that are named",
    "/v1/platform/plans": "a fixed catalogue: a handful, which the operator writes",
    "/v1/platform/settings": "a fixed catalogue: the settings that the code has",
    "/v1/saved-views": "what one person keeps and a few share, for a menu",
    "/v1/segments/fields": "a fixed catalogue: the fields that the code has",
    "/v1/segments/{segment_id}/overlap": "a computation over all segments, not rows that are kept",
    "/v1/segments/{segment_id}/performance": "a curve: a point per day between two days",
    "/v1/settings": "a fixed catalogue: the sections that the code has",
    "/v1/tiers/distribution": "a computation over all members, not rows that are kept",
}
"""Lists that are not asked so, each with the reason."""
ENVELOPE = {"data", "has_more", "next_cursor"}


def lists() -> dict[str, dict]:
    """The query parameters, by name, of every GET that answers with the envelope of lists."""
    schemas = document()["components"]["schemas"]
    found: dict[str, dict] = {}
    for path, item in document()["paths"].items():
        content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").removeprefix("#/components/schemas/")
        if schemas.get(name, {}).get("properties", {}).keys() >= ENVELOPE:
            given = [*item.get("parameters", []), *item["get"].get("parameters", [])]
            found[path] = {each["name"]: each for each in given if each["in"] == "query"}
    return found


def kinds(schema: dict) -> list[dict]:
    """What a parameter may be, null aside."""
    return [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]


def wrong_with(asked: dict[str, dict]) -> list[str]:
    """What the parameters of a list lack."""
    found = [
        f"{name} is missing"
        for name in ("since", "until", "sort", "limit", "cursor")
        if name not in asked
    ]
    if found:
        return found
    found += [f"{name} says nothing" for name in asked if len(asked[name]["description"]) < 10]
    for name in ("since", "until"):
        (kind,) = kinds(asked[name]["schema"])
        found += [] if kind.get("format") == "date-time" else [f"{name} is no moment"]
    sort = asked["sort"]["schema"]
    names = sort.get("enum", [])
    if sort.get("default") not in names:
        found.append("sort has no usual order among its own")
    found += [f"sort `{n}` cannot be turned round" for n in names if turned(n) not in names]
    limit = asked["limit"]["schema"]
    if (limit.get("type"), limit.get("minimum"), limit.get("maximum")) != ("integer", 1, 100):
        found.append("limit is not 1 to 100")
    (kind,) = kinds(asked["cursor"]["schema"])
    if kind.get("type") != "string" or "maxLength" not in kind:
        found.append("cursor is no bounded text")
    return found


def turned(name: str) -> str:
    """The same sort the other way round."""
    return name[1:] if name.startswith("-") else f"-{name}"


@pytest.mark.parametrize("path", sorted(set(lists()) - set(WHOLE)))
def test_every_list_takes_the_same_parameters(path):
    nothing(wrong_with(lists()[path]))


def test_no_reason_is_left_over():
    unknown = set(WHOLE) - set(lists())
    tidied = {path for path in set(WHOLE) & set(lists()) if not wrong_with(lists()[path])}

    assert (unknown, tidied) == (set(), set())


def test_a_list_that_is_asked_otherwise_is_found():
    asked = lists()["/v1/members"]
    sort = asked["sort"]["schema"]

    assert wrong_with({}) != []
    assert wrong_with({**asked, "since": asked["limit"]}) == ["since is no moment"]
    assert wrong_with({**asked, "limit": {**asked["limit"], "schema": {"type": "integer"}}}) == [
        "limit is not 1 to 100"
    ]
    assert wrong_with(
        {**asked, "sort": {**asked["sort"], "schema": {**sort, "enum": ["-created_at"]}}}
    ) == ["sort `-created_at` cannot be turned round"]
