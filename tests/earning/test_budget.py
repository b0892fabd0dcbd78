"""What rules may ask of a purchase is bounded, and heavy judging holds nobody else up."""

import asyncio
import itertools
import time

import pytest

from laurels import earning
from laurels.earning import awarding, service
from laurels.earning.facts import FIELDS
from laurels.events import outbox
from laurels.kit.conditions import Cost, cost_of, parse
from laurels.kit.process.offload import offload

NUMBERS = itertools.count(1)


def lines_that(*parts):
    return {"some": "purchase.lines", "where": {"any": list(parts)}}


def sku(text):
    return {"field": "sku", "op": "eq", "value": text}


def name(text):
    return {"field": "name", "op": "contains", "value": text}


def rule(conditions, **more):
    return {
        "name": f"Rule {next(NUMBERS)}", "trigger": "purchase.completed",
        "award": {"type": "fixed", "points": 1}, "conditions": conditions, **more,
    }  # fmt: skip


def sale(lines):
    return {
        "member": "anna", "currency": "USD", "amount": f"{max(lines, 1)}.00",
        "lines": [
            {"name": "x" * 200, "sku": f"s-{n}", "quantity": "1", "unit_price": "1.00"}
            for n in range(lines)
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "cost"),
    [
        ({"field": "purchase.amount", "op": "gte", "value": "1.00"}, Cost(1, 0)),
        (lines_that(sku("a"), sku("b")), Cost(1, 2)),
        (lines_that(name("x" * 160)), Cost(1, 11)),
        ({"not": {"all": [lines_that(sku("a")), lines_that(sku("b"))]}}, Cost(2, 2)),
    ],
)
def test_what_a_condition_costs(condition, cost):
    assert cost_of(parse(condition, FIELDS)) == cost


async def test_rules_that_compare_too_much_on_each_line_are_refused(client):
    heavy = lines_that(*(name("x" * 480) for _ in range(60)))

    first = await client.post("/v1/earning-rules", json=rule(heavy))
    second = await client.post("/v1/earning-rules", json=rule(heavy))

    assert first.status_code == 201, first.text
    assert (second.status_code, second.json()["code"]) == (409, "rules_too_heavy")
    assert "2000" in second.json()["detail"]


async def test_a_rule_that_is_too_heavy_is_refused_when_it_is_changed_or_resumed(client):
    heavy, light = lines_that(*(name("x" * 480) for _ in range(60))), lines_that(sku("a"))
    one = (await client.post("/v1/earning-rules", json=rule(heavy))).json()
    two = (await client.post("/v1/earning-rules", json=rule(light))).json()

    changed = await client.put(f"/v1/earning-rules/{two['id']}", json=rule(heavy))
    await client.post(f"/v1/earning-rules/{one['id']}/pause")
    again = await client.put(f"/v1/earning-rules/{two['id']}", json=rule(heavy))
    resumed = await client.post(f"/v1/earning-rules/{one['id']}/resume")

    assert (changed.status_code, changed.json()["code"]) == (409, "rules_too_heavy")
    assert again.status_code == 200
    assert (resumed.status_code, resumed.json()["code"]) == (409, "rules_too_heavy")


async def test_line_filters_of_awards_count_too(client):
    award = {"type": "points_per_money", "rate": "1", "lines": {"any": [name("x" * 480)] * 60}}
    for status in (201, 409):
        answer = await client.post(
            "/v1/earning-rules",
            json={"name": f"R {status}", "trigger": "purchase.completed", "award": award},
        )
        assert answer.status_code == status, answer.text


async def test_more_lines_than_can_be_judged_at_once_are_refused_item_by_item(client, monkeypatch):
    monkeypatch.setattr(awarding, "MAX_COST", 250)
    monkeypatch.setattr(awarding, "BOOKING_COST", 0)
    await client.post("/v1/earning-rules", json=rule(lines_that(sku("a"))))

    answer = await client.post(
        "/v1/purchases/bulk", json={"items": [sale(100), sale(100), sale(100), sale(1)]}
    )

    statuses = [item["status"] for item in answer.json()["data"]]
    assert statuses == [201, 201, 429, 201]
    assert answer.json()["data"][2]["problem"]["code"] == "too_much_to_judge"


