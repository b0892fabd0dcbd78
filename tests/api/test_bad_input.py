"""Bad input is answered with a problem that names the field or the place; nothing is booked."""

import re

import pytest

from laurels.kit.ids import encode
from tests.support.openapi import document

GOOD = {"member": "anna", "amount": "12.50", "currency": "USD"}
ONE_MEMBER = "mem_01h455vb4pex5vsknk084sn02q"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"currency": "EUR"}, "currency"),
        ({"currency": "XXQ"}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"amount": "-1.00"}, "amount"),
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
        (b'{"member": "a", "amount": "1.00", "amount": "999.00"}', '"amount" comes twice'),
        (b'{"lines": [{"sku": "a", "sku": "a"}]}', '"sku" comes twice'),
        (b'{"attributes": {"\\u0061": 1, "a": 2}}', '"a" comes twice'),
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
            "known are: cursor, email, expand, external_id, limit, search",
        ),
        ("members?email=nobody", "email", "such as `anna@example.com`"),
        ("tenant?verbose=1", "verbose", "there are none here"),
        ("purchases?limit=1&limit=2", "limit", "comes twice; send it once"),
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
        ({**GOOD, "occurred_at": 1_700_000_000}, "occurred_at", "date, time with seconds"),
        ({"member": "a", "currency": "USD"}, "amount", "is missing; send it"),
        ({**GOOD, "money": "USD"}, "money", "check its spelling or leave it out"),
        ({**GOOD, "status": "done"}, "status", "is none of 'pending', 'completed'"),
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
