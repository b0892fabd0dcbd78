"""Segments in the lives of members: merged, two again, erased, exported."""

import json

import pytest

from laurels import members, segments
from laurels.kit.errors import Invalid
from laurels.segments.lists import MAX_AT_ONCE

RICH = {"field": "points.available", "op": "gte", "value": 50}


async def lists(house, *names):
    async with house.work() as work:
        return [
            (await segments.create(work, {"name": name, "kind": "static"}))["id"] for name in names
        ]


async def on(house, segment_id, *member_ids):
    async with house.work() as work:
        await segments.add(work, segment_id, list(member_ids))


async def belonging(house, member_id):
    async with house.work() as work:
        return (await segments.segments_of(work, [member_id])).get(member_id, frozenset())


async def test_a_survivor_is_on_the_lists_of_both_and_the_merged_member_on_none(house):
    anna, twin = await house.member(), await house.member(balance=60)
    shared, hers, twins = await lists(house, "shared", "hers", "twins")
    await on(house, shared, anna, twin)
    await on(house, hers, anna)
    await on(house, twins, twin)
    async with house.work() as work:
        rich = await segments.create(work, {"name": "rich", "kind": "dynamic", "criteria": RICH})

    async with house.work() as work:
        await members.merge(work, survivor_id=anna, merged_id=twin)
        await segments.recompute(work, rich["id"])

    assert await belonging(house, twin) == frozenset()
    assert await belonging(house, anna) == {shared, hers, twins, rich["id"]}


async def test_after_an_unmerge_lists_are_as_before(house):
    anna, twin = await house.member(), await house.member()
    shared, hers, twins = await lists(house, "shared", "hers", "twins")
    await on(house, shared, anna, twin)
    await on(house, hers, anna)
    await on(house, twins, twin)
    before = await belonging(house, anna), await belonging(house, twin)

    async with house.work() as work:
        await members.merge(work, survivor_id=anna, merged_id=twin)
    house.later(hours=1)
    async with house.work() as work:
        await members.unmerge(work, twin)

    assert (await belonging(house, anna), await belonging(house, twin)) == before


async def test_whoever_is_named_by_ids_of_a_merged_member_is_the_survivor(house):
    anna, twin = await house.member(external_id="anna"), await house.member(external_id="twin")
    (listed,) = await lists(house, "list")
    async with house.work() as work:
        await members.merge(work, survivor_id=anna, merged_id=twin)

    async with house.work() as work:
        found = await segments.add(work, listed, ["twin", twin, "anna"])

    assert [(each.member_id, each.outcome) for each in found] == [
        (anna, "added"), (anna, "already"), (anna, "already"),
    ]  # fmt: skip


async def test_an_erased_person_belongs_nowhere_and_what_was_found_is_gone(house):
    anna = await house.member(balance=60)
    (listed,) = await lists(house, "list")
    await on(house, listed, anna)
    async with house.work() as work:
        rich = await segments.create(work, {"name": "rich", "kind": "dynamic", "criteria": RICH})
        exported = await members.export(work, anna)
    told = [row for section, row in exported.rows if section == "segments"]
    assert {row["name"] for row in told} == {"list", "rich"}

    async with house.work() as work:
        await members.erase(work, anna)

    assert await belonging(house, anna) == frozenset()
    async with house.work() as work:
        rows = await segments.list_memberships(work, segment_id=rich["id"], history=True)
    assert [(row["found"], row["left_reason"]) for row in rows] == [(None, "erased")]
    assert "points.available" not in json.dumps(rows, default=str)


async def test_a_long_list_is_put_in_piece_by_piece_and_too_long_a_one_not_at_all(house):
    anna = await house.member(external_id="anna")
    (listed,) = await lists(house, "list")
    names = [f"nobody-{number}" for number in range(1500)] + ["anna"]

    async with house.work() as work:
        found = await segments.add(work, listed, names)
        with pytest.raises(Invalid):
            await segments.add(work, listed, ["x"] * (MAX_AT_ONCE + 1))

    assert [each.name for each in found] == names
    assert [each.member_id for each in found if each.outcome == "added"] == [anna]


async def test_an_archived_member_is_put_on_no_list(house):
    anna = await house.member(external_id="anna")
    (listed,) = await lists(house, "list")
    async with house.work() as work:
        await members.archive(work, anna)

    async with house.work() as work:
        (found,) = await segments.add(work, listed, ["anna"])

    assert found.outcome == "inactive"
