"""A guest's order gets its member afterwards: the same books as if they had been known at once."""

import asyncio

import pytest

from tests.purchases.test_refunds_by_line import CASE, PARCEL, per_bottle, per_money, rules


async def buy(client, amount="20.00", **more):
    answer = await client.post("/v1/purchases", json={"amount": amount, "currency": "USD", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def claim(client, purchase, **body):
    return await client.post(
        f"/v1/purchases/{purchase['id']}/claim", json=body or {"member": "anna"}
    )


async def books(client, external_id):
    """What is told of a member: figures, points by movement, and of their purchases."""
    (member,) = (await client.get("/v1/members", params={"external_id": external_id})).json()[
        "data"
    ]
    moved = (await client.get(f"/v1/members/{member['id']}/transactions")).json()["data"]
    bought = (await client.get("/v1/purchases", params={"member": external_id})).json()["data"]
    figures = {
        name: member[name] for name in ("purchases", "spend", "refunded", "first_purchase_at")
        if name in member
    }  # fmt: skip
    return (
        figures,
        sorted((each["type"], each["points"], each["occurred_at"]) for each in moved),
        sorted((each["amount"], each["refunded"], each["occurred_at"]) for each in bought),
    )


@pytest.mark.parametrize("known", [True, False])
async def test_a_completed_order_earns_once_as_of_its_own_moment(client, known):
    if known:
        await client.post("/v1/members", json={"external_id": "anna"})
    purchase = await buy(client, occurred_at="2026-03-01T10:00:00Z")
    assert purchase["points"] == 0

    first = await claim(client, purchase)
    again = await claim(client, purchase)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["points"] == again.json()["points"] == 20
    figures, moved, _ = await books(client, "anna")
    assert (figures["purchases"], figures["spend"]) == (1, "20.00")
    assert moved == [("earned", 20, "2026-03-01T10:00:00Z")]


@pytest.mark.parametrize(
    "refunds",
    [
        [],
        [{"amount": "30.00"}],
        [{"lines": [{"line": 1, "quantity": 1}]}, {"amount": "10.00"}],
        [{"lines": [{"line": 2}]}, {"lines": [{"line": 1, "quantity": 2}]}],
        [{"amount": "1.00"}, {}],
        [{}],
    ],
)
@pytest.mark.parametrize("lines", [CASE, PARCEL])
async def test_a_claim_after_refunds_ends_where_refunds_after_the_sale_end(client, refunds, lines):
    if lines is PARCEL and any("lines" in refund for refund in refunds):
        lines = [{**PARCEL[0], "quantity": 2, "unit_price": "50.00"}, PARCEL[1]]
    await rules(client, per_money(), per_bottle())
    amount = "101.00" if lines is CASE else "110.00"
    said = {"amount": amount, "lines": lines, "occurred_at": "2026-03-01T10:00:00Z"}
    at_once = await buy(client, member="ben", **said)
    guest = await buy(client, **said)
    for purchase in (at_once, guest):
        for number, refund in enumerate(refunds):
            body = {**refund, "occurred_at": f"2026-03-0{number + 2}T10:00:00Z"}
            answer = await client.post(f"/v1/purchases/{purchase['id']}/refunds", json=body)
            assert answer.status_code == 201, answer.text

    claimed = await claim(client, guest)

    assert claimed.status_code == 200, claimed.text
    assert await books(client, "anna") == await books(client, "ben")
    told = (await client.get(f"/v1/purchases/{at_once['id']}")).json()
    points = [each["points"] for each in told["refunds"]]
    assert [each["points"] for each in claimed.json()["refunds"]] == points


async def test_a_pending_order_that_is_claimed_earns_when_it_is_completed(client):
    purchase = await buy(client, status="pending")

    claimed = await claim(client, purchase)
    assert (claimed.status_code, claimed.json()["points"]) == (200, 0)
    done = await client.post(f"/v1/purchases/{purchase['id']}/complete")

    assert done.json()["points"] == 20


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("another", 409, "purchase_claimed"),
        ("failed", 409, "purchase_not_pending"),
        ("cancelled", 409, "purchase_not_pending"),
        ("nobody", 422, "invalid"),
        ("both", 422, "member_mismatch"),
        ("unknown", 404, "purchase_not_found"),
    ],
)
async def test_what_cannot_be_claimed_is_said(client, how, status, code):
    more = {"status": how} if how in {"failed", "cancelled"} else {}
    purchase = await buy(client, **({"member": "ben"} if how == "another" else more))
    body = {"member": "anna"}
    if how == "nobody":
        body = {"member": None}
    if how == "both":
        body["member_id"] = "mem_01h455vb4pex5vsknk084sn02q"
    if how == "unknown":
        purchase["id"] = "pur_01h455vb4pex5vsknk084sn02q"

    refused = await claim(client, purchase, **body)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await client.get("/v1/members", params={"external_id": "anna"})).json()["data"] == []


async def test_a_claim_brings_the_tier_and_multiplies_by_it_afterwards(client):
    await rules(client, {"type": "points_per_money", "rate": "1"})
    for name, level, spend, factor in (("Base", 1, 0, "1"), ("Gold", 2, 100, "2")):
        body = {
            "name": name, "level": level, "criteria": "spend", "min_spend": str(spend),
            "points_multiplier": factor,
        }  # fmt: skip
        made = await client.post("/v1/tiers", json=body)
        assert made.status_code == 201, made.text
    purchase = await buy(client, "150.00")

    claimed = await claim(client, purchase)
    after = await buy(client, "10.00", member="anna")

    assert (claimed.json()["points"], after["points"]) == (150, 20)


async def test_of_two_who_claim_at_once_one_gets_it(client):
    purchase = await buy(client)
    answers = await asyncio.gather(
        *(claim(client, purchase, member=who) for who in ("anna", "ben", "cleo"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


async def test_a_dry_claim_says_what_it_would_give_and_leaves_nothing(client):
    purchase = await buy(client)
    path = f"/v1/purchases/{purchase['id']}"
    dry = await client.post(f"{path}/claim", params={"dry_run": "true"}, json={"member": "anna"})

    assert dry.status_code == 200, dry.text
    assert (await client.get(path)).json()["member_id"] is None


async def test_who_repeats_the_sale_means_the_claimed_one(client):
    said = {"external_id": "o-1"}
    purchase = await buy(client, **said)
    await claim(client, purchase)
    body = {"amount": "20.00", "currency": "USD", **said}

    as_guest = await client.post("/v1/purchases", json=body)
    as_member = await client.post("/v1/purchases", json={**body, "member": "anna"})
    as_other = await client.post("/v1/purchases", json={**body, "member": "ben"})

    assert [a.status_code for a in (as_guest, as_member, as_other)] == [200, 200, 409]
