"""Odd requests: what used to pass in silence is refused, and told why."""

import asyncio
from datetime import timedelta

import pytest

from laurels import ledger
from laurels.ledger.errors import PostingKeyTaken

FIXED = {"type": "fixed", "points": 5}


@pytest.mark.parametrize("padded", [" abc", "abc ", "abc\t"])
async def test_an_external_id_has_no_blanks_around_it(client, padded):
    member = await client.post("/v1/members", json={"external_id": padded})
    bought = await client.post(
        "/v1/purchases", json={"amount": "1", "currency": "USD", "external_id": padded}
    )

    assert [a.status_code for a in (member, bought)] == [422, 422]
    assert bought.json()["errors"][0]["field"] == "external_id"


async def test_nobody_is_born_tomorrow(client):
    answer = await client.post("/v1/members", json={"external_id": "x", "birthday": "2999-01-01"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "birthday"


async def test_a_rule_asks_only_about_what_its_trigger_has(client):
    condition = {"field": "purchase.amount", "op": "gte", "value": "10"}
    rule = {"name": "r", "award": FIXED, "conditions": condition}

    odd = await client.post("/v1/earning-rules", json=rule | {"trigger": "member.enrolled"})
    steps = {"field": "activity.value", "op": "gte", "value": 1}
    other = await client.post(
        "/v1/earning-rules", json=rule | {"trigger": "purchase.completed", "conditions": steps}
    )
    fine = await client.post("/v1/earning-rules", json=rule | {"trigger": "purchase.completed"})

    assert [a.status_code for a in (odd, other, fine)] == [422, 422, 201]
    assert odd.json()["code"] == "fact_unknown"
    assert odd.json()["errors"][0]["field"] == "conditions"


async def test_two_programs_that_become_the_default_at_once_both_succeed(client):
    answers = await asyncio.gather(
        *(client.post("/v1/programs", json={"name": f"P{n}", "is_default": True}) for n in range(6))
    )

    assert [a.status_code for a in answers] == [201] * 6
    listed = (await client.get("/v1/programs")).json()["data"]
    assert [p["is_default"] for p in listed].count(True) == 1


async def test_a_credit_that_ends_otherwise_is_not_the_same_credit(house):
    member = await house.member()

    async def credit(days):
        async with house.work() as work:
            return await ledger.credit(
                work,
                ledger.Credit(
                    member_id=member, points=5, type="adjusted", key="k",
                    expires_at=house.now + timedelta(days=days),
                ),
            )  # fmt: skip

    first = await credit(10)
    again = await credit(10)
    with pytest.raises(PostingKeyTaken):
        await credit(11)

    assert (first.replayed, again.replayed) == (False, True)


async def test_what_cost_nothing_is_undone_also_after_its_points_were_reversed(client, house):
    rule = {"name": "r", "trigger": "purchase.completed", "award": FIXED}
    await client.post("/v1/earning-rules", json=rule)
    bought = await client.post(
        "/v1/purchases", json={"amount": "0", "currency": "USD", "member": "anna"}
    )

    (effect,) = bought.json()["award"]["effects"]
    back = await client.post(
        f"/v1/transactions/{effect['transaction_id']}/reverse", json={"reason": "a mistake"}
    )

    undone = await client.post(f"/v1/purchases/{bought.json()['id']}/refunds", json={})

    assert back.status_code == 201
    assert (undone.status_code, undone.json()["points"]) == (201, 0)
    assert undone.json()["purchase"]["refund_state"] == "full"
