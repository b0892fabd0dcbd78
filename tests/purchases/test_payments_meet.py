"""Payments with points meet everything else of the member at once: no circle, no point lost."""

import asyncio

from laurels.kit.values.ids import encode
from tests.purchases.test_payments import buy, sale, sound, wallet_of

POINTS = 5000


async def open_shop(client, house):
    """A member with points, a capped rule, and tiers that their purchases bring."""
    rule = {
        "name": "A few a day", "trigger": "purchase.completed",
        "award": {"type": "fixed", "points": 10}, "caps": [{"period": "day", "points": 60}],
    }  # fmt: skip
    assert (await client.post("/v1/earning-rules", json=rule)).status_code == 201
    for level, more in ((1, {"is_default": True}), (2, {"criteria": "points", "min_points": 100})):
        body = {"name": f"Tier {level}", "level": level, **more}
        answer = await client.post("/v1/tiers", json=body)
        assert answer.status_code == 201, answer.text
    return encode("member", await house.member(external_id="anna", balance=POINTS))


async def test_payments_purchases_refunds_and_ends_cross_without_a_deadlock(client, house):
    anna = await open_shop(client, house)
    paid = [await buy(client, amount="20.00", payments=[{"points": 100}]) for _ in range(4)]
    waiting = [
        await buy(client, amount="20.00", payments=[{"points": 100}], status="pending")
        for _ in range(6)
    ]
    bulk = {"items": [sale("20.00", payments=[{"points": 50}]), sale("3.00")] * 3}

    answers = await asyncio.gather(
        *(client.post("/v1/purchases", json=sale("20.00", payments=[{"points": 100}]))
          for _ in range(5)),
        *(client.post("/v1/purchases", json=sale("20.00")) for _ in range(5)),
        *(client.post(f"/v1/purchases/{each['id']}/refunds", json={"amount": "7.00"})
          for each in paid),
        *(client.post(f"/v1/purchases/{each['id']}/complete") for each in waiting[:3]),
        *(client.post(f"/v1/purchases/{each['id']}/cancel") for each in waiting[3:]),
        client.post("/v1/purchases/bulk", json=bulk),
        client.post("/v1/purchases/bulk", json=bulk),
    )  # fmt: skip

    assert {each.status_code for each in answers} <= {200, 201}, [each.text for each in answers]
    for told in answers[-2:]:
        assert told.json()["failed"] == 0
    for each in paid:
        await client.post(f"/v1/purchases/{each['id']}/refunds")
    rows = (await client.get("/v1/purchases", params={"limit": 100})).json()["data"]
    read = [(await client.get(f"/v1/purchases/{row['id']}")).json() for row in rows]
    spent = sum(
        part["points"] - part["points_returned"]
        for each in read if each["status"] == "completed" for part in each["payments"]
    )  # fmt: skip
    earned = sum(each["points"] + sum(r["points"] for r in each["refunds"]) for each in read)
    assert await wallet_of(client, anna) == (POINTS - spent + earned, 0, 0)
    assert spent == 500 + 300 + 300
    assert await sound(house)


async def test_a_merge_meets_payments(client, house):
    anna = await open_shop(client, house)
    bert = encode("member", await house.member(external_id="bert"))
    waiting = [
        await buy(client, amount="20.00", payments=[{"points": 100}], status="pending")
        for _ in range(3)
    ]

    merged, *answers = await asyncio.gather(
        client.post(f"/v1/members/{bert}/merge", json={"from": anna}),
        *(client.post(f"/v1/purchases/{each['id']}/complete") for each in waiting),
        *(client.post("/v1/purchases", json=sale("20.00", payments=[{"points": 100}]))
          for _ in range(4)),
    )  # fmt: skip

    assert merged.status_code == 200, merged.text
    assert {each.status_code for each in answers} <= {200, 201}, [each.text for each in answers]
    earned = sum(each.json()["points"] for each in answers)
    assert await wallet_of(client, bert) == (POINTS - 700 + earned, 0, 0)
    assert await sound(house)
