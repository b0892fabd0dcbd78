"""Who belongs to a segment: exactly those whom its criteria mean, with a history of who did."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import asyncpg
import pytest
from hypothesis import given, settings

from laurels import events, ledger, members, purchases, segments, settlement
from laurels.events import emit
from laurels.events.catalogue.members import MemberChanged
from laurels.kit.conditions import Fields, Kind, compile_condition
from laurels.kit.http.paging import ALL
from laurels.kit.values.ids import encode
from laurels.segments.errors import SegmentIsStatic, TooManySegments
from laurels.segments.recomputing import recompute_some
from laurels.segments.service import MAX_SEGMENTS, archive, restore
from tests.support.make import make_tenant
from tests.support.reads import rows_read

from .conditions import conditions
from .crowd import bought, buys, crowd, recount

BIG = {"field": "lifetime.spend", "op": "gte", "value": "50"}
ASKED = [
    BIG,
    {"not": BIG},
    {"field": "rfm.score", "op": "starts_with", "value": "5"},
    {"field": "value.percentile", "op": "gte", "value": 80},
    {"any": [
        {"field": "rfm.recency", "op": "eq", "value": 1},
        {"field": "lifetime.purchases", "op": "eq", "value": 0},
    ]},
    {"all": [
        {"field": "lifetime.days_since_last_purchase", "op": "between", "value": [30, 120]},
        {"field": "purchases.last_365_days.count", "op": "gte", "value": 2},
        {"field": "points.balance", "op": "lt", "value": 100},
    ]},
    {"field": "lifetime.average_purchase", "op": "not_in", "value": ["10", "20"]},
]  # fmt: skip


async def make(house, criteria, name="Segment", **more):
    async with house.work() as work:
        row = await segments.create(
            work, {"name": name, "kind": "dynamic", "criteria": criteria, **more}
        )
    return row["id"]


async def current(house, segment_id):
    async with house.work() as work:
        rows = await segments.list_memberships(work, segment_id=segment_id, asked=ALL)
    return {row["member_id"] for row in rows}


async def stays(house, member_id):
    async with house.work() as work:
        rows = await segments.list_memberships(work, member_id=member_id, history=True)
    return [(row["reason"], row["left_reason"]) for row in reversed(rows)]


async def told(house, kind):
    async with house.work() as work:
        rows = await work.fetch(
            "select member_id from laurels.outbox where tenant_id = $1 and type = $2",
            work.tenant_id, kind,
        )  # fmt: skip
    return [row[0] for row in rows]


async def keep_up(house):
    while await events.relay_all(house.database):
        pass
    async with house.work() as work:
        return await segments.keep_up(work, limit=1000)


@pytest.fixture
async def vienna(database):
    """A house that keeps the days of Vienna."""
    return await make_tenant(database, time_zone="Europe/Vienna")


@pytest.fixture
async def full(vienna):
    """A house full of members who bought."""
    await crowd(vienna, Random(7), 40)
    return vienna


async def test_fields_are_what_counting_by_hand_finds(full):
    wanted = await recount(full)
    names = list(next(iter(wanted.values())))

    async with full.work() as work:
        found = {row.pop("id"): row for row in await segments.facts_of(work, names)}

    assert found == wanted
    assert {facts["rfm.recency"] for facts in found.values()} == {None, 1, 2, 3, 4, 5}


async def test_members_are_exactly_those_who_match_now_and_after_changes(full):
    chance = Random(3)
    made = [await make(full, criteria, str(at)) for at, criteria in enumerate(ASKED)]
    for _ in range(2):
        facts = await recount(full)
        for segment_id, criteria in zip(made, ASKED, strict=True):
            condition = segments.read(criteria)
            test = compile_condition(condition)
            wanted = {member_id for member_id, known in facts.items() if test(known)}
            async with full.work() as work:
                seen = await segments.preview(work, condition)

            assert await current(full, segment_id) == wanted
            assert seen.members == len(wanted)
            assert {one["member_id"] for one in seen.sample} <= wanted

        full.later(days=20)
        async with full.work() as work:
            items = [bought(chance, full, f"c-{chance.randrange(40)}") for _ in range(30)]
            await settlement.settle(work, items)
        async with full.work() as work:
            for segment_id in made:
                await segments.recompute(work, segment_id)


MINE = Fields(
    *(
        field
        for field in segments.FIELDS
        if field.collection is None
        and field.kind is not Kind.ATTRIBUTES
        # Who asks it means archived members too; that has a test of its own.
        and field.name != "member.status"
    )
)


@settings(max_examples=40)
@given(raw=conditions(MINE))
async def test_whatever_is_asked_of_members_sql_and_the_condition_agree(crowded, raw):
    house, facts = crowded
    condition = segments.read(raw)
    test = compile_condition(condition)

    async with house.work() as work:
        seen = await segments.preview(work, condition)

    assert seen.members == sum(test(row) for row in facts)


@pytest.fixture(scope="module")
async def crowded(database):
    house = await make_tenant(database, time_zone="Europe/Vienna")
    await crowd(house, Random(11), 30)
    async with house.work() as work:
        return house, await segments.facts_of(work, [field.name for field in MINE])


async def test_collections_ask_a_members_own_purchases(house):
    anna, bert = await house.member(), await house.member()
    await buys(house, anna, "30", channel="online")
    await buys(house, anna, "10", channel="store")
    await buys(house, bert, "30", channel="online")
    await house.member()

    online = {"field": "channel", "op": "eq", "value": "online"}
    some = await make(house, {"some": "purchases", "where": online}, "some")
    every = await make(house, {"every": "purchases", "where": online}, "every")
    none = await make(house, {"none": "purchases", "where": online}, "none")

    assert await current(house, some) == {anna, bert}
    assert await current(house, every) == {bert}
    assert len(await current(house, none)) == 1


async def test_who_leaves_and_comes_back_has_a_row_for_each_stay(house):
    member = await house.member(balance=60)
    segment_id = await make(house, {"field": "points.available", "op": "gte", "value": 50})

    for points in (-20, 30, -60):
        house.later(hours=1)
        async with house.work() as work:
            activity = ledger.credit if points > 0 else ledger.debit
            kind = ledger.Credit if points > 0 else ledger.Debit
            await activity(work, kind(member_id=member, points=abs(points), type="adjusted"))
        async with house.work() as work:
            await segments.recompute(work, segment_id)

    assert await stays(house, member) == [("criteria", "criteria"), ("criteria", "criteria")]
    assert await current(house, segment_id) == set()


async def test_a_stay_says_which_comparisons_held_and_what_was_found_unless_private(house):
    member = await house.member(balance=60)
    criteria = {
        "all": [
            {"field": "points.available", "op": "gte", "value": 50},
            {"field": "member.external_id", "op": "exists", "value": True},
            {
                "any": [
                    {"field": "lifetime.spend", "op": "lt", "value": "0.5"},
                    {"field": "lifetime.purchases", "op": "gt", "value": 3},
                ]
            },
        ]
    }

    segment_id = await make(house, criteria)

    async with house.work() as work:
        (row,) = await segments.list_memberships(work, segment_id=segment_id)
    assert row["member_id"] == member
    assert row["found"] == {
        "points.available": 60, "member.external_id": "private", "lifetime.spend": "0",
    }  # fmt: skip


async def test_the_first_computation_is_quiet_unless_it_is_asked_to_tell(house):
    member = await house.member(balance=60)
    has_points = {"field": "points.available", "op": "gte", "value": 50}
    quiet = await make(house, has_points, "quiet")
    loud = await make(house, {"field": "points.available", "op": "gte", "value": 100}, "loud")
    assert await told(house, "segment.joined") == []

    async with house.work() as work:
        await ledger.credit(work, ledger.Credit(member_id=member, points=50, type="adjusted"))
    async with house.work() as work:
        await segments.recompute(work, quiet, notify=True)
        await segments.recompute(work, loud)

    assert await told(house, "segment.joined") == [member]


async def test_segments_follow_events_of_members_who_have_news(house):
    anna, bert = await house.member(balance=60), await house.member(balance=10)
    segment_id = await make(house, {"field": "points.available", "op": "gte", "value": 50})
    await keep_up(house)

    async with house.work() as work:
        await ledger.debit(work, ledger.Debit(member_id=anna, points=20, type="adjusted"))
        await ledger.credit(work, ledger.Credit(member_id=bert, points=90, type="adjusted"))
    looked_at = await keep_up(house)
    again = await keep_up(house)

    assert looked_at == 2
    assert await current(house, segment_id) == {bert}
    assert await told(house, "segment.joined") == [bert]
    assert await told(house, "segment.left") == [anna]
    # Its own events are passed over, and then there is nothing new.
    assert (again, await keep_up(house)) == (2, 0)
    async with house.work() as work:
        assert (await segments.get_segment(work, segment_id))["member_count"] == 1


async def test_imported_history_moves_members_without_telling_the_outside(house):
    member = await house.member()
    segment_id = await make(house, {"field": "lifetime.purchases", "op": "gte", "value": 1})
    await keep_up(house)
    async with house.work() as work:
        item = bought(Random(1), house, "somebody")
        item.member, item.member_id = None, member
        await settlement.settle(work, [item], historical=True)

    await keep_up(house)

    assert await current(house, segment_id) == {member}
    async with house.work() as work:
        rows = await work.fetch(
            "select type from laurels.outbox where tenant_id = $1 and type like 'segment.%'",
            work.tenant_id,
        )
    assert rows == []


async def test_a_batch_of_history_counts_by_its_members(house):
    anna, bert, carl = [await house.member() for _ in range(3)]
    async with house.work() as work:
        emit(work, [MemberChanged(who, work.now, []) for who in (anna, bert)], historical=True)
    async with house.work() as work:
        emit(work, [MemberChanged(carl, work.now, [])], historical=True)
    async with house.work() as work:
        emit(work, [MemberChanged(carl, work.now, [])])
    await keep_up(house)

    async with house.work() as work:
        first = await events.members_since(work, 3, without=[], limit=2)
        rest = await events.members_since(work, first.position, without=[], limit=2)

    assert (first.members, first.position) == ({anna: True, bert: True}, 4)
    assert (rest.members, rest.position) == ({carl: False}, 6)


async def test_two_computations_at_once_do_it_once(full):
    segment_id = await make(full, BIG)
    async with full.work() as work:
        await work.fetch(
            "update laurels.segment_memberships set left_at = joined_at, left_reason = 'hand'"
            " where tenant_id = $1",
            work.tenant_id,
        )

    async def once():
        async with full.work() as work:
            return await segments.recompute(work, segment_id, notify=True)

    both = await asyncio.gather(once(), once())

    wanted = {i for i, facts in (await recount(full)).items() if facts["lifetime.spend"] >= 50}
    assert sorted(done.joined for done in both) == [0, len(wanted)]
    assert await current(full, segment_id) == wanted
    assert sorted(await told(full, "segment.joined")) == sorted(wanted)


async def test_at_night_every_segment_is_computed_once_a_day(house):
    has_points = {"field": "points.available", "op": "gte", "value": 50}
    by_itself = await make(house, has_points, "by itself")
    by_hand = await make(house, has_points, "by hand", auto_update=False)
    house.later(days=1)
    member = await house.member(balance=60)

    async with house.work() as work:
        assert await recompute_some(work, asked=False, limit=10) == 1
        assert await recompute_some(work, asked=False, limit=10) == 0

    assert await current(house, by_itself) == {member}
    assert await current(house, by_hand) == set()


async def test_archived_members_are_out_unless_criteria_ask_for_them(house):
    member = await house.member()
    anybody = {"field": "member.enrolled_at", "op": "exists", "value": True}
    archived = {"field": "member.status", "op": "eq", "value": "archived"}
    active, away = await make(house, anybody, "active"), await make(house, archived, "away")

    async with house.work() as work:
        await members.archive(work, member)
    await keep_up(house)

    assert await current(house, active) == set()
    assert await current(house, away) == {member}


async def test_an_archived_segment_is_seen_by_nobody_until_it_is_restored(house):
    member = await house.member(balance=60)
    segment_id = await make(house, {"field": "points.available", "op": "gte", "value": 50})

    async with house.work() as work:
        before = await segments.segments_of(work, [member])
        await archive(work, segment_id)
        during = await segments.segments_of(work, [member])
        await restore(work, segment_id)
        after = await segments.segments_of(work, [member])

    assert (before, during, after) == (
        {member: frozenset({segment_id})}, {}, {member: frozenset({segment_id})},
    )  # fmt: skip


async def test_averages_are_those_of_the_members(full):
    segment_id = await make(full, BIG)

    facts = [f for f in (await recount(full)).values() if f["lifetime.spend"] >= 50]
    async with full.work() as work:
        row = await segments.get_segment(work, segment_id)
    spend = sum(f["lifetime.spend"] for f in facts) / len(facts)
    assert abs(row["avg_lifetime_value"] - spend) < 1
    assert row["avg_points_balance"] == sum(f["points.balance"] for f in facts) // len(facts)


async def test_a_tenant_has_so_many_segments_and_no_more(house):
    async with house.work() as work:
        for number in range(MAX_SEGMENTS):
            await segments.create(work, {"name": f"List {number}", "kind": "static"})
        with pytest.raises(TooManySegments):
            await segments.create(work, {"name": "One more", "kind": "static"})


async def test_a_list_by_hand_is_not_computed(house):
    async with house.work() as work:
        row = await segments.create(work, {"name": "List", "kind": "static"})
        with pytest.raises(SegmentIsStatic):
            await segments.recompute(work, row["id"])
    assert encode("segment", row["id"]).startswith("seg_")


async def test_days_count_what_members_did_while_they_belonged(vienna):
    house = vienna
    anna = await house.member(balance=60)
    segment_id = await make(house, {"field": "points.available", "op": "gte", "value": 50})
    house.later(hours=1)
    await buys(house, anna, "40")
    async with house.work() as work:
        await ledger.debit(work, ledger.Debit(member_id=anna, points=90, type="redeemed"))
    house.later(hours=1)
    async with house.work() as work:
        await segments.recompute(work, segment_id)
    house.later(hours=1)
    await buys(house, anna, "7")
    house.later(days=1)

    async with house.work() as work:
        counted = await segments.count_days(work), await segments.count_days(work)
        today = house.now.date()
        rows = await segments.list_days(
            work, segment_id, since=today - timedelta(days=3), until=today
        )

    assert counted == (1, 0)
    (day,) = rows
    assert (day["joined"], day["left_count"], day["members"]) == (1, 1, 0)
    assert (day["purchases"], day["revenue"]) == (1, 40)
    assert (day["points_earned"], day["points_redeemed"]) == (40, 90)


async def test_days_on_which_nothing_happens_are_like_the_last_one(vienna, owner_url):
    house, owner = vienna, await asyncpg.connect(owner_url)
    await house.member(balance=60)
    segment_id = await make(house, {"field": "points.available", "op": "gte", "value": 50})
    start = house.now.date()

    await owner.execute(
        "update laurels.tenants set created_at = '2020-01-01' where id = $1", house.tenant.id
    )

    async def told_in_time() -> None:
        # Events are written in real time; here it is the past.
        await owner.execute(
            "update laurels.outbox set created_at = occurred_at where tenant_id = $1",
            house.tenant.id,
        )

    async def days() -> list[tuple[int, int, int]]:
        async with house.work() as work:
            rows = await segments.list_days(
                work, segment_id, since=start, until=start + timedelta(days=60)
            )
        assert [row["day"] for row in rows] == [start + timedelta(days=n) for n in range(len(rows))]
        return [(row["members"], row["joined"], row["purchases"]) for row in rows]

    async def count() -> int:
        async with house.database.connection() as raw:
            rows = await raw.fetch("select laurels.tenants_with_days_to_count($1)", house.now)
        if house.tenant.id not in {row[0] for row in rows}:
            return 0
        async with house.work() as work:
            return await segments.count_days(work)

    await told_in_time()
    house.later(days=1)
    counted = [await count(), await count()]
    house.later(days=39)
    counted += [await count()]
    idle = await days()
    member = await house.member(balance=80)
    await buys(house, member, "40")
    async with house.work() as work:
        await segments.recompute(work, segment_id)
    await told_in_time()
    busy = await days()
    house.later(days=1)
    not_yet = await days()
    counted += [await count(), await count()]
    after = await days()
    await owner.close()

    assert idle == [(1, 1, 0), *[(1, 0, 0)] * 39]
    assert busy == idle
    # While something waits to be counted, days end with the last one that was.
    assert not_yet == idle[:1]
    assert after == [*idle, (2, 1, 1)]
    assert counted == [1, 0, 0, 40, 0]


async def test_an_hour_that_comes_twice_at_midnight_belongs_to_its_day(database):
    # Havana goes back from 01:00 to 00:00 on 1 November 2026; this is the first half past midnight.
    house = await make_tenant(database, time_zone="America/Havana")
    house.now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    anna = await house.member()
    segment_id = await make(house, {"field": "lifetime.purchases", "op": "gte", "value": 0})
    house.now = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
    await buys(house, anna, "40")
    house.later(days=3)

    async with house.work() as work:
        await segments.count_days(work)
        rows = await segments.list_days(
            work, segment_id, since=house.now.date() - timedelta(days=9), until=house.now.date()
        )

    assert {str(row["day"]): row["purchases"] for row in rows} == {
        "2026-10-31": 0, "2026-11-01": 1, "2026-11-02": 0,
    }  # fmt: skip


async def test_following_reads_what_those_with_news_bought_and_not_what_all_did(house):
    anna = await house.member()
    async with house.work() as work:
        await work.fetch(
            "with m as ("
            "  insert into laurels.members (tenant_id, external_id, enrolled_at)"
            "  select $1, 'crowd-' || n, now() from generate_series(1, 1500) as n returning id"
            ") insert into laurels.purchases (tenant_id, source, external_id, member_id, status,"
            " amount, currency, occurred_at, completed_at, settled_at)"
            " select $1, 'sql', m.id || '-' || n, m.id, 'completed', 9, 'USD', now(), now(), now()"
            " from m cross join generate_series(1, 2) as n",
            work.tenant_id,
        )
    segment_id = await make(
        house, {"field": "purchases.last_90_days.spend", "op": "gte", "value": "15"}
    )
    async with house.work() as work:
        await segments.recompute(work, segment_id)
    await keep_up(house)
    await house.database.refresh_statistics()
    async with house.work() as work:
        await settlement.settle(
            work, [purchases.NewPurchase(amount=Decimal("20.00"), currency="USD", member_id=anna)]
        )
    while await events.relay_all(house.database):
        pass

    async with house.work() as work:
        before = await rows_read(work, "purchases")
        await segments.keep_up(work, limit=1000)
        read = await rows_read(work, "purchases") - before

    assert anna in await current(house, segment_id)
    assert len(await current(house, segment_id)) == 1501
    assert read < 50
