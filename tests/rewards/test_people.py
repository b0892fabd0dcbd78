"""Redemptions in the lives of members: merged, told apart again, exported, erased."""

import asyncpg


async def test_the_survivor_has_what_both_took_and_limits_count_both(shop):
    anna, bert = await shop.member(balance=500), await shop.member(balance=500)
    reward = await shop.reward(max_redemptions_per_member=2)
    one, two = await shop.redeem(anna, reward), await shop.redeem(bert, reward)

    await shop.client.post(f"/v1/members/{anna}/merge", json={"from": bert})
    over = await shop.ask(anna, reward)
    theirs = (await shop.client.get("/v1/redemptions", params={"member_id": anna})).json()["data"]
    await shop.client.post(f"/v1/members/{bert}/unmerge")
    again = await shop.ask(anna, reward)

    assert over.json()["code"] == "member_limit_reached"
    assert over.json()["had"] == 2
    assert {each["id"] for each in theirs} == {one["id"], two["id"]}
    assert (await shop.read(two))["member_id"] == bert
    assert again.status_code == 201


async def test_points_of_a_merged_member_come_back_to_the_survivor(shop):
    anna, bert = await shop.member(balance=500), await shop.member(balance=500)
    redemption = await shop.redeem(bert, await shop.reward(fulfilment="manual"))
    await shop.client.post(f"/v1/members/{anna}/merge", json={"from": bert})

    ended = await shop.do(redemption, "cancel")

    assert ended.json()["member_id"] == anna
    assert await shop.points(anna) == 1000


async def test_a_repeat_by_whoever_was_merged_is_still_a_repeat(shop):
    anna, bert = await shop.member(balance=500), await shop.member(balance=500)
    reward = await shop.reward()
    first = await shop.redeem(bert, reward, external_id="O-1")
    await shop.client.post(f"/v1/members/{anna}/merge", json={"from": bert})

    again = [await shop.ask(each, reward, external_id="O-1") for each in (anna, bert)]

    assert [answer.status_code for answer in again] == [200, 200]
    assert {answer.json()["id"] for answer in again} == {first["id"]}


async def test_an_export_tells_of_redemptions(shop):
    anna = await shop.member(balance=500)
    redemption = await shop.redeem(anna, await shop.reward())

    told = (await shop.client.get(f"/v1/members/{anna}/export")).json()["data"]["redemptions"]

    assert [(each["id"], each["code"]) for each in told] == [(redemption["id"], redemption["code"])]


async def test_of_an_erased_person_the_numbers_stay_and_no_word(shop, house, owner_url):
    made = await shop.client.post(
        "/v1/members", json={"external_id": "zebulon", "email": "zebulon@example.org"}
    )
    anna = made.json()["id"]
    wallet = (await shop.client.get(f"/v1/members/{anna}/wallets")).json()["data"][0]["id"]
    await shop.client.post(f"/v1/wallets/{wallet}/credit", json={"points": 1000})
    pool, slow = await shop.reward(fulfilment="pool"), await shop.reward(fulfilment="manual")
    await shop.upload(pool, "zebulon-10")
    coded = await shop.redeem(anna, pool, external_id="order-of-zebulon", notes="for Zebulon")
    await shop.do(coded, "use", order_ref="zebulon-1")
    failed = await shop.redeem(anna, slow)
    await shop.do(failed, "fail", reason="zebulon was out", final=True)

    await shop.client.post(f"/v1/members/{anna}/erase")

    after = await shop.read(coded)
    assert (after["state"], after["points_spent"]) == ("used", 100)
    assert after["notes"] is after["used_order_ref"] is None
    owner = await asyncpg.connect(owner_url)
    try:
        for table in ("redemptions", "vouchers", "rewards", "audit_log", "idempotency_keys"):
            found = await owner.fetchval(
                f"select count(*) from laurels.{table} as t where tenant_id = $1"
                " and strpos(lower(t::text), 'zebulon') > 0",
                house.tenant.id,
            )
            assert found == 0, table
    finally:
        await owner.close()