async def test_what_rules_give_is_bounded_too(client, monkeypatch):
    monkeypatch.setattr(awarding, "MAX_COST", 3 * 4 * awarding.BOOKING_COST)
    for _ in range(3):
        await client.post("/v1/earning-rules", json=rule(None))

    answer = await client.post("/v1/purchases/bulk", json={"items": [sale(0) for _ in range(5)]})

    statuses = [item["status"] for item in answer.json()["data"]]
    assert statuses == [201, 201, 429, 429, 429]


async def test_a_single_purchase_that_is_too_much_says_when_to_come_back(client, monkeypatch):
    monkeypatch.setattr(awarding, "MAX_COST", 50)
    await client.post("/v1/earning-rules", json=rule(lines_that(sku("a"))))

    answer = await client.post("/v1/purchases", json=sale(100))

    assert (answer.status_code, answer.json()["code"]) == (429, "too_much_to_judge")
    assert answer.headers["retry-after"] == "1"


async def test_what_is_judged_aside_is_what_is_judged_at_once(client, monkeypatch):
    await client.post("/v1/earning-rules", json=rule(lines_that(sku("s-3"))))
    capped = rule(lines_that(sku("s-3")), caps=[{"period": "day", "points": 2}])
    await client.post("/v1/earning-rules", json=capped)
    seen = []
    for limit in (10**9, 0):
        monkeypatch.setattr(awarding, "MAX_COST_ON_LOOP", limit)
        sales = [sale(5) | {"member": f"m-{limit}"} for _ in range(4)]
        answer = await client.post("/v1/purchases/bulk", json={"items": sales})
        seen.append([item["result"]["points"] for item in answer.json()["data"]])

    assert seen[0] == seen[1] == [7, 7, 6, 6]


async def test_health_is_answered_while_heavy_bulks_are_judged(client):
    for _ in range(20):
        # No sku is there, so that every comparison is made, to the limit of 2,000 per line.
        heavy = {"all": [{"not": lines_that(*(sku(f"t-{n}") for n in range(99)))}]}
        made = await client.post("/v1/earning-rules", json=rule(heavy))
        assert made.status_code == 201, made.text
    bulks = [
        asyncio.create_task(
            client.post("/v1/purchases/bulk", json={"items": [sale(500) for _ in range(4)]})
        )
        for _ in range(8)
    ]
    waits = []
    while not all(task.done() for task in bulks):
        # What others on this machine have of the processor is not counted.
        began = time.thread_time()
        assert (await client.get("/healthz")).status_code == 200
        waits.append(time.thread_time() - began)
        await asyncio.sleep(0.005)
    for answer in await asyncio.gather(*bulks):
        assert answer.json()["succeeded"] == 4, answer.text[:500]

    waits.sort()
    assert waits[len(waits) * 9 // 10] < 0.1


async def test_what_rules_give_is_booked_in_turns_and_is_the_same(client, monkeypatch):
    for _ in range(3):
        await client.post("/v1/earning-rules", json=rule(None))
    capped = rule(None, caps=[{"period": "day", "points": 2}])
    await client.post("/v1/earning-rules", json=capped)
    seen = []
    for most in (10**9, 5, 1):
        monkeypatch.setattr(awarding, "MAX_ROUND", most)
        monkeypatch.setattr(outbox, "AT_ONCE", most)
        sales = [sale(1) | {"member": f"{who}-{most}"} for who in "aabbbc"]
        answer = await client.post("/v1/purchases/bulk", json={"items": sales})
        seen.append([item["result"]["points"] for item in answer.json()["data"]])

    assert seen[0] == seen[1] == seen[2] == [5, 5, 5, 5, 4, 5]


async def test_errors_of_what_is_done_aside_are_raised():
    def fail():
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await offload(fail)
    assert await offload(max, 1, 2) == 2


def test_limits_are_as_documented():
    assert service.MAX_COST_PER_LINE * 500 <= awarding.MAX_COST
    assert issubclass(earning.TooMuchToJudge, Exception)
