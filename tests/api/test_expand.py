"""`?expand=` puts related things into an answer, for one thing or a whole page at once."""

import pytest

from laurels.kit import data_export
from laurels.kit.http.expand import offers
from laurels.permissions import Permission

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


async def test_a_wallet_comes_with_its_member_and_its_program(client, bought):
    member = (await client.get(f"/v1/members/{bought[0]['member_id']}")).json()
    (program,) = (await client.get("/v1/programs")).json()["data"]
    path = f"/v1/members/{member['id']}/wallets"
    (plain,) = (await client.get(path)).json()["data"]

    (listed,) = (await client.get(path, params={"expand": "member,program"})).json()["data"]
    read = await client.get(f"/v1/wallets/{plain['id']}", params={"expand": "program,member"})

    assert "expanded" not in plain
    assert listed == {**plain, "expanded": {"member": member, "program": program}}
    assert read.json() == listed


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
    assert "use wallets" in fault["message"]


async def test_another_tenants_things_are_not_found_by_expanding(client, database):
    from tests.support.make import make_tenant

    stranger = await make_tenant(database)
    await stranger.member(balance=100)

    assert (await client.get("/v1/members?expand=wallets")).json()["data"] == []


async def key_for(client, *scopes):
    """The header of a key that may do this and no more."""
    made = await client.post("/v1/api-keys", json={"name": "few", "scopes": list(scopes)})
    return {"Authorization": f"Bearer {made.json()['api_key']}"}


DOORS = {
    "member": ("/v1/members", Permission.MEMBERS_READ),
    "purchase_summary": ("/v1/purchases", Permission.PURCHASES_READ),
    "activity_summary": ("/v1/activities", Permission.ACTIVITIES_READ),
    "redemption": ("/v1/redemptions", Permission.REWARDS_READ),
    "wallet": ("/v1/members/{member}/wallets", Permission.LEDGER_READ),
    "event": ("/v1/events", Permission.EVENTS_READ),
}
ONE_THING = {"purchase": "purchase_summary", "activity": "activity_summary"}
"""Kinds that only an answer about one thing is of; the list beside it knows all of theirs."""


def all_offers():
    return [(kind, name) for kind in DOORS for name in offers()[kind]]


OF_SEGMENTS = {"segment", "segment_membership", "sample"}
"""What tests of segments look at: they need criteria and members of their own."""


def test_every_kind_that_is_expanded_has_a_door_in_these_tests():
    assert offers().keys() == DOORS.keys() | ONE_THING.keys() | OF_SEGMENTS
    for kind, whole in ONE_THING.items():
        for name, offer in offers()[kind].items():
            assert offers()[whole][name].reads == offer.reads


@pytest.mark.parametrize(("kind", "name"), all_offers())
async def test_what_is_expanded_asks_for_the_right_to_read_it(client, bought, kind, name):
    path, door = DOORS[kind]
    path = path.format(member=bought[0]["member_id"])
    needed = offers()[kind][name].reads
    few = await key_for(client, door)
    enough = await key_for(client, door, needed)

    refused = await client.get(path, params={"expand": name}, headers=few)
    found = await client.get(path, params={"expand": name}, headers=enough)

    assert found.status_code == 200
    if needed == door:
        assert refused.status_code == 200
    else:
        assert (refused.status_code, refused.json()["permission"]) == (403, needed)


async def test_no_row_is_expanded_when_one_of_several_is_not_allowed(client, bought):
    few = await key_for(client, "purchases:read", "earning:read")

    answers = [
        await client.get("/v1/purchases", params={"expand": "award,member"}, headers=few),
        await client.get(
            f"/v1/purchases/{bought[0]['id']}", params={"expand": "member"}, headers=few
        ),
        await client.get("/v1/purchases", params={"expand": "award,lines"}, headers=few),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 200]


@pytest.mark.parametrize("missing", sorted({c.reads for c in data_export.sections()}))
async def test_the_export_of_a_person_asks_for_all_that_it_shows(client, bought, missing):
    path = f"/v1/members/{bought[0]['member_id']}/export"
    everything = {section.reads for section in data_export.sections()}
    few = await key_for(client, *(everything - {missing}))
    enough = await key_for(client, *everything)

    refused = await client.get(path, headers=few)

    assert (refused.status_code, refused.json()["permission"]) == (403, missing)
    assert (await client.get(path, headers=enough)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("members", "members:read"), ("balances", "ledger:read"), ("balances", "members:read"),
     ("redemptions", "members:read"), ("vouchers", "rewards:read"), ("rewards", "rewards:read")],
)  # fmt: skip
async def test_a_file_asks_for_all_that_it_shows(client, kind, missing):
    reading = {p for p in Permission if p.endswith(":read") and not p.startswith("platform")}
    few = await key_for(client, *(reading - {missing}))

    refused = await client.get(f"/v1/exports/{kind}", headers=few)

    assert (refused.status_code, refused.json()["permission"]) == (403, missing)
