"""The smallest number of points that is spent at once, and what points are worth."""

from decimal import Decimal

import pytest

from laurels import ledger
from laurels.kit.values.ids import encode


@pytest.fixture
async def wallet(client, house):
    """The wallet of a member with 300 points, of which at least 100 are spent at once."""
    member = await house.member(balance=300)
    wallets = await client.get(f"/v1/members/{encode('member', member)}/wallets")
    found = wallets.json()["data"][0]
    await set_minimum(client, found, 100)
    return found


async def set_minimum(client, wallet, points):
    answer = await client.patch(
        f"/v1/programs/{wallet['program_id']}", json={"minimum_redemption_points": points}
    )
    assert answer.status_code == 200, answer.text


async def post(client, wallet, what, status, **body):
    answer = await client.post(f"/v1/wallets/{wallet['id']}/{what}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.mark.parametrize(("what", "more"), [("holds", {}), ("debit", {"source": "redemption"})])
async def test_99_points_are_not_spent_and_100_are(client, wallet, what, more):
    refused = await post(client, wallet, what, 409, points=99, **more)

    assert refused["code"] == "below_minimum_redemption"
    assert [each["field"] for each in refused["errors"]] == ["points"]
    assert "At least 100 points" in refused["detail"]
    assert (refused["minimum"], refused["asked"]) == (100, 99)
    await post(client, wallet, what, 201, points=100, **more)


async def test_what_is_taken_by_hand_is_not_spent(client, wallet):
    await post(client, wallet, "debit", 201, points=5)
    await post(client, wallet, "penalty", 201, points=5, reason="Late")


async def test_in_bulk_each_fails_alone(client, wallet):
    items = [
        {"type": "debit", "wallet_id": wallet["id"], "points": points, "source": "redemption"}
        for points in (99, 100)
    ]

    answer = (await client.post("/v1/movements/bulk", json={"items": items})).json()

    assert [each["status"] for each in answer["data"]] == [409, 201]


async def test_a_part_of_a_hold_is_not_less_either_but_all_of_it_was_promised(client, wallet):
    held = await post(client, wallet, "holds", 201, points=150)
    path = f"/v1/holds/{held['id']}/capture"

    part = await client.post(path, json={"points": 99})
    assert (part.status_code, part.json()["code"]) == (409, "below_minimum_redemption")
    await set_minimum(client, wallet, 200)
    whole = await client.post(path)

    assert (whole.status_code, whole.json()["captured"]) == (200, 150)


async def test_a_wallet_tells_what_its_points_are_worth(client, wallet, house):
    path = f"/v1/programs/{wallet['program_id']}"
    assert (await client.get(path)).json()["point_value"] == "0.01"
    await client.patch(path, json={"point_value": "0.0055"})

    found = (await client.get(f"/v1/wallets/{wallet['id']}")).json()
    moved = await post(client, wallet, "credit", 201, points=1)

    for told in (found, moved["wallet"]):
        assert (told["point_value"], told["minimum_redemption_points"]) == ("0.0055", 100)
    async with house.work() as work:
        # 301 x 0.0055 = 1.6555
        assert await ledger.worth(work, 301) == Decimal("1.65")
