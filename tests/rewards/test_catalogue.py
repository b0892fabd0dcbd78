"""The catalogue: what a reward may be, how it changes, and what members are shown of it."""

import pytest


async def test_a_reward_is_made_changed_paused_archived_and_restored(shop):
    reward = await shop.reward(featured=True, category="drinks", terms="One a day.")
    path = f"/v1/rewards/{reward['id']}"

    changed = await shop.client.patch(path, json={"cost_points": 200, "terms": None})
    paused = await shop.client.post(f"{path}/pause")
    archived = await shop.client.post(f"{path}/archive")
    still = await shop.client.patch(path, json={"cost_points": 300})
    restored = await shop.client.post(f"{path}/restore")
    resumed = await shop.client.post(f"{path}/resume")

    assert (changed.json()["cost_points"], changed.json()["terms"]) == (200, None)
    assert changed.json()["category"] == "drinks"
    assert not paused.json()["active"]
    assert archived.json()["archived_at"] is not None
    assert (still.status_code, still.json()["code"]) == (409, "reward_archived")
    assert (restored.json()["archived_at"], restored.json()["active"]) == (None, False)
    assert resumed.json()["active"]
    log = (await shop.client.get("/v1/audit-log", params={"limit": 6})).json()["data"]
    assert [entry["action"] for entry in log[::-1]] == [
        "reward.created", "reward.changed", "reward.paused", "reward.archived",
        "reward.restored", "reward.resumed",
    ]  # fmt: skip
    assert log[-2]["before"] == {"cost_points": 100, "terms": "One a day."}


async def test_what_was_redeemed_keeps_the_reward_as_it_was(shop):
    anna = await shop.member(balance=100)
    reward = await shop.reward()
    redemption = await shop.redeem(anna, reward)

    path = f"/v1/rewards/{reward['id']}"
    await shop.client.patch(path, json={"name": "Six off", "value": {"amount": "6.00"}})
    await shop.client.post(f"{path}/archive")

    kept = await shop.read(redemption)
    assert (kept["reward"]["name"], kept["reward"]["value"]) == ("Five off", {"amount": "5.00"})
    expanded = await shop.client.get(
        f"/v1/redemptions/{redemption['id']}", params={"expand": "reward,member"}
    )
    assert expanded.json()["expanded"]["reward"]["name"] == "Six off"
    assert expanded.json()["expanded"]["member"]["id"] == anna


