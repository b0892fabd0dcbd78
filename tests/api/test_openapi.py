"""The OpenAPI document is true, whole and fit to read; examples on the page of the API work."""

import json
import re
from typing import Any

import httpx
import jsonschema_rs
import pytest
from tools.reference.api_page import Page
from tools.reference.pages import error_list

from laurels.kit.errors import AppError
from laurels.kit.http.access import SIGNED_IN
from laurels.kit.http.openapi import (
    COMMON_ERRORS,
    WRITES,
    error_responses,
    errors_known,
    operations,
)
from tests.support.openapi import (
    document,
    hold_to_the_document,
    operation_at,
    resolved,
    with_schemas,
)

OPERATIONS = [(path, method, operation) for path, method, operation in operations(document())]
GUARDED = [each for each in OPERATIONS if each[2].get("security")]
WITH_BODY = [each for each in GUARDED if "requestBody" in each[2]]
PAGE = Page(document())


def named(each: tuple[str, str, dict[str, Any]]) -> str:
    return each[2]["operationId"]


def codes_of(operation: dict[str, Any], status: int) -> list[str]:
    answer = resolved(operation["responses"][str(status)])
    return list(answer["content"]["application/problem+json"]["examples"])


def test_it_is_openapi_3_1_without_what_fastapi_says_of_errors():
    assert document()["openapi"].startswith("3.1.")
    assert "HTTPValidationError" not in document()["components"]["schemas"]
    assert [name for name in document()["components"]["schemas"] if "__" in name] == []


def test_operations_have_names_of_their_own_and_tags_that_are_described():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    described = {tag["name"] for tag in document()["tags"] if tag["description"]}

    assert len(names) == len(set(names))
    assert [name for name in names if "_v1_" in name] == []
    assert {tag for _, _, each in OPERATIONS for tag in each["tags"]} == described
    assert [named(each) for each in OPERATIONS if not each[2].get("description")] == []


@pytest.mark.parametrize("each", GUARDED, ids=named)
def test_a_guarded_operation_names_what_every_door_can_answer(each):
    _, method, operation = each

    assert {"401", "403", "422", "500", "503"} <= set(operation["responses"])
    assert list(operation["security"][0].values()) != [[]]
    names = [resolved(part)["name"] for part in operation.get("parameters", [])]
    own = list(operation["security"][0].values()) == [[SIGNED_IN]]
    assert ("Idempotency-Key" in names) == (method in WRITES and not own)
    assert "400" in operation["responses"]
    for answer in operation["responses"].values():
        assert "X-Request-Id" in resolved(answer)["headers"]


def test_every_example_of_a_problem_is_a_problem():
    schema = {"$ref": "#/components/schemas/Problem", "components": document()["components"]}
    problem = jsonschema_rs.validator_for(schema)

    for code, example in document()["components"]["examples"].items():
        assert example["value"]["code"] == code
        assert problem.is_valid(example["value"])


def test_problems_of_the_door_are_told_once():
    assert len({problem.code for problem in COMMON_ERRORS}) == len(COMMON_ERRORS)
    assert "internal" in codes_of(GUARDED[0][2], 500)


def test_a_route_says_what_it_refuses():
    operation = operation_at("POST", "/v1/wallets/wal_x/debit")

    assert operation is not None
    assert codes_of(operation, 409) == [
        "idempotency_key_reused", "wallet_closed", "posting_key_taken", "loyalty_disabled",
        "below_minimum_redemption", "insufficient_points",
    ]  # fmt: skip
    assert codes_of(operation, 404) == ["wallet_not_found"]


def test_marking_a_route_changes_nothing_else():
    class Odd(AppError):
        """Odd."""

    async def route() -> int:
        return 1

    assert error_responses(Odd)(route) is route


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (418, {}, "does not name 418"),
        (200, {"id": 1}, "get_member 200"),
    ],
)
async def test_an_answer_that_the_document_does_not_know_is_a_fault(status, body, words):
    request = httpx.Request("GET", "http://laurels.test/v1/members/mem_x")

    with pytest.raises(AssertionError, match=words):
        await hold_to_the_document(httpx.Response(status, json=body, request=request))


@pytest.mark.parametrize("each", WITH_BODY, ids=named)
async def test_the_example_of_a_body_is_understood(each, client, operator_client):
    path, method, operation = each
    body = PAGE.example(operation)
    sender = operator_client if path.startswith("/v1/platform") else client

    answer = await sender.request(method, PAGE.example_path(path, operation), json=body)

    assert answer.status_code not in {400, 405, 422}, f"{body} {answer.text}"


