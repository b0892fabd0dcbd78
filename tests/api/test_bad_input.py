"""Bad input is answered with a problem that names the field or the place; nothing is booked."""

import re

import pytest

from laurels.kit.values.faults import FAULTS
from laurels.kit.values.ids import encode
from tests.support.openapi import document

GOOD = {"member": "anna", "amount": "12.50", "currency": "USD"}
ONE_MEMBER = "mem_01h455vb4pex5vsknk084sn02q"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"currency": "XXQ"}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"amount": "-1.005"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "Infinity"}, "amount"),
        ({"amount": "1e400"}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": "99999999999999999999"}, "amount"),
        ({"amount": None}, "amount"),
        ({"occurred_at": "9999-12-31T23:59:59Z"}, "occurred_at"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "occurred_at"),
        ({"attributes": {"a": 2**70}}, "attributes"),
        ({"occurred_at": "1899-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "2026-01-01T00:00:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": 1_700_000_000}, "occurred_at"),
        ({"occurred_at": "1700000000"}, "occurred_at"),
        ({"occurred_at": "2026-01-01"}, "occurred_at"),
        ({"amount": "1_000"}, "amount"),
        ({"amount": " 1"}, "amount"),
        ({"amount": "\uff11"}, "amount"),
        ({"member": "an\x00na"}, "member"),
        ({"member": ""}, "member"),
        ({"member": "x" * 129}, "member"),
        ({"member_id": "txn_01h455vb4pex5vsknk084sn02q", "member": None}, "member_id"),
        ({"member_id": "mem_zzz", "member": None}, "member_id"),
        ({"member_id": ONE_MEMBER, "member": None}, "member_id"),
        ({"member_id": ONE_MEMBER}, "member"),
        ({"note": "\x00"}, "note"),
        ({"attributes": {"a": "b\x00"}}, "attributes"),
        ({"attributes": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}, "attributes"),
        ({"status": "done"}, "status"),
        ({"surprise": 1}, "surprise"),
        ({"lines": [{"unit_price": "1.00", "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{"unit_price": "1.00005"}]}, "lines.0.unit_price"),
        ({"lines": [{"unit_price": "1.00", "amount": "1.005"}]}, "lines.0.amount"),
    ],
)
async def test_a_purchase_that_cannot_be_names_its_field(client, change, field):
    answer = await client.post("/v1/purchases", json={**GOOD, **change})

    problem = answer.json()
    assert answer.status_code in {404, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["errors"][0]["field"] == field, problem
    assert problem["errors"][0]["message"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert (await client.get("/v1/purchases")).json()["data"] == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"amount": 1,}', "line 1, column"),
        (b"", "is missing; send it"),
        (
            b'{"member": "\\ud800", "amount": "1", "currency": "USD"}',
            "character that UTF-8 does not have",
        ),
        (b'{"amount": "\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"amount": NaN}', "NaN"),
        (b'{"amount": 1e99999999999999999999999}', "exponent"),
        (b'{"attributes": {"a": [-1.5E-99999999999999999999]}}', "exponent"),
        (b'{"member": "a", "amount": "1.00", "amount": "999.00"}', '"amount" appears twice'),
        (b'{"lines": [{"sku": "a", "sku": "a"}]}', '"sku" appears twice'),
        (b'{"attributes": {"\\u0061": 1, "a": 2}}', '"a" appears twice'),
    ],
)
async def test_a_body_that_is_not_json_names_the_place(client, body, words):
    answer = await client.post(
        "/v1/purchases", content=body, headers={"content-type": "application/json"}
    )

    assert answer.status_code in {400, 422}, answer.text
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        (
            "members?emial=a@b.c",
            "emial",
            "use criteria, cursor, email, expand, external_id, identity, limit, search",
        ),
        ("members?email=nobody", "email", "such as `anna@example.com`"),
        ("tenant?verbose=1", "verbose", "it takes none"),
        ("purchases?limit=1&limit=2", "limit", "was sent twice; send it once"),
        ("purchases?since=1700000000", "since", "for example `2026-03-01T12:00:00Z`"),
    ],
)
async def test_a_wrong_filter_is_named_with_the_remedy(client, address, field, words):
    answer = await client.get(f"/v1/{address}")

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, field)
    assert words in fault["message"]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({**GOOD, "occurred_at": 1_700_000_000}, "occurred_at", "with seconds and time zone"),
        ({"member": "a", "currency": "USD"}, "amount", "is missing; send it"),
        ({**GOOD, "money": "USD"}, "money", "check its spelling or leave it out"),
        ({**GOOD, "status": "done"}, "status", "is not one of 'pending', 'completed'"),
        ({**GOOD, "member": "x" * 129}, "member", "is longer than 128 characters"),
        ({**GOOD, "lines": {}}, "lines", "is not a list"),
        ({**GOOD, "lines": ["tea"]}, "lines.0", "is not an object"),
    ],
)
async def test_a_wrong_field_is_told_in_words(client, body, field, words):
    answer = await client.post("/v1/purchases", json=body)

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, field)
    assert words in fault["message"]
    assert "^[" not in answer.text


