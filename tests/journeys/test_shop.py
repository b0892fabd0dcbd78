"""A Shopify shop's stories with their numbers: through HTTP, the worker and a test clock."""

import pytest

from laurels import events, jobs
from laurels.events.handling import handle_due
from laurels.kit.values.ids import decode
from tests.support.make import make_tenant


@pytest.fixture
async def house(database):
    """A shop whose clock can be moved."""
    return await make_tenant(database, preset="shopify", test=True)


async def post(client, path, status=201, **body):
    """Post and return the answer, which has this status."""
    answer = await client.post(f"/v1{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def hear(house):
    """Let the worker tell everything that happened."""
    while await events.relay_all(house.database) + await handle_due(house.database):
        pass


async def advance(client, house, span):
    """Move the shop's clock and do what falls due on the way."""
    clock = await post(client, "/test-clock", status=202, advance=span)
    run = decode("job_run", clock["run"]["id"])
    assert await jobs.carry_out(house.database, house.tenant.id, run) is not None
    await hear(house)


async def join(client, name):
    """Enrol somebody; return their id and their wallet's."""
    member = await post(client, "/members", external_id=name)
    wallets = (await client.get(f"/v1/members/{member['id']}/wallets")).json()["data"]
    return member["id"], wallets[0]["id"]


async def wallet(client, wallet_id):
    """Return balance, earned and redeemed."""
    found = (await client.get(f"/v1/wallets/{wallet_id}")).json()
    return found["available"], found["lifetime_earned"], found["lifetime_redeemed"]


async def rows(client, member_id):
    """Return what is in the ledger, the oldest first."""
    found = (await client.get(f"/v1/members/{member_id}/transactions")).json()["data"]
    return [(row["type"], row["points"], row["balance_after"]) for row in found[::-1]]


async def test_what_is_not_redeemed_within_a_year_lapses(client, house):
    await client.patch("/v1/settings/earning", json={"welcome_points": 0})
    await client.patch("/v1/settings/ledger", json={"points_expire_enabled": True})
    await advance(client, house, "PT1S")
    reward = await post(
        client, "/rewards", name="Mug", type="custom", cost_points=60, fulfilment="code"
    )
    await post(client, "/purchases", member="anna", amount="100.00", currency="USD")
    member = (await client.get("/v1/members?external_id=anna")).json()["data"][0]["id"]
    await advance(client, house, "P10D")
    await post(client, "/redemptions", member_id=member, reward_id=reward["id"])

    await advance(client, house, "P354D")
    assert await rows(client, member) == [("earned", 100, 100), ("redeemed", -60, 40)]
    await advance(client, house, "P2D")

    assert (await rows(client, member))[2:] == [("expired", -40, 0)]


async def test_whoever_has_all_of_it_spends_all_of_it_once(client):
    member, own = await join(client, "anna")
    await post(client, f"/wallets/{own}/credit", points=400, reason="a gift")
    reward = await post(
        client, "/rewards", name="5 off", type="discount_fixed", cost_points=500,
        value={"amount": "5.00"},
    )  # fmt: skip

    had = await post(client, "/redemptions", member_id=member, reward_id=reward["id"])
    more = await post(client, "/redemptions", 409, member_id=member, reward_id=reward["id"])

    assert (had["state"], had["points_spent"], more["code"]) == (
        "completed", 500, "insufficient_points",
    )  # fmt: skip
    assert (await rows(client, member))[-1] == ("redeemed", -500, 0)
    assert (await wallet(client, own))[0] == 0


async def test_silver_at_a_thousand_multiplies_and_spending_does_not_take_it(client, house):
    member, own = await join(client, "anna")
    await post(client, "/purchases", member="anna", amount="900.00", currency="USD")
    await hear(house)
    reward = await post(client, "/rewards", name="Big", type="custom", cost_points=900)
    await post(client, "/redemptions", member_id=member, reward_id=reward["id"])
    await hear(house)

    bought = await post(client, "/purchases", member="anna", amount="100.00", currency="USD")

    assert bought["points"] == 125
    assert (await wallet(client, own))[0] == 225
    history = (await client.get(f"/v1/members/{member}/tier/history")).json()["data"]
    assert [(row["tier"]["name"], row["ended_at"] is None) for row in history] == [
        ("Silver", True), ("Bronze", False),
    ]  # fmt: skip


async def test_lifetime_figures_go_on_from_where_they_are(client):
    _, own = await join(client, "anna")
    await post(client, f"/wallets/{own}/credit", points=2400, reason="what she had")
    await post(client, f"/wallets/{own}/debit", points=1250, reason="what she spent")
    assert await wallet(client, own) == (1250, 2500, 1250)

    await post(client, f"/wallets/{own}/credit", points=100, reason="a hundred more")

    assert await wallet(client, own) == (1350, 2600, 1250)
