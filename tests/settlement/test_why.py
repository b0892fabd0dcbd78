"""Why a purchase earned what it earned, or nothing: in one word and in sentences."""

import pytest

RULES = {
    "Big spender": {
        "award": {"type": "fixed", "points": 50},
        "conditions": {"field": "purchase.amount", "op": "gte", "value": "1000"},
    },
    "Daily bonus": {
        "award": {"type": "fixed", "points": 30},
        "caps": [{"period": "day", "points": 40}],
    },
    "Double": {"award": {"type": "multiplier", "factor": "2"}},
}


async def make_rules(client):
    for name, values in RULES.items():
        body = {"name": name, "trigger": "purchase.completed", **values}
        answer = await client.post("/v1/earning-rules", json=body)
        assert answer.status_code == 201, answer.text


async def buy(client, **values):
    body = {"amount": "100.00", "currency": "USD", "member": "ann", **values}
    answer = await client.post("/v1/purchases", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def ask(client, purchase):
    answer = await client.get(f"/v1/purchases/{purchase['id']}/why")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_each_rule_says_what_it_gave_or_why_not(client):
    await make_rules(client)
    await buy(client)

    said = await ask(client, await buy(client))

    outcomes = {rule["name"]: (rule["outcome"], rule["points"]) for rule in said["rules"]}
    words = {rule["name"]: " ".join(rule["words"]) for rule in said["rules"]}
    assert (said["reason"], said["points"], said["taken_back"]) == ("rules", 210, 0)
    assert said["words"] == ["It earned 210 points on 100.00 USD."]
    assert outcomes["Daily bonus"] == ("capped", 10)
    assert outcomes["Double"] == ("multiplied", 0)
    assert outcomes["Big spender"] == ("condition", 0)
    assert "1000" in words["Big spender"]
    assert "30 before the cap of 40" in words["Daily bonus"]
    assert "of which 10 were left" in words["Daily bonus"]
    assert "by 2" in words["Double"]


async def test_what_went_back_is_said_too(client):
    purchase = await buy(client)
    await client.post(f"/v1/purchases/{purchase['id']}/refunds", json={"amount": "25.00"})

    said = await ask(client, purchase)

    assert (said["points"], said["taken_back"]) == (100, 25)
    assert "took 25 of them back" in said["words"][1]


@pytest.mark.parametrize("status", ["pending", "failed", "cancelled"])
async def test_a_purchase_that_is_not_completed_says_so(client, status):
    said = await ask(client, await buy(client, status=status))

    assert (said["reason"], said["points"], said["rules"]) == (status, 0, [])
    assert said["words"][0].startswith("It ")


async def test_a_guests_purchase_says_so(client):
    said = await ask(client, await buy(client, member=None))

    assert said["reason"] == "guest"


async def test_nothing_in_force_or_earning_off_says_so(client):
    rule = (await client.get("/v1/earning-rules")).json()["data"][0]
    await client.post(f"/v1/earning-rules/{rule['id']}/archive")
    without = await ask(client, await buy(client))
    await client.patch("/v1/settings/loyalty", json={"loyalty_enabled": False})
    off = await ask(client, await buy(client))

    assert without["reason"] == "no_rules"
    assert off["reason"] == "earning_disabled"


async def test_lots_come_with_their_dates(house, client):
    await house.program(maturity_days=14, expiry_days=365)

    said = await ask(client, await buy(client))

    assert [(lot["initial"], lot["remaining"]) for lot in said["lots"]] == [(100, 100)]
    assert said["lots"][0]["matures_at"] < said["lots"][0]["expires_at"]


async def test_an_unknown_purchase_is_not_found(client):
    answer = await client.get("/v1/purchases/pur_00000000000000000000000001/why")

    assert (answer.status_code, answer.json()["code"]) == (404, "purchase_not_found")
