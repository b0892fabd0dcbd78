"""What tenants begin with, and what rules and exports know of tiers."""

from laurels import imports, tiers
from tests.support.make import make_tenant

from .climbing import build, buy, member_id, tier_of


async def test_a_shop_begins_with_four_tiers_and_its_members_on_the_lowest(database):
    shop = await make_tenant(database, preset="shopify")

    async with shop.work() as work:
        ladder = await tiers.list_tiers(work)
    await buy(shop, "ann", "10")

    assert [
        (t["name"], t["level"], t["min_points"], str(t["points_multiplier"]), t["color"])
        for t in ladder
    ] == [
        ("Bronze", 1, 0, "1.00", "#CD7F32"),
        ("Silver", 2, 1000, "1.25", "#C0C0C0"),
        ("Gold", 3, 5000, "1.50", "#FFD700"),
        ("Platinum", 4, 15_000, "2.00", "#E5E4E2"),
    ]
    assert {tier["qualification_period_days"] for tier in ladder} == {365}
    assert [tier["is_default"] for tier in ladder] == [True, False, False, False]
    assert await tier_of(shop, "ann") == "Bronze"


async def test_a_plain_tenant_has_none(house):
    async with house.work() as work:
        assert await tiers.list_tiers(work) == []
        await buy(house, "ann", "10")
        assert await tiers.standings(work, [await member_id(house, "ann")]) == {}


async def test_rules_may_ask_on_which_tier_somebody_is(client, house):
    await build(house)
    await client.post(
        "/v1/earning-rules",
        json={
            "name": "Gold and up",
            "trigger": "purchase.completed",
            "award": {"type": "fixed", "points": 7},
            "conditions": {"field": "member.tier_level", "op": "gte", "value": 3},
        },
    )
    await buy(house, "low", "10")
    await buy(house, "high", "5000")

    assert (await buy(house, "low", "10")).points == 10
    assert (await buy(house, "high", "10")).points == 15 + 7


async def test_who_is_enrolled_by_hand_or_by_file_has_the_default_tier(client, house, tmp_path):
    await build(house)
    file = tmp_path / "members.csv"
    file.write_text("external_id,email\nfiled,filed@example.org\n", encoding="utf-8")

    await client.post("/v1/members", json={"external_id": "written"})
    await imports.import_members(
        house.database, house.tenant.id, imports.Options(file=file, rejects_dir=tmp_path)
    )

    assert [await tier_of(house, name) for name in ("written", "filed")] == ["Bronze", "Bronze"]
