"""Bulk requests: many items, each with its own result, in the order in which they were sent."""

import asyncpg
import pytest

from laurels.kit.values import ids
from tests.support import cluster


def purchase(number, **more):
    """A purchase's JSON, with a number of its own."""
    return {
        "member": f"m-{number % 5}", "amount": "10.00", "currency": "USD",
        "external_id": f"o-{number}", **more,
    }  # fmt: skip


async def send(client, what, items, **headers):
    """Post a bulk request and return the answer's JSON."""
    answer = await client.post(f"/v1/{what}/bulk", json={"items": items}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_item_has_its_own_result_in_order(client):
    await client.post("/v1/purchases", json=purchase(2))

    said = await send(
        client,
        "purchases",
        [
            purchase(1),
            purchase(2),
            purchase(2, amount="11.00"),
            purchase(3, amount="ten", typo=True),
            purchase(4, currency="EUR"),
            "nonsense",
            purchase(5),
            purchase(5),
        ],
    )

    assert [one["status"] for one in said["data"]] == [201, 200, 409, 422, 422, 422, 201, 200]
    assert (said["succeeded"], said["failed"]) == (4, 4)
    codes = [(one["problem"] or {}).get("code") for one in said["data"]]
    assert codes == [
        None, None, "purchase_altered", "invalid", "currency_not_traded", "invalid", None, None,
    ]  # fmt: skip
    fields = {error["field"] for error in said["data"][3]["problem"]["errors"]}
    assert fields == {"amount", "typo"}
    assert said["data"][0]["result"]["points"] == 10
    read = await client.get(f"/v1/purchases/{said['data'][0]['result']['id']}")
    assert said["data"][0]["result"] == read.json()
    assert said["data"][6]["result"]["id"] == said["data"][7]["result"]["id"]


async def test_a_thousand_purchases_go_through_at_once_and_one_more_does_not(client, house):
    said = await send(client, "purchases", [purchase(n) for n in range(1000)])
    refused = await client.post(
        "/v1/purchases/bulk", json={"items": [purchase(n) for n in range(1001)]}
    )
    none = await client.post("/v1/purchases/bulk", json={"items": []})

    assert (said["succeeded"], said["failed"]) == (1000, 0)
    assert [one["result"]["external_id"] for one in said["data"]] == [f"o-{n}" for n in range(1000)]
    assert (refused.status_code, none.status_code) == (422, 422)
    assert refused.json()["errors"][0]["field"] == "items"
    async with house.work() as work:
        rows = await work.fetch(
            "select xmin::text, count(*) from laurels.purchases where tenant_id = $1 group by 1",
            work.tenant_id,
        )
    assert [row[1] for row in rows] == [1000]


async def test_the_key_of_a_bulk_covers_it_as_a_whole(client):
    items = [purchase(1), purchase(2, currency="EUR")]
    headers = {"Idempotency-Key": "b-1"}

    first = await client.post("/v1/purchases/bulk", json={"items": items}, headers=headers)
    again = await client.post("/v1/purchases/bulk", json={"items": items}, headers=headers)
    other = await client.post("/v1/purchases/bulk", json={"items": items[:1]}, headers=headers)

    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_a_bulk_may_be_larger_than_other_bodies(client):
    note = "x" * 900
    said = await send(client, "purchases", [purchase(n, note=note * 1) for n in range(1000)])
    large = await client.post(
        "/v1/purchases/bulk",
        content=b'{"items": [' + b" " * 5_000_001 + b"]}",
        headers={"content-type": "application/json"},
    )

    assert said["succeeded"] == 1000
    assert (large.status_code, large.json()["limit_bytes"]) == (413, 5_000_000)


async def test_a_poisoned_item_of_a_bulk_fails_alone(client, database_name):
    admin = await asyncpg.connect(cluster.server().url(database=database_name))
    await admin.execute(
        "create function laurels.bulk_poison() returns trigger language plpgsql as $$ begin"
        " if new.external_id = 'o-2' then perform 1 / 0; end if; return new; end $$;"
        "create trigger bulk_poison before insert on laurels.purchases"
        " for each row execute function laurels.bulk_poison()"
    )
    try:
        said = await send(client, "purchases", [purchase(n) for n in range(5)])
    finally:
        await admin.execute("drop function laurels.bulk_poison() cascade")
        await admin.close()

    assert [one["status"] for one in said["data"]] == [201, 201, 500, 201, 201]
    listed = (await client.get("/v1/purchases")).json()["data"]
    assert len(listed) == 4


async def test_members_are_enrolled_in_bulk_and_welcomed_once(client):
    await client.post(
        "/v1/earning-rules",
        json={
            "name": "Welcome", "trigger": "member.enrolled",
            "award": {"type": "fixed", "points": 7},
        },
    )  # fmt: skip
    items = [
        {"external_id": "a", "email": "a@x.org"},
        {"external_id": "b"},
        {"external_id": "a", "first_name": "Ada"},
        {"email": "not an address"},
        {"first_name": "Nobody"},
        {"external_id": "b", "email": "A@x.org"},
    ]

    said = await send(client, "members", items)

    assert [one["status"] for one in said["data"]] == [201, 201, 200, 422, 422, 409]
    ada = said["data"][2]["result"]
    assert (ada["first_name"], ada["email"]) == ("Ada", "a@x.org")
    wallet = (await client.get(f"/v1/members/{ada['id']}/wallets")).json()["data"][0]
    assert wallet["available"] == 7


async def test_refunds_go_back_in_bulk(client):
    bought = [(await client.post("/v1/purchases", json=purchase(n))).json()["id"] for n in range(2)]
    unknown = ids.encode("purchase", ids.new_id())

    said = await send(
        client,
        "refunds",
        [
            {"purchase_id": bought[0], "amount": "4.00", "external_id": "r-1"},
            {"purchase_id": bought[0], "amount": "4.00", "external_id": "r-1"},
            {"purchase_id": bought[0], "amount": "7.00"},
            {"purchase_id": bought[1]},
            {"purchase_id": unknown},
        ],
    )

    assert [one["status"] for one in said["data"]] == [201, 200, 409, 201, 404]
    assert [said["data"][n]["result"]["points"] for n in (0, 1, 3)] == [-4, -4, -10]


async def test_points_move_in_bulk(client, house):
    member = await house.member(balance=10)
    wallet = ids.encode("wallet", await house.wallet_id(member))

    said = await send(
        client,
        "movements",
        [
            {"type": "credit", "wallet_id": wallet, "points": 5, "external_id": "c-1"},
            {"type": "debit", "wallet_id": wallet, "points": 16},
            {"type": "debit", "wallet_id": wallet, "points": 15},
            {"type": "debit", "wallet_id": wallet, "points": 1, "expires_at": "2099-01-01T00:00Z"},
            {"type": "credit", "wallet_id": wallet, "points": 5, "external_id": "c-1"},
        ],
    )

    assert [one["status"] for one in said["data"]] == [201, 409, 201, 422, 201]
    assert said["data"][1]["problem"]["available"] == 15
    assert said["data"][2]["result"]["wallet"]["available"] == 0
    assert said["data"][4]["result"]["transaction"] == said["data"][0]["result"]["transaction"]
    assert (await house.balance(member))["available"] == 0


@pytest.mark.parametrize("what", ["purchases", "refunds", "members", "movements"])
async def test_what_is_no_list_of_items_is_refused_as_a_whole(client, what):
    for body in ({}, {"items": {}}, {"items": [{}], "more": 1}, []):
        answer = await client.post(f"/v1/{what}/bulk", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
