"""Tiers that somebody gives and takes: a floor while they last, or fixed."""

from datetime import timedelta

from laurels import tiers
from laurels.kit.values.ids import encode
from laurels.kit.values.time import utc_now

from .climbing import build, buy, history, member_id, pass_time, refund, steps, tier_of, told


async def path_of(house, name):
    return f"/v1/members/{encode('member', await member_id(house, name))}/tier"


async def give(client, house, name, tier_id, **more):
    return await client.put(
        await path_of(house, name), json={"tier_id": encode("tier", tier_id), **more}
    )


async def test_a_tier_by_hand_lasts_until_it_is_taken_back(client, house):
    ids = await build(house)
    first = await buy(house, "ann", "10")

    given = await give(client, house, "ann", ids["Gold"], note="a friend of the house")
    again = await give(client, house, "ann", ids["Gold"], note="a friend of the house")
    await refund(house, first.purchase_id)
    await pass_time(house, days=1000)

    assert (given.status_code, again.status_code) == (200, 200)
    assert given.json()["standing"]["basis"] == "manual"
    assert await steps(house, "ann") == [("Bronze", "placed"), ("Gold", "manual")]
    row = (await history(house, "ann"))[-1]
    assert (row["note"], row["actor_type"]) == ("a friend of the house", "api_key")
    taken = await client.delete(await path_of(house, "ann"))
    assert taken.json()["standing"]["tier"]["name"] == "Bronze"
    assert (await steps(house, "ann"))[-1] == ("Bronze", "removed")
    log = (await client.get("/v1/audit-log", params={"limit": 10})).json()["data"]
    assert [e["action"] for e in log if e["target_type"] == "member"][:2] == [
        "tier.unassigned", "tier.assigned",
    ]  # fmt: skip
    assert [row["type"] for row in await told(house)] == ["tier.raised", "tier.lowered"]


async def test_who_asks_first_is_told_where_the_member_would_stand_and_nothing_is_left(
    client, house
):
    ids = await build(house)
    await buy(house, "ann", "10")
    path, dry = await path_of(house, "ann"), {"dry_run": "true"}
    gold = {"tier_id": encode("tier", ids["Gold"])}

    given = (await client.put(path, params=dry, json=gold)).json()
    nothing = (await client.delete(path, params=dry)).json()
    await client.put(path, json=gold)
    taken = (await client.delete(path, params=dry)).json()

    assert given["answer"]["standing"]["tier"]["name"] == "Gold"
    assert [event["type"] for event in given["events"]] == ["tier.raised"]
    assert (nothing["status"], nothing["answer"]["code"]) == (404, "tier_not_assigned")
    assert taken["answer"]["standing"]["tier"]["name"] == "Bronze"
    assert await steps(house, "ann") == [("Bronze", "placed"), ("Gold", "manual")]


async def test_a_tier_by_hand_is_over_at_its_end_and_what_was_earned_before_is_there_again(
    house,
):
    ids = await build(house)
    await buy(house, "ann", "1000")
    await pass_time(house, days=400)

    async with house.work() as work:
        await tiers.assign(
            work, await member_id(house, "ann"), ids["Platinum"],
            expires_at=house.now + timedelta(days=30),
        )  # fmt: skip
    await pass_time(house, days=29)
    assert await tier_of(house, "ann") == "Platinum"
    await pass_time(house, days=2)

    assert (await steps(house, "ann"))[-2:] == [("Platinum", "manual"), ("Silver", "expired")]


async def test_who_meets_a_higher_tier_rises_above_one_by_hand_and_falls_back_on_it(client, house):
    house.now = utc_now()
    ids = await build(house)
    await buy(house, "ann", "10")
    await give(client, house, "ann", ids["Silver"])
    house.later(seconds=1)

    gold = await buy(house, "ann", "5000")
    assert await tier_of(house, "ann") == "Gold"
    await refund(house, gold.purchase_id)

    assert await steps(house, "ann") == [
        ("Bronze", "placed"), ("Silver", "manual"), ("Gold", "qualification"), ("Silver", "refund"),
    ]  # fmt: skip
    assert (await history(house, "ann"))[-1]["basis"] == "manual"


async def test_below_what_is_met_it_has_to_be_fixed(client, house):
    ids = await build(house)
    await buy(house, "ann", "5000")

    refused = await give(client, house, "ann", ids["Bronze"])
    fixed = await give(client, house, "ann", ids["Bronze"], fixed=True)
    await buy(house, "ann", "20000")

    assert (refused.status_code, refused.json()["code"]) == (409, "tier_below_standing")
    assert fixed.status_code == 200
    assert await tier_of(house, "ann") == "Bronze"
    taken = await client.delete(await path_of(house, "ann"))
    assert taken.json()["standing"]["tier"]["name"] == "Platinum"


async def test_what_cannot_be_given_is_refused(client, house):
    ids = await build(house)
    await buy(house, "ann", "10")
    await client.delete(f"/v1/tiers/{encode('tier', ids['Platinum'])}")

    past = await give(client, house, "ann", ids["Gold"], expires_at="2020-01-01T00:00:00Z")
    gone = await give(client, house, "ann", ids["Platinum"])
    unknown = await give(client, house, "ann", await member_id(house, "ann"))
    await client.delete((await path_of(house, "ann")).removesuffix("/tier"))
    away = await give(client, house, "ann", ids["Gold"])

    assert (past.status_code, past.json()["code"]) == (422, "tier_expiry_invalid")
    assert (gone.status_code, gone.json()["code"]) == (409, "tier_archived")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "tier_not_found")
    assert (away.status_code, away.json()["code"]) == (409, "member_archived")
