"""Members are merged, told apart and erased: their tiers go with them, and back."""

from laurels import members, tiers
from laurels.kit.values.ids import encode

from .climbing import build, buy, history, member_id, pass_time, steps, tier_of


async def merge(house, survivor, merged):
    async with house.work() as work:
        await members.merge(
            work,
            survivor_id=await member_id(house, survivor),
            merged_id=await member_id(house, merged),
        )


async def standing(house, found):
    async with house.work() as work:
        there = (await tiers.standings(work, [found])).get(found)
    return None if there is None else there.name


async def test_what_both_have_done_counts_for_the_survivor_and_no_more_when_undone(house):
    await build(house)
    await buy(house, "ann", "600")
    await buy(house, "bob", "500")
    ann, bob = await member_id(house, "ann"), await member_id(house, "bob")

    await merge(house, "ann", "bob")
    together = (await standing(house, ann), await standing(house, bob))
    async with house.work() as work:
        await members.unmerge(work, bob)

    assert together == ("Silver", None)
    assert (await standing(house, ann), await standing(house, bob)) == ("Bronze", "Bronze")
    assert (await steps(house, "bob"))[-1] == ("Bronze", "unmerge")


async def test_the_better_standing_goes_on_with_its_dates_and_comes_back(house):
    await build(house, requires_maintenance=True)
    await buy(house, "ann", "1000")
    await pass_time(house, days=10)
    await buy(house, "bob", "5000")
    await pass_time(house, days=10)
    ann, bob = await member_id(house, "ann"), await member_id(house, "bob")
    mine, theirs = (await history(house, "ann"))[-1], (await history(house, "bob"))[-1]

    await merge(house, "ann", "bob")
    merged = (await history(house, "ann"))[-1]
    assert (merged["tier"], merged["reason"]) == ("Gold", "merge")
    assert (merged["expires_at"], merged["qualified_at"]) == (
        theirs["expires_at"], theirs["qualified_at"],
    )  # fmt: skip
    async with house.work() as work:
        await members.unmerge(work, bob)

    assert (await standing(house, ann), await standing(house, bob)) == ("Silver", "Gold")
    for name, before in (("ann", mine), ("bob", theirs)):
        row = (await history(house, name))[-1]
        assert (row["expires_at"], row["qualified_at"]) == (
            before["expires_at"], before["qualified_at"],
        )  # fmt: skip


async def test_an_erased_person_stands_nowhere_and_no_word_is_left(house):
    ids = await build(house)
    await buy(house, "ann", "10")
    ann = await member_id(house, "ann")
    async with house.work() as work:
        await tiers.assign(work, ann, ids["Gold"], note="Ann from the corner shop")
    async with house.work() as work:
        await members.erase(work, ann)
        rows = await work.fetch(
            "select note, ended_at from laurels.tier_history where tenant_id = $1"
            " and member_id = $2",
            work.tenant_id, ann,
        )  # fmt: skip
        log = await work.fetch(
            "select before::text || after::text as said from laurels.audit_log"
            " where tenant_id = $1",
            work.tenant_id,
        )

    assert [row["note"] for row in rows] == [None, None]
    assert all(row["ended_at"] for row in rows)
    assert not any("corner shop" in (row["said"] or "") for row in log)


async def test_an_export_tells_where_a_member_stood(client, house):
    await build(house)
    await buy(house, "ann", "1000")
    ann = encode("member", await member_id(house, "ann"))

    told = (await client.get(f"/v1/members/{ann}/export")).json()["data"]["tier_history"]

    assert [row["tier"] for row in told] == ["Bronze", "Silver"]
    assert await tier_of(house, "ann") == "Silver"
