"""`?expand=` puts related things into an answer, for one thing or a whole page at once."""

import pytest

BOUGHT = {"amount": "12.00", "currency": "USD", "lines": [{"sku": "tea", "unit_price": "12.00"}]}


@pytest.fixture
async def bought(client):
    """Two purchases, of a member and of a guest; the guest's is the newest."""
    first = await client.post("/v1/purchases", json={**BOUGHT, "member": "anna"})
    second = await client.post("/v1/purchases", json=BOUGHT)
    return [first.json(), second.json()]


async def test_a_member_comes_with_wallets(client, bought):
    path = f"/v1/members/{bought[0]['member_id']}"
    plain = (await client.get(path)).json()
    expanded = (await client.get(path, params={"expand": "wallets"})).json()
    wallets = (await client.get(f"{path}/wallets")).json()["data"]

    assert "expanded" not in plain
    assert expanded == {**plain, "expanded": {"wallets": wallets}}
    assert wallets[0]["available"] == 12


async def test_a_page_of_members_comes_with_wallets(client, house):
    await house.member(balance=5)
    await house.member(balance=7)

    found = (await client.get("/v1/members?expand=wallets&limit=2")).json()["data"]

    assert [each["expanded"]["wallets"][0]["available"] for each in found] == [7, 5]
    assert [each["expanded"]["wallets"][0]["member_id"] for each in found] == [
        each["id"] for each in found
    ]


async def test_a_purchase_comes_with_its_member_and_a_guests_with_none(client, bought):
    of_member, of_guest = [
        (await client.get(f"/v1/purchases/{each['id']}?expand=member")).json() for each in bought
    ]

    assert of_member["expanded"]["member"]["external_id"] == "anna"
    assert of_guest["expanded"] == {"member": None}


async def test_a_page_of_purchases_comes_with_all_that_is_asked(client, bought):
    asked = {"expand": "lines,award,member,lines"}
    newest, oldest = (await client.get("/v1/purchases", params=asked)).json()["data"]

    assert oldest["expanded"]["award"] == bought[0]["award"]
    assert oldest["expanded"]["lines"] == bought[0]["lines"]
    assert oldest["expanded"]["member"]["id"] == bought[0]["member_id"]
    assert newest["expanded"]["lines"] == bought[1]["lines"]
    assert (newest["expanded"]["award"], newest["expanded"]["member"]) == (None, None)


async def test_a_page_of_purchases_costs_the_same_however_long(client, house, monkeypatch):
    from laurels.kit.work import Work

    counted = []
    true_fetch = Work.fetch

    async def counting(self, sql, *arguments, **more):
        counted.append(sql)
        return await true_fetch(self, sql, *arguments)

    monkeypatch.setattr(Work, "fetch", counting)
    costs = []
    for purchases in (1, 6):
        for number in range(purchases):
            await client.post("/v1/purchases", json={**BOUGHT, "member": f"m-{number}"})
        counted.clear()
        await client.get("/v1/purchases?expand=lines,award,member")
        costs.append(len(counted))

    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    "text", ["walets", "wallets,", "", "wallets,purchases", "wallets, wallets"]
)
async def test_what_cannot_be_expanded_is_refused_with_what_can(client, text):
    answer = await client.get("/v1/members", params={"expand": text})

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["field"]) == (422, "expand")
    assert "these can: wallets" in fault["message"]


async def test_another_tenants_things_are_not_found_by_expanding(client, database):
    from tests.support.make import make_tenant

    stranger = await make_tenant(database)
    await stranger.member(balance=100)

    assert (await client.get("/v1/members?expand=wallets")).json()["data"] == []