@pytest.mark.parametrize("number", ["1e99999999999999999999999", "-1e-99999999999999999999999"])
async def test_a_number_that_nobody_can_calculate_with_is_refused_at_every_door(client, number):
    body = f'{{"amount": {number}}}'.encode()

    for path, about in document()["paths"].items():
        for method in about.keys() & {"post", "put", "patch"}:
            address = re.sub(r"\{[a-z_]+\}", ONE_MEMBER, path)
            answer = await client.request(
                method, address, content=body, headers={"content-type": "application/json"}
            )
            assert 400 <= answer.status_code < 500, (method, path, answer.text)


@pytest.mark.parametrize(
    ("address", "field"),
    [("members/{}", "last_login_at"), ("members/{}/tier", "expires_at")],
)
async def test_a_moment_at_the_end_of_the_calendar_is_refused_by_its_name(
    client, house, address, field
):
    member = await house.member()
    sent = {field: "9999-12-31T23:59:59+14:00", **({"tier_id": None} if "tier" in address else {})}

    place = f"/v1/{address.format(encode('member', member))}"
    answer = await client.request("PUT" if "tier" in address else "PATCH", place, json=sent)

    assert answer.status_code == 422, answer.text
    assert field in {fault["field"] for fault in answer.json()["errors"]}


async def test_a_body_over_the_limit_names_the_limit(client):
    answer = await client.post("/v1/purchases", json={**GOOD, "note": "x" * 1_100_000})

    assert answer.status_code == 413
    assert answer.json()["limit_bytes"] == 1_000_000


async def test_a_per_unit_award_with_unit_zero_names_the_unit(client):
    rule = {
        "name": "Coins",
        "trigger": "purchase.completed",
        "award": {"type": "per_unit", "points": 1, "unit": "0", "of": "purchase.quantity"},
    }

    answer = await client.post("/v1/earning-rules", json=rule)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "award.unit"


async def test_a_condition_that_cannot_be_names_its_place(client):
    rule = {
        "name": "Wrong",
        "trigger": "purchase.completed",
        "award": {"type": "fixed", "points": 1},
        "conditions": {
            "all": [
                {"field": "purchase.amount", "op": "gte", "value": "1"},
                {"field": "purchase.amount", "op": "gte", "value": "lots"},
            ]
        },
    }

    answer = await client.post("/v1/earning-rules", json=rule)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/conditions/all/1/value"