OF_NO_ROUTE = {
    "batch_too_large": "HTTP takes at most 1,000 items",
    "conflict": "its children have names",
    "gone": "its children have names",
    "lapsed_already": "a row is rejected and told with its import",
    "limited": "its children have names",
    "member_unknown": "a row is rejected and told with its import",
    "not_found": "its children have names",
    "origin_missing": "a row is rejected and told with its import",
    "points_not_positive": "the schema refuses them before",
    "run_overtaken": "workers tell each other",
    "row_invalid": "a row is rejected and told with its import",
    "too_large": "its children have names",
    "too_many_broken": "an import fails with it, and tells it",
}
"""Errors that no operation answers with, each with its reason."""


def test_every_error_is_named_by_a_route_or_says_why_not():
    error_list()  # imports the errors of every room
    told = set(document()["components"]["examples"])

    assert {error.code for error in errors_known()} - told == set(OF_NO_ROUTE)


def test_every_field_of_an_object_says_what_it_means():
    assert [
        f"{name}.{field}"
        for name, schema in document()["components"]["schemas"].items()
        for field, part in schema.get("properties", {}).items()
        if not part.get("description")
    ] == []


def test_every_parameter_says_what_it_means():
    assert [
        f"{named(each)} {part['name']}"
        for each in OPERATIONS
        for part in map(resolved, each[2].get("parameters", []))
        if not part.get("description")
    ] == []


def test_no_schema_is_a_copy_of_another_and_ids_are_never_bare():
    schemas = document()["components"]["schemas"]

    assert [name for name in schemas if not name.isalnum()] == []
    assert schemas["PurchaseBulkIn"]["properties"]["items"]["items"] == {
        "$ref": "#/components/schemas/PurchaseIn"
    }
    assert '"uuid"' not in json.dumps(document())


def test_every_problem_is_one_schema():
    told = {
        json.dumps(answer["content"]["application/problem+json"]["schema"])
        for _, _, operation in OPERATIONS
        for answer in map(resolved, operation["responses"].values())
        if "application/problem+json" in answer.get("content", {})
    }

    assert told == {'{"$ref": "#/components/schemas/Problem"}'}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("Member", {"segments", "tier", "wallets"}),
        ("Purchase", {"member"}),
        ("PurchaseSummary", {"award", "lines", "member"}),
        ("Activity", {"member"}),
        ("ActivitySummary", {"award", "member"}),
        ("Redemption", {"member", "reward"}),
    ],
)
def test_what_can_be_expanded_has_a_type(kind, names):
    schemas = document()["components"]["schemas"]
    expanded = schemas[f"{kind}Out"]["properties"]["expanded"]

    fields = schemas[expanded["$ref"].rsplit("/", 1)[1]]["properties"]

    assert set(fields) == names
    assert all("$ref" in json.dumps(each) for each in fields.values())


OF_NO_GET = {
    "aud": "an entry is whole in the list of the log",
    "inv": "an invitation is read by its token; its id is for the log of the operator",
    "key": "keys are whole in their list",
    "lot": "lots are whole in the list of their wallet",
    "mrg": "a merge is told by the two members",
    "pwr": "a reset is read by its token; its id is for the log of the operator",
    "ses": "sessions are whole in their list",
    "svw": "saved views are whole in their list",
    "trh": "the history of tiers is whole in the list of its member",
    "vch": "codes are whole in the list of their reward",
}
"""Kinds of ids that answers hand out and no address reads, each with its reason."""


def test_whatever_id_is_handed_out_can_be_fetched():
    handed_out = set(re.findall(r'"\^([a-z]+)_\[0-7\]', json.dumps(document()["components"])))
    fetched = {
        re.findall(r"\^([a-z]+)_\[0-7\]", parameter["schema"].get("pattern", ""))[0]
        for path, method, operation in OPERATIONS
        for parameter in map(resolved, operation.get("parameters", []))
        if method == "get"
        and path.endswith("{" + parameter["name"] + "}")
        and parameter["schema"].get("pattern", "").startswith("^")
        and "[0-7]" in parameter["schema"]["pattern"]
    }

    assert handed_out - fetched == set(OF_NO_GET)


def test_every_list_has_the_shape_of_a_page():
    whole = document()
    found = []
    for path, methods in whole["paths"].items():
        content = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").split("/")[-1]
        properties = whole["components"]["schemas"].get(name, {}).get("properties", {})
        if properties.get("data", {}).get("type") != "array":
            continue
        if not {"has_more", "next_cursor"} <= properties.keys():
            found.append(path)

    assert found == []


def test_what_holds_all_answers_to_the_document_takes_no_more_than_a_few_documents():
    contents = [
        content
        for _, _, operation in OPERATIONS
        for answer in operation["responses"].values()
        for content in resolved(answer).get("content", {}).values()
    ]
    schemas = {json.dumps(content["schema"]) for content in contents if "schema" in content}

    kept = sum(len(json.dumps(with_schemas(schema))) for schema in schemas)

    assert kept < 5 * len(json.dumps(document()))