async def test_a_copy_is_paused_and_new(shop):
    anna = await shop.member(balance=100)
    reward = await shop.reward(stock=5)
    await shop.redeem(anna, reward)

    copy = (await shop.client.post(f"/v1/rewards/{reward['id']}/duplicate")).json()

    assert (copy["name"], copy["active"], copy["redemptions"]) == ("Copy of Five off", False, 0)
    assert (copy["stock"], copy["value"]) == (4, {"amount": "5.00"})


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("discount_percentage", {}, "value.percentage"),
        ("discount_percentage", {"percentage": "0"}, "value.percentage"),
        ("discount_percentage", {"percentage": "100.01"}, "value.percentage"),
        ("discount_fixed", {"amount": "5.001"}, "value.amount"),
        ("discount_fixed", {"amount": "-5"}, "value.amount"),
        ("discount_fixed", {"amount": "5", "percentage": "5"}, "value.percentage"),
        ("free_product", {"product_name": "Tea"}, "value.sku"),
        ("free_product", {"sku": "T", "units": 0}, "value.units"),
        ("event", {"takes_place_at": 17}, "value.takes_place_at"),
        ("custom", {"attributes": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}, "value.attributes"),
    ],
)
async def test_a_value_that_its_type_has_not_is_refused_by_its_field(shop, kind, value, field):
    body = {"name": "x", "type": kind, "value": value, "cost_points": 1}

    refused = await shop.client.post("/v1/rewards", json=body)

    assert (refused.status_code, refused.json()["code"]) == (422, "reward_invalid")
    assert refused.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("discount_percentage", {"percentage": "12.5", "max_discount": "20.00"}),
        ("free_shipping", {}),
        ("free_product", {"sku": "TEA", "product_name": "Green tea", "units": 2}),
        ("store_credit", {"amount": "10.00"}),
        ("gift_card", {"amount": "25.00"}),
        ("merchandise", {"sku": "CUP", "regular_price": "9.90"}),
        ("event", {"venue": "Cellar", "takes_place_at": "2030-05-01T18:00:00Z", "seats": 2}),
        ("tasting", {"seats": 2}),
        ("custom", {"attributes": {"shop_id": "gid://1", "weight": "1.5"}}),
    ],
)
async def test_every_type_has_a_value_of_its_own(shop, kind, value):
    reward = await shop.reward(type=kind, value=value)

    assert {**reward["value"], **value} == reward["value"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"cost_points": 0}, "cost_points"),
        ({"cost_points": "5"}, "cost_points"),
        ({"stock": -1}, "stock"),
        ({"image_url": "javascript:alert(1)"}, "image_url"),
        ({"fulfilment": "magic"}, "fulfilment"),
        ({"min_order_value": "1.234"}, "min_order_value"),
        ({"program_id": "prg_01h455vb4pex5vsknk084sn02q"}, "program_id"),
        (
            {"starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
            "ends_at",
        ),
        ({"name": ""}, "name"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(shop, values, field):
    body = {"name": "x", "type": "custom", "cost_points": 1, **values}

    refused = await shop.client.post("/v1/rewards", json=body)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_another_type_wants_another_value(shop):
    reward = await shop.reward()
    path = f"/v1/rewards/{reward['id']}"

    alone = await shop.client.patch(path, json={"type": "free_product"})
    both = await shop.client.patch(path, json={"type": "free_product", "value": {"sku": "TEA"}})

    assert (alone.status_code, alone.json()["errors"][0]["field"]) == (422, "value")
    assert both.json()["value"] == {"sku": "TEA", "units": 1}


async def test_lists_are_narrowed_down(shop):
    tea = await shop.reward(name="Tea", category="drinks", featured=True)
    cup = await shop.reward(name="Cup", type="merchandise", value={"sku": "CUP"})
    old = await shop.reward(name="Old")
    await shop.client.post(f"/v1/rewards/{old['id']}/archive")
    await shop.client.post(f"/v1/rewards/{cup['id']}/pause")

    async def names(**params):
        answer = await shop.client.get("/v1/rewards", params=params)
        return [each["name"] for each in answer.json()["data"]]

    assert await names() == ["Cup", "Tea"]
    assert await names(status="active") == ["Tea"]
    assert await names(status="paused") == ["Cup"]
    assert await names(status="archived") == ["Old"]
    assert await names(type="merchandise") == ["Cup"]
    assert await names(featured="true") == ["Tea"]
    assert await names(category="drinks") == [tea["name"]]
    first = (await shop.client.get("/v1/rewards", params={"limit": 1})).json()
    assert await names(limit=1, cursor=first["next_cursor"]) == ["Tea"]


async def test_a_member_sees_the_catalogue_in_its_order_and_what_is_missing(shop):
    anna = await shop.member(balance=150)
    await shop.reward(name="Third", cost_points=200, sort_order=2)
    await shop.reward(name="Second", cost_points=100, sort_order=1, max_redemptions_per_member=2)
    await shop.reward(name="First", cost_points=500, sort_order=9, featured=True, stock=3)
    hidden = await shop.reward(name="Hidden")
    await shop.client.post(f"/v1/rewards/{hidden['id']}/pause")

    shown = (await shop.client.get(f"/v1/members/{anna}/rewards")).json()["data"]
    can = await shop.client.get(f"/v1/members/{anna}/rewards", params={"available": "true"})

    told = [
        (each["reward"]["name"], each["available"], each["points_to_go"], each["most"])
        for each in shown
    ]
    assert told == [("First", False, 350, 3), ("Second", True, 0, 2), ("Third", False, 50, None)]
    assert shown[0]["reasons"] == [
        {
            "code": "insufficient_points", "message": "It costs 500 points; 150 are available.",
            "missing": {"available": 150, "asked": 500, "missing": 350},
        }
    ]  # fmt: skip
    assert [each["reward"]["name"] for each in can.json()["data"]] == ["Second"]


async def test_all_that_stands_in_the_way_is_said_in_order(shop):
    anna = await shop.member()
    await shop.reward(stock=0, starts_at="2120-01-01T00:00:00Z", max_redemptions_total=1)

    (offer,) = (await shop.client.get(f"/v1/members/{anna}/rewards")).json()["data"]

    assert [each["code"] for each in offer["reasons"]] == [
        "reward_not_open", "out_of_stock", "insufficient_points",
    ]  # fmt: skip
    assert offer["reasons"][0]["missing"]["opens_at"].startswith("2120-01-01")


async def test_who_was_archived_is_told_so_with_each_reward(shop):
    anna = await shop.member(balance=1000)
    await shop.reward()
    await shop.client.delete(f"/v1/members/{anna}")

    (offer,) = (await shop.client.get(f"/v1/members/{anna}/rewards")).json()["data"]

    assert [each["code"] for each in offer["reasons"]] == ["member_archived"]


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rewards(
    shop, house, monkeypatch
):
    from laurels.kit.values.ids import decode
    from laurels.kit.work import Work
    from laurels.rewards import offers_for

    anna = decode("member", await shop.member(balance=1000))
    counted: list[str] = []
    fetch = Work.fetch

    async def count(self, sql, *arguments):
        counted.append(sql)
        return await fetch(self, sql, *arguments)

    async def look():
        counted.clear()
        async with house.work() as work:
            found = await offers_for(work, anna)
        return len(found), len(counted)

    await shop.reward()
    monkeypatch.setattr(Work, "fetch", count)
    one = await look()
    for number in range(20):
        await shop.reward(name=f"Reward {number}")
    many = await look()

    assert (one[0], many[0]) == (1, 21)
    assert one[1] == many[1] <= 5


async def test_the_sums_of_a_reward_by_state_and_day(shop):
    anna = await shop.member(balance=1000)
    reward = await shop.reward(fulfilment="manual")
    first, second, third = [await shop.redeem(anna, reward) for _ in range(3)]
    await shop.do(first, "complete")
    await shop.do(second, "cancel")

    stats = (await shop.client.get(f"/v1/rewards/{reward['id']}/stats")).json()

    assert (stats["redemptions"], stats["points_spent"]) == (2, 200)
    assert {state: sums["points"] for state, sums in stats["by_state"].items()} == {
        "cancelled": 100, "completed": 100, "pending": 100,
    }  # fmt: skip
    (day,) = stats["per_day"]
    assert (day["day"], day["redemptions"]) == (third["redeemed_at"][:10], 2)
    bad = {"since": "2020-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}
    refused = await shop.client.get(f"/v1/rewards/{reward['id']}/stats", params=bad)
    assert refused.status_code == 422


async def test_a_catalogue_is_full_at_a_thousand(shop, house):
    async with house.work() as work:
        await work.fetch(
            "insert into laurels.rewards (tenant_id, name, type, value, cost_points, fulfilment)"
            " select $1, 'x', 'custom', '{}', 1, 'code' from generate_series(1, 999)",
            work.tenant_id,
        )
    last = await shop.reward()

    over = await shop.client.post(
        "/v1/rewards", json={"name": "x", "type": "custom", "cost_points": 1}
    )
    await shop.client.post(f"/v1/rewards/{last['id']}/archive")
    room = await shop.client.post(f"/v1/rewards/{last['id']}/restore")

    assert (over.status_code, over.json()["code"]) == (409, "too_many_rewards")
    assert room.status_code == 200
