"""Points of several programs are told program by program, wherever they are told."""

import pytest

LINES = [{"category": "wine", "unit_price": "30.00"}, {"category": "food", "unit_price": "10.00"}]


@pytest.fixture
async def programs(client):
    """Two kinds of points: a point for each unit of money, and five stars for each bottle."""
    await client.post("/v1/members", json={"external_id": "anna"})
    made = await client.post("/v1/programs", json={"name": "Stars", "unit_name": "star"})
    assert made.status_code == 201, made.text
    stars = made.json()["id"]
    (points,) = [
        each["id"] for each in (await client.get("/v1/programs")).json()["data"]
        if each["id"] != stars
    ]  # fmt: skip
    award = {
        "type": "per_unit", "points": 5, "unit": "1", "of": "purchase.lines.quantity",
        "lines": {"field": "category", "op": "eq", "value": "wine"},
    }  # fmt: skip
    body = {"name": "stars", "trigger": "purchase.completed", "award": award, "program_id": stars}
    rule = await client.post("/v1/earning-rules", json=body)
    assert rule.status_code == 201, rule.text
    return points, stars


def parts(told, name="points_by_program"):
    return {each["program_id"]: each["points"] for each in told[name]}


async def test_purchases_and_refunds_tell_points_by_program(client, programs):
    points, stars = programs
    body = {"member": "anna", "amount": "40.00", "currency": "USD", "lines": LINES}
    bought = (await client.post("/v1/purchases", json=body)).json()
    path = f"/v1/purchases/{bought['id']}"

    assert parts(bought["award"]) == {points: 40, stars: 5}
    assert {e["program_id"]: e["points"] for e in bought["award"]["effects"]} == {
        points: 40, stars: 5,
    }  # fmt: skip
    assert (await client.get(path)).json() == bought

    wine = (await client.post(f"{path}/refunds", json={"lines": [{"line": 1}]})).json()
    food = (await client.post(f"{path}/refunds", json={"lines": [{"line": 2}]})).json()

    assert parts(wine) == {points: -30, stars: -5}
    assert parts(food) == {points: -10}
    for refund in (wine, food):
        listed = (await client.get(f"/v1/refunds/{refund['id']}")).json()
        assert parts(listed) == parts(refund)
        assert listed["points"] == sum(parts(refund).values())
    in_list = (await client.get("/v1/refunds")).json()["data"]
    assert [parts(each) for each in in_list] == [parts(food), parts(wine)]
    after = (await client.get(path)).json()
    assert [parts(each) for each in after["refunds"]] == [parts(wine), parts(food)]
    shown = (await client.get("/v1/purchases", params={"expand": "award"})).json()["data"][0]
    assert parts(shown["expanded"]["award"]) == {points: 40, stars: 5}


async def test_the_why_tells_points_by_program(client, programs):
    points, stars = programs
    body = {"member": "anna", "amount": "40.00", "currency": "USD", "lines": LINES}
    bought = (await client.post("/v1/purchases", json=body)).json()
    await client.post(f"/v1/purchases/{bought['id']}/refunds", json={"lines": [{"line": 1}]})

    why = (await client.get(f"/v1/purchases/{bought['id']}/why")).json()

    assert parts(why) == {points: 40, stars: 5}
    assert parts(why, "taken_back_by_program") == {points: 30, stars: 5}
    assert {rule["program_id"]: rule["points"] for rule in why["rules"]} == {points: 40, stars: 5}
    assert {lot["program_id"] for lot in why["lots"]} <= {points, stars}


async def test_another_default_program_changes_nothing_of_what_was_earned(client, programs):
    points, stars = programs
    body = {"member": "anna", "amount": "10.00", "currency": "USD"}
    before = (await client.post("/v1/purchases", json=body)).json()
    changed = await client.patch(f"/v1/programs/{stars}", json={"is_default": True})
    assert changed.status_code == 200, changed.text
    after = (await client.post("/v1/purchases", json=body)).json()

    assert parts(before["award"]) == {points: 10}
    assert parts(after["award"]) == {stars: 10}
    read = (await client.get(f"/v1/purchases/{before['id']}")).json()
    assert parts(read["award"]) == {points: 10}


async def test_activities_tell_points_by_program(client, programs):
    _, stars = programs
    body = {
        "name": "review", "trigger": "activity.recorded", "award": {"type": "fixed", "points": 7},
        "program_id": stars,
    }  # fmt: skip
    await client.post("/v1/earning-rules", json=body)
    activity = (
        await client.post("/v1/activities", json={"kind": "review", "member": "anna"})
    ).json()

    assert parts(activity["award"]) == {stars: 7}
    await client.post(f"/v1/activities/{activity['id']}/revoke")
    why = (await client.get(f"/v1/activities/{activity['id']}/why")).json()
    assert parts(why) == parts(why, "taken_back_by_program") == {stars: 7}
