"""Rules that name segments give the same points, whichever way orders come, worker or not."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from laurels import earning, events, segments
from laurels.earning.schemas import EarningRuleIn
from laurels.imports import booking, carrying
from laurels.kit.values.ids import encode
from tests.support.size import pick

from .test_eight_ways import (
    ORDERS,
    books,
    by_api,
    by_import,
    facts,
    file,
    in_bulk,
    item_of,
    working,
)
from .test_eight_ways import shop as shop_with_tiers

CRITERIA = {
    "Regulars": {"field": "lifetime.purchases", "op": "gte", "value": 3},
    "Large orders": {
        "some": "purchases", "where": {"field": "amount", "op": "gte", "value": "300"},
    },
    "Busy lately": {"field": "purchases.last_90_days.spend", "op": "gte", "value": "250"},
    "Away": {"field": "lifetime.days_since_last_purchase", "op": "gt", "value": 60},
    "Rich": {"field": "points.available", "op": "gte", "value": 900},
    "High up": {"field": "tier.level", "op": "gte", "value": 2},
    "The best": {"field": "rfm.monetary", "op": "eq", "value": 5},
}  # fmt: skip
"""Each asks what an order changes. The last one compares members, and nobody is ever in it here."""
assert file is not None, "a fixture"


async def shop(database):
    """The shop with tiers that multiply, with a rule for each of these segments."""
    house = await shop_with_tiers(database)
    async with house.work() as work:
        for points, (name, criteria) in enumerate(CRITERIA.items(), start=1):
            made = await segments.create(
                work, {"name": name, "kind": "dynamic", "criteria": criteria,
                       "auto_update": name != "The best"}
            )  # fmt: skip
            named = encode("segment", made["id"])
            condition = {"field": "member.segments", "op": "contains", "value": named}
            rule = {
                "name": name, "trigger": "purchase.completed",
                "conditions": condition if points % 2 else {"not": condition},
                "award": {"type": "fixed", "points": 2**points},
            }  # fmt: skip
            await earning.create_rule(work, EarningRuleIn.model_validate(rule))
    return house


async def catch_up(house):
    """What a worker would do by now: segments follow, and are computed as at night."""
    while await events.relay_all(house.database):
        pass
    async with house.work() as work:
        await segments.keep_up(work, limit=10_000)
        for each in await segments.list_segments(work):
            if each["auto_update"]:
                await segments.recompute(work, each["id"])


@asynccontextmanager
async def following(house):
    """Segments follow what happens all the time, and not only once a minute."""
    house.now = datetime.now(UTC)
    done = False

    async def follow():
        while not done:
            await catch_up(house)

    task = asyncio.create_task(follow())
    yield
    done = True
    await task


def same(found, reference):
    for way, each in found.items():
        for kind, rows in each.items():
            assert rows == found[reference][kind], f"{kind} of {way}"


@pytest.mark.slow
async def test_no_way_and_no_worker_changes_what_named_segments_earn(
    database, app_url, file, monkeypatch
):
    monkeypatch.setattr(carrying, "BATCH", min(carrying.BATCH, ORDERS // 3))
    found = {}
    for connections in (1, 16):
        house = await shop(database)
        await by_api(house, connections)
        found[f"api {connections}"] = await books(house)
    house = await shop(database)
    await in_bulk(house)
    found["bulk"] = await books(house)
    house = await shop(database)
    predicted = await by_import(house, file, dry_run=True)
    booked = await by_import(house, file)
    found["import"] = await books(house)
    house = await shop(database)
    async with working(app_url), following(house):
        await by_import(house, file)
    found["import with worker"] = await books(house)

    assert predicted.points == booked.points
    same(found, "api 1")


@pytest.mark.parametrize("seed", range(pick(6, 200)))
async def test_batches_of_any_size_with_a_worker_in_between_give_the_same_books(database, seed):
    orders = facts(f"named {seed}", 40, 2)
    found = {}
    for size, worker in ((1, False), (1, True), (7, True), (60, False)):
        house = await shop(database)
        for first in range(0, len(orders), size):
            async with house.work() as work:
                work.now = max(fact.at for fact in orders)
                outcomes = await booking.book_purchases(
                    work, [item_of(fact) for fact in orders[first : first + size]],
                    source="shop", welcome=True,
                )  # fmt: skip
            assert [each for each in outcomes if isinstance(each, Exception)] == []
            if worker:
                await catch_up(house)
        found[size, worker] = await books(house)

    same(found, (1, False))
    effects = await fired(house)
    assert all(0 < effects.get(name, 0) < len(orders) for name in CRITERIA if name != "The best")


async def fired(house):
    """How often each rule fired, by its name."""
    async with house.work() as work:
        rows = await work.fetch(
            "with said as materialized ("
            "  select laurels.why(x.body, a.figures) -> 1 as effects from laurels.awards as a"
            "  inner join laurels.explanations as x on x.tenant_id = $1"
            "   and x.digest = a.explanation_digest"
            "  where a.tenant_id = $1"
            " ) select r.name, count(*) from said"
            " cross join jsonb_array_elements(said.effects) as e"
            " inner join laurels.earning_rules as r on r.tenant_id = $1"
            "  and r.id = (e ->> 'rule_id')::uuid and r.current group by r.name",
            work.tenant_id,
        )
    return {row[0]: row[1] for row in rows}
