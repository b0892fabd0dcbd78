"""Free facts of the tenant's on rewards and redemptions: kept, replaced whole, bounded, erased."""

import pytest

from laurels.kit.values.ids import encode

FACTS = {"till": 4, "colour": "green", "tags": ["a", {"b": None}], "price": "12.50"}
REWARD = {"name": "Tea", "type": "custom", "cost_points": 5, "fulfilment": "manual"}


async def make(client, path, body):
    made = await client.post(path, json=body)
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_reward_keeps_them_until_others_take_their_place(client):
    reward = await make(client, "/v1/rewards", REWARD | {"attributes": FACTS})
    path = f"/v1/rewards/{reward['id']}"

    assert reward["attributes"] == FACTS
    assert (await client.patch(path, json={"name": "Cup"})).json()["attributes"] == FACTS
    copy = await client.post(f"{path}/duplicate")
    assert copy.json()["attributes"] == FACTS
    await client.patch(path, json={"attributes": {"other": True}})
    assert (await client.get(path)).json()["attributes"] == {"other": True}
    assert (await make(client, "/v1/rewards", REWARD))["attributes"] == {}


async def test_a_redemption_keeps_its_own(client, house):
    member = encode("member", await house.member(balance=100))
    reward = await make(client, "/v1/rewards", REWARD)
    asked = {"reward_id": reward["id"], "member_id": member}
    redemption = await make(client, "/v1/redemptions", asked | {"attributes": FACTS})
    path = f"/v1/redemptions/{redemption['id']}"

    assert redemption["attributes"] == FACTS
    noted = (await client.patch(path, json={"notes": "Ring twice."})).json()
    assert (noted["attributes"], noted["notes"]) == (FACTS, "Ring twice.")
    changed = (await client.patch(path, json={"attributes": {}})).json()
    assert (changed["attributes"], changed["notes"]) == ({}, "Ring twice.")
    assert (await make(client, "/v1/redemptions", asked))["attributes"] == {}


async def test_nothing_is_left_of_them_when_the_person_is_erased(client, house):
    member = encode("member", await house.member(balance=100))
    reward = await make(client, "/v1/rewards", REWARD)
    asked = {"reward_id": reward["id"], "member_id": member, "attributes": FACTS}
    redemption = await make(client, "/v1/redemptions", asked)
    exported = await client.get(f"/v1/members/{member}/export")
    assert "green" in exported.text

    erased = await client.post(f"/v1/members/{member}/erase")

    assert erased.status_code == 200, erased.text
    found = (await client.get(f"/v1/redemptions/{redemption['id']}")).json()
    assert found["attributes"] == {}


@pytest.mark.parametrize(
    "attributes",
    [None, [], {str(n): n for n in range(51)}, {"a": 2**60}, {"a": [[[[[1]]]]]}, {"a": "\x07"}],
)
async def test_their_bounds_are_those_of_all_attributes(client, attributes):
    refused = await client.post("/v1/rewards", json=REWARD | {"attributes": attributes})

    if attributes is None:
        assert refused.status_code == 201
    else:
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"].startswith("attributes")
