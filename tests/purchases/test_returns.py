"""Goods that come back without their purchase: what buying them would earn is taken, by rule."""

from decimal import Decimal

import pytest

from tests.purchases.test_refunds_by_line import per_bottle, per_money, rules

RED = {"category": "wine", "quantity": -2, "unit_price": "30.00"}
MONEY = {"type": "points_per_money", "rate": "1"}


async def sell(client, amount, **more):
    body = {"member": "anna", "amount": amount, "currency": "USD", **more}
    answer = await client.post("/v1/purchases", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def wallet(client, name="anna"):
    (member,) = (await client.get("/v1/members", params={"external_id": name})).json()["data"]
    wallets = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
    return wallets[0], member


@pytest.mark.parametrize("owing", [False, True])
async def test_a_return_takes_what_it_would_earn_and_the_setting_says_of_the_rest(client, owing):
    await client.patch("/v1/settings/purchases", json={"returns_leave_debt": owing})
    await rules(client, MONEY, {"type": "fixed", "points": 3})
    await sell(client, "50.00")

    part = await sell(client, "-20.00")
    more = await sell(client, "-60.00")

    assert part["points"] == -20
    assert [(e["type"], e["points"]) for e in part["award"]["effects"]] == [("refunded", -20)]
    assert more["points"] == (-60 if owing else -33)
    found, member = await wallet(client)
    assert (found["available"], found["debt"]) == (0, 27 if owing else 0)
    assert (member["purchases"], member["spend"], member["refunded"]) == (1, "50.00", "80.00")
    again = (await client.get(f"/v1/purchases/{more['id']}")).json()
    assert again == more
    why = (await client.get(f"/v1/purchases/{part['id']}/why")).json()
    assert why["words"] == ["Goods returned for -20.00 USD took back 20 points."]
    assert [(rule["outcome"], rule["points"]) for rule in why["rules"]] == [("gave", -20)]


@pytest.mark.parametrize("owing", [False, True])
async def test_a_return_takes_points_that_cannot_be_spent_yet(client, owing):
    await client.patch("/v1/settings/purchases", json={"returns_leave_debt": owing})
    await rules(client, MONEY)
    await sell(client, "30.00")
    (program,) = (await client.get("/v1/programs")).json()["data"]
    await client.patch(f"/v1/programs/{program['id']}", json={"maturity_days": 14})
    await sell(client, "100.00")

    part = await sell(client, "-70.00")
    rest = await sell(client, "-90.00")

    assert (part["points"], rest["points"]) == (-70, -90 if owing else -60)
    found, _ = await wallet(client)
    figures = (found["available"], found["pending"], found["debt"], found["balance"])
    assert figures == (0, 0, 30 if owing else 0, 0)


async def test_lines_that_come_back_take_by_the_rules_that_count_them(client):
    await rules(client, per_money(), per_bottle())
    bought = await sell(
        client, "90.00", lines=[{**RED, "quantity": 3}], occurred_at="2026-03-01T10:00:00Z"
    )
    back = await sell(client, "-60.00", lines=[RED])

    assert (bought["points"], back["points"]) == (111, -74)


async def test_an_exchange_that_gives_money_back_takes_for_the_difference(client):
    await rules(client, MONEY)
    await sell(client, "100.00")
    cheap = {"category": "food", "unit_price": "25.00"}
    exchange = await sell(client, "-35.00", lines=[RED, cheap])

    assert exchange["points"] == -35
    assert [line["amount"] for line in exchange["lines"]] == ["-60.00", "25.00"]


async def test_caps_are_neither_used_nor_given_back(client):
    body = {
        "name": "capped", "trigger": "purchase.completed", "award": MONEY,
        "caps": [{"period": "day", "points": 30}],
    }  # fmt: skip
    await rules(client)
    assert (await client.post("/v1/earning-rules", json=body)).status_code == 201

    points = [(await sell(client, amount))["points"] for amount in ("20.00", "-50.00", "20.00")]

    assert points == [20, -20, 10]


async def test_a_tier_multiplies_what_is_taken_and_can_be_lost_by_it(client):
    await rules(client, MONEY)
    for name, level, spend, factor in (("Base", 1, 0, "1"), ("Gold", 2, 100, "2")):
        body = {
            "name": name, "level": level, "criteria": "spend", "min_spend": str(spend),
            "points_multiplier": factor,
        }  # fmt: skip
        assert (await client.post("/v1/tiers", json=body)).status_code == 201
    first = await sell(client, "100.00")
    back = await sell(client, "-40.00")
    after = await sell(client, "10.00")

    assert (first["points"], back["points"], after["points"]) == (100, -80, 10)
    _, member = await wallet(client)
    tier = (await client.get(f"/v1/members/{member['id']}/tier")).json()
    assert tier["standing"]["tier"]["name"] == "Base"


async def test_a_bulk_is_the_same_as_one_by_one(client):
    await rules(client, MONEY)
    for name, level, spend, factor in (("Base", 1, 0, "1"), ("Gold", 2, 100, "2")):
        body = {
            "name": name, "level": level, "criteria": "spend", "min_spend": str(spend),
            "points_multiplier": factor,
        }  # fmt: skip
        await client.post("/v1/tiers", json=body)
    amounts = ["60.00", "60.00", "10.00", "-50.00", "10.00", "-200.00", "7.00", "100.00", "1.00"]
    items = [
        {"amount": amount, "currency": "USD", "occurred_at": f"2026-05-0{number}T10:00:00Z"}
        for number, amount in enumerate(amounts, start=1)
    ]
    alone = [(await sell(client, **item))["points"] for item in items]
    together = await client.post(
        "/v1/purchases/bulk", json={"items": [{**item, "member": "ben"} for item in items]}
    )

    assert [each["result"]["points"] for each in together.json()["data"]] == alone
    _, anna = await wallet(client)
    _, ben = await wallet(client, "ben")
    for name in ("purchases", "spend", "refunded"):
        assert anna[name] == ben[name]


async def test_a_return_is_not_refunded_and_repeats_mean_it(client):
    await rules(client, MONEY)
    await sell(client, "50.00")
    back = await sell(client, "-20.00", external_id="r-1")
    body = {"member": "anna", "amount": "-20.00", "currency": "USD", "external_id": "r-1"}

    again = await client.post("/v1/purchases", json=body)
    other = await client.post("/v1/purchases", json={**body, "amount": "20.00"})
    refused = await client.post(f"/v1/purchases/{back['id']}/refunds")

    assert (again.status_code, other.status_code) == (200, 409)
    assert (refused.status_code, refused.json()["code"]) == (409, "refund_exceeds_purchase")
    assert "record a new purchase" in refused.json()["detail"]


async def test_a_pending_return_takes_when_it_is_completed_and_a_guests_when_it_is_claimed(client):
    await rules(client, MONEY)
    await sell(client, "50.00")
    waits = await sell(client, "-20.00", status="pending")
    done = await client.post(f"/v1/purchases/{waits['id']}/complete")
    guests = await sell(client, "-10.00", member=None)
    claimed = await client.post(f"/v1/purchases/{guests['id']}/claim", json={"member": "anna"})

    assert (waits["points"], done.json()["points"], claimed.json()["points"]) == (0, -20, -10)
    found, _ = await wallet(client)
    assert Decimal(found["available"]) == 20


@pytest.mark.parametrize(("amount", "field"), [("-1.005", "amount"), ("-1e15", "amount")])
async def test_a_return_has_the_limits_of_a_purchase(client, amount, field):
    body = {"member": "anna", "amount": amount, "currency": "USD"}
    refused = await client.post("/v1/purchases", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_blocked_members_neither_earn_nor_lose(client):
    await rules(client, MONEY)
    await sell(client, "50.00")
    _, member = await wallet(client)
    await client.post(f"/v1/members/{member['id']}/block", json={"reason": "x"})

    back = await sell(client, "-20.00")

    assert back["points"] == 0