@pytest.mark.parametrize("points", [0, -1, "10", 1.5, True, 2**53, None])
async def test_points_are_whole_and_positive(client, house, points):
    await house.member(external_id="anna")
    found = (await client.get("/v1/members", params={"external_id": "anna"})).json()["data"][0]
    wallet = (await client.get(f"/v1/members/{found['id']}/wallets")).json()["data"][0]

    answer = await client.post(f"/v1/wallets/{wallet['id']}/credit", json={"points": points})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "points"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/members/txn_01h455vb4pex5vsknk084sn02q", 422),
        (f"/v1/members/{ONE_MEMBER}", 404),
        ("/v1/members/mem_%00", 422),
        ("/v1/members?external_id=%00", 422),
        ("/v1/members?limit=0", 422),
        ("/v1/members?limit=1.0", 422),
        ("/v1/members?limit=%2B5", 422),
        ("/v1/members?limit=5&limit=6", 422),
        ("/v1/members?emial=a@b.c", 422),
        ("/v1/tenant?x", 422),
        ("/v1/purchases?since=1700000000", 422),
        ("/v1/purchases?status=done", 422),
        ("/v1/members?" + "&".join(f"p{n}=1" for n in range(101)), 422),
        ("/v1/members?limit=101", 422),
        ("/v1/members?cursor=nonsense", 422),
        ("/v1/members?cursor=%ff", 422),
        ("/v1/nothing", 404),
        ("/v1/events/evt_7745rgf5p80g45xckqyks218eb", 404),
        ("/v1/settings/nothing", 404),
    ],
)
async def test_an_address_that_leads_nowhere_is_a_problem(client, path, status):
    answer = await client.get(path)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "header",
    [None, "Bearer", "Bearer nonsense", "Basic abc", "Bearer lk_live_" + "0" * 84],
)
async def test_without_a_key_nobody_comes_in(client, header):
    headers = {} if header is None else {"Authorization": header}
    del client.headers["Authorization"]

    answer = await client.get("/v1/members", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["www-authenticate"] == "Bearer"


RAW = (
    "Input should",
    "Value error",
    "String should",
    "Field required",
    "pydantic",
    "discriminator",
)
RULE = {"name": "r", "trigger": "purchase.completed"}
TIER = {"name": "Gold", "level": 3}
REWARD = {"name": "Tea", "type": "voucher", "cost_points": 5}


@pytest.mark.parametrize(
    ("door", "body", "field", "code"),
    [
        ("members", {"external_id": "a", "birthday": "1990-02-29"}, "birthday", "wrong_format"),
        ("members", {"external_id": "a", "birthday": 5}, "birthday", "invalid"),
        ("members", {"external_id": "a", "email_opt_in": "yes"}, "email_opt_in", "wrong_type"),
        ("members", {"external_id": "a", "first_name": 5}, "first_name", "wrong_type"),
        ("members", {"external_id": "a", "attributes": []}, "attributes", "wrong_type"),
        ("purchases", {**GOOD, "occurred_at": "2027-02-29T00:00:00Z"}, "occurred_at",
         "wrong_format"),
        ("purchases", {**GOOD, "occurred_at": "2026-02-28T00:00:60Z"}, "occurred_at",
         "wrong_format"),
        ("purchases", {**GOOD, "occurred_at": "2026-02-28T00:00:00+25:00"}, "occurred_at",
         "wrong_format"),
        ("purchases", {**GOOD, "total": "1"}, "total", "unknown_field"),
        ("purchases", {**GOOD, "amount": "1234567890123456789012"}, "amount", "too_precise"),
        ("earning-rules", {**RULE, "award": {"type": "fix"}}, "award", "not_a_choice"),
        ("earning-rules", {**RULE, "award": {}}, "award", "missing"),
        ("earning-rules", {**RULE, "award": {"type": "fixed", "points": 0}}, "award.points",
         "too_small"),
        ("earning-rules", {**RULE, "award": {"type": "fixed"}}, "award.points", "missing"),
        ("earning-rules", {**RULE, "award": {"type": "fixed", "points": 1}, "stacking": "x"},
         "stacking", "not_a_choice"),
        ("earning-rules", {**RULE, "award": {"type": "multiplier", "factor": "2"}, "caps": [
            {"period": "day", "points": 1}]}, "caps", "contradiction"),
        ("earning-rules", {**RULE, "award": {"type": "fixed", "points": 1}, "conditions": {
            "all": [{"field": "purchase.total", "op": "eq", "value": "1"}]}},
         "conditions.all.0.field", "condition"),
        ("tiers", {**TIER, "points_multiplier": "1.001"}, "points_multiplier", "too_precise"),
        ("tiers", {**TIER, "points_multiplier": "much"}, "points_multiplier", "wrong_type"),
        ("tiers", {**TIER, "criteria": "luck"}, "criteria", "not_a_choice"),
        ("rewards", {**REWARD, "value": 5}, "value", "wrong_type"),
        ("programs", {"name": "p", "expiry_days": "x"}, "expiry_days", "wrong_type"),
        ("webhook-endpoints", {"url": 5}, "url", "wrong_type"),
        ("segments", {"name": "s", "kind": "odd"}, "kind", "not_a_choice"),
        ("api-keys", {"name": "k", "scopes": "all"}, "scopes", "wrong_type"),
        ("purchases/bulk", {"items": []}, "items", "too_short"),
        ("test-clock", {"now": "2027-02-30T00:00:00Z"}, "now", "wrong_format"),
    ],
)  # fmt: skip
async def test_a_fault_has_a_code_of_the_list_and_words_of_ours(client, door, body, field, code):
    answer = await client.post(f"/v1/{door}", json=body)

    problem = answer.json()
    found = {fault["field"]: fault for fault in problem["errors"]}
    assert (answer.status_code, found[field]["code"]) == (422, code), problem
    assert found[field]["pointer"] == "/" + field.replace(".", "/")
    assert [words for words in RAW if words in answer.text] == []
    assert {fault["code"] for fault in problem["errors"]} <= set(FAULTS)


async def test_settings_are_refused_in_words_of_ours(client):
    answer = await client.patch("/v1/settings/earning", json={"welcome_points": "many"})

    (fault,) = answer.json()["errors"]
    assert (fault["code"], [words for words in RAW if words in answer.text]) == ("wrong_type", [])


async def test_a_fault_says_whether_it_is_of_the_body_a_parameter_or_a_header(client):
    in_query = await client.get("/v1/members?limit=0")
    unknown = await client.get("/v1/members?emial=a")
    cursor = await client.get("/v1/members?cursor=!")
    in_path = await client.get("/v1/members/mem_x")
    in_header = await client.post("/v1/purchases", json=GOOD, headers={"Idempotency-Key": b"\xe9"})

    places = [each.json()["errors"][0] for each in (in_query, unknown, cursor, in_path, in_header)]
    assert [(each.get("parameter"), each.get("header")) for each in places] == [
        ("limit", None), ("emial", None), ("cursor", None), ("member_id", None),
        (None, "Idempotency-Key"),
    ]  # fmt: skip
    assert not any("pointer" in each for each in places)


async def test_a_name_is_suggested_when_it_is_close_and_only_then(client):
    async def said(field):
        rule = {
            **RULE, "award": {"type": "fixed", "points": 1},
            "conditions": {"field": field, "op": "eq", "value": "1"},
        }  # fmt: skip
        return (await client.post("/v1/earning-rules", json=rule)).json()["detail"]

    assert "Did you mean purchase.amount?" in await said("purchase.amuont")
    assert "Did you mean purchase.channel?" in await said("purchase.chanel")
    assert "Known are" in await said("purchase.total")
    assert "Known are" in await said("sum")


async def test_an_address_that_leads_nowhere_is_named(client):
    nowhere = await client.get("/v1/v1/settings")
    other_way = await client.patch("/v1/wallets/wal_x")
    many_ways = await client.post("/v1/members/mem_x/tier")

    assert nowhere.json()["detail"] == "There is no route GET /v1/v1/settings."
    assert other_way.headers["allow"] == "GET"
    assert many_ways.headers["allow"] == "DELETE, GET, PUT"
    assert "this path supports DELETE, GET, PUT" in many_ways.json()["detail"]
