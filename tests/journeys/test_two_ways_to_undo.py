"""Two ways to undo one thing know of each other; and people who are merged or erased in between.

What a refund, a revocation and a reversal by hand take of one award is never more than it gave.
"""

import itertools

import pytest

from tests.purchases.test_refunds_by_line import CASE, buy, per_bottle, per_money, refund, rules

LAYERS = ("reverse", "line", "rest")


async def member_of(client, name):
    (member,) = (await client.get("/v1/members", params={"external_id": name})).json()["data"]
    return member


async def available(client, name):
    member = await member_of(client, name)
    (wallet,) = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
    return wallet["available"] - wallet["debt"]


async def reverse(client, transaction_id):
    answer = await client.post(f"/v1/transactions/{transaction_id}/reverse", json={"reason": "x"})
    assert answer.status_code == 201, answer.text


async def undo(client, purchase, step):
    """Take something of the purchase back in one of three ways."""
    if step == "reverse":
        for effect in purchase["award"]["effects"]:
            await reverse(client, effect["transaction_id"])
    elif step == "line":
        await refund(client, purchase, lines=[{"line": 1, "quantity": 1}])
    else:
        await refund(client, purchase)


@pytest.mark.parametrize("order", list(itertools.permutations(LAYERS, 2)), ids="-".join)
async def test_a_reversal_and_a_refund_take_an_award_once(client, order):
    await rules(client, per_money(), per_bottle())
    await buy(client, [], "7.00")
    purchase = await buy(client, CASE, "101.00")
    if order[0] == "rest":
        order = ("rest", "reverse")

    for step in order:
        await undo(client, purchase, step)

    whole = set(order) & {"reverse", "rest"}
    assert await available(client, "anna") == (0 if whole else 83)


@pytest.mark.parametrize("before", [None, "line", "rest"])
async def test_what_is_reversed_of_a_capped_rule_can_be_earned_again(client, before):
    body = {
        "name": "capped", "trigger": "purchase.completed", "award": per_money(),
        "caps": [{"period": "day", "points": 60}, {"period": "lifetime", "points": 500}],
    }  # fmt: skip
    await rules(client)
    assert (await client.post("/v1/earning-rules", json=body)).status_code == 201
    purchase = await buy(client, CASE, "101.00")
    if before is not None:
        await undo(client, purchase, before)

    for _ in range(2):
        await undo(client, purchase, "reverse")

    assert await available(client, "anna") == 0
    assert [(await buy(client, CASE, "101.00"))["points"] for _ in range(2)] == [60, 0]


@pytest.mark.parametrize("first", ["reverse", "revoke"])
async def test_a_reversal_and_a_revocation_take_a_activity_once(client, first):
    body = {"name": "r", "trigger": "activity.recorded", "award": {"type": "fixed", "points": 9}}
    assert (await client.post("/v1/earning-rules", json=body)).status_code == 201
    activity = (
        await client.post("/v1/activities", json={"kind": "review", "member": "anna"})
    ).json()
    (effect,) = activity["award"]["effects"]

    for step in (first, {"reverse": "revoke", "revoke": "reverse"}[first]):
        if step == "reverse":
            await reverse(client, effect["transaction_id"])
        else:
            await client.post(f"/v1/activities/{activity['id']}/revoke")

    assert await available(client, "anna") == 0


async def test_a_captured_hold_that_is_reversed_is_not_released_as_well(client):
    await buy(client, [], "50.00")
    member = await member_of(client, "anna")
    (wallet,) = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
    path = f"/v1/wallets/{wallet['id']}/holds"
    hold = (await client.post(path, json={"points": 20})).json()
    await client.post(f"/v1/holds/{hold['id']}/capture")
    moves = (await client.get(f"/v1/members/{member['id']}/transactions")).json()["data"]
    await reverse(client, next(each["id"] for each in moves if each["type"] == "redeemed"))

    released = await client.post(f"/v1/holds/{hold['id']}/release")

    assert (released.status_code, released.json()["code"]) == (409, "hold_closed")
    assert await available(client, "anna") == 50


async def test_lines_go_back_before_and_after_a_merge_as_without_it(client):
    await rules(client, per_money(), per_bottle())
    alone = await buy(client, CASE, "101.00", member="cleo")
    purchase = await buy(client, CASE, "101.00", member="ben")
    await client.post("/v1/members", json={"external_id": "anna"})
    parts = [{"lines": [{"line": 1, "quantity": 1}]}, {"lines": [{"line": 2}]}, {"amount": "20.00"}]
    wanted = [(await refund(client, alone, **part))["points"] for part in parts]

    anna, ben = await member_of(client, "anna"), await member_of(client, "ben")
    found = [(await refund(client, purchase, **parts[0]))["points"]]
    merged = await client.post(f"/v1/members/{anna['id']}/merge", json={"from": ben["id"]})
    assert merged.status_code == 200, merged.text
    found += [(await refund(client, purchase, **part))["points"] for part in parts[1:]]

    assert found == wanted
    assert await available(client, "anna") == await available(client, "cleo")
    figures = {name: (await member_of(client, name)) for name in ("anna", "cleo")}
    for name in ("purchases", "spend", "refunded"):
        assert figures["anna"][name] == figures["cleo"][name]


async def test_an_erased_members_lines_still_go_back_and_say_nothing_of_them(client):
    await rules(client, per_money(), per_bottle())
    purchase = await buy(client, CASE, "101.00", attributes={"gift": "for Ada"})
    await refund(client, purchase, lines=[{"line": 1, "quantity": 1}], reason="Ada said so")
    member = await member_of(client, "anna")
    erased = await client.post(f"/v1/members/{member['id']}/erase")
    assert erased.status_code in {200, 204}, erased.text

    after = (await client.get(f"/v1/purchases/{purchase['id']}")).json()
    more = await client.post(f"/v1/purchases/{purchase['id']}/refunds", json={})

    assert "Ada" not in str(after)
    assert [line["refunded_quantity"] for line in after["lines"]] == ["1.00", "0.00"]
    assert more.status_code in {201, 409}, more.text
    verified = (await client.get(f"/v1/purchases/{purchase['id']}")).json()
    assert "Ada" not in str(verified)
